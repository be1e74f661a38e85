/** The page of docs/ that tells of each fault what the flow gets: made from the tables that the tests run. */
import { BY_HTTP, type Fault } from './by-http.ts';
import { BY_FILE, BY_MAIL, type TalkFault } from './by-mail-and-file.ts';
import { classOf, GETS } from './verdicts.ts';

export function faultsPage(): string {
  return `# What can go wrong on the way

Each line is a test: it is made to happen between the package and the sandbox of each vendor, and the attempt ends as it says
here. *Not sent* is said only where it is certain. Where an answer goes wrong, the test makes it go wrong twice: with a vendor
that has the message, and with one that has not. Nothing that came back tells the two apart, so that the attempt is *unknown*.
[What follows from each class](delivery.md#how-an-attempt-ends). This page is made from the tests by \`npm run docs\`.

In all of them Node-RED goes on, no socket is left, and of an answer no more than 8 MB are read.

## By HTTPS: all vendors

Where it happens to the call for a token, nothing was sent. Where it happens to a look-up, or amid the pages of a list, the
look-up is made again: what was not answered is never taken for *not found*.

${BY_HTTP.map(({ title, faults }) => section(title, faults)).join('\n')}
## By SMTP: Digitaleo

A mail tells no id, so that nothing can be looked up: what is unknown is held, sent again or dropped, as the account says.

${BY_MAIL.map(({ title, faults }) => section(title, faults, 'smtp')).join('\n')}
## By FTP: Digitaleo

The same. The file is uploaded under a name that nobody should read yet, and gets its own when it is whole.

${BY_FILE.map(({ title, faults }) => section(title, faults, 'ftp')).join('\n')}
## A clock that jumps

| what happens | what follows |
| --- | --- |
| the clock of the machine is put back or forth while a call is under way | the call takes as long as it may, no more and no less |
| … while a token is kept | it is fetched again when it is over by the new time, or when the vendor refuses it |
| … after a token could not be fetched, or after an outage | both are tried again at once or after the usual pause, not when the old time has come |
| … between an attempt and its look-up | the attempt is looked for at both times |
`;
}

function section(title: string, faults: readonly (Fault | TalkFault)[], way?: 'smtp' | 'ftp'): string {
  const rows = faults.map(
    (fault) => `| ${[happens(fault), `**${classes(fault)}**`, fault.why, gets(fault, way)].join(' | ')} |`,
  );
  return `### ${way ? `${title}, by ${way.toUpperCase()}` : title}

| what happens | class | why | what the flow gets |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function happens(fault: Fault | TalkFault): string {
  const what = fault.what.replace(/\{\}|\[\]/, '`$&`');
  if (!('at' in fault) || typeof fault.at === 'string') return what;
  return `${what}: ${fault.at.map((point) => WORDS[point] ?? `at ${point}`).join(', ')}`;
}

const WORDS: Readonly<Record<string, string>> = {
  greeting: 'at the greeting',
  mail: 'after the mail',
  stored: 'after the file',
};

function classes(fault: Fault | TalkFault): string {
  const or = 'or' in fault && fault.or ? ` or ${classOf(fault.or)}` : '';
  return `${classOf(fault.is)}${or}`;
}

function gets({ is }: Fault | TalkFault, way?: string): string {
  return way && classOf(is) === 'unknown' ? '`SMS_UNCERTAIN`' : GETS[is];
}
