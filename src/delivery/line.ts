/**
 * Where the messages of an account go: to its vendor, or to the sandbox of one. A person may change that while some of
 * them wait, or while nobody knows whether they were sent.
 */
import type { Provider } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';

const SANDBOX = 'sandbox:';

/** What is written down with a message. */
export function lineOf({ provider, sandboxed }: { provider: Provider; sandboxed?: boolean }): string {
  return `${sandboxed ? SANDBOX : ''}${provider.id}`;
}

/** Why a message is not sent: what was given to a sandbox never leaves, and what was not is not swallowed by one. */
export function misplaced({ to, line: before }: OutboxEntry, now: string): SmsError | null {
  if (!before || isSandbox(before) === isSandbox(now)) return null;
  const why = isSandbox(before)
    ? `The message to ${to} was given to the sandbox, so it is not sent for real now that the account is not on it any more.`
    : `The message to ${to} was given to the account before that was put on its sandbox, from where no SMS gets to a phone; it is not sent.`;
  return new SmsError('SMS_CONFIG', `${why} Give it to the account again, if it is still wanted.`);
}

/** Why nobody can be asked about the last attempt, which may have succeeded; null where the vendor can. */
export function outOfSight({ line: before, said }: OutboxEntry, now: string): SmsError | null {
  if (!before || before === now) return null;
  const why = 'The account has another provider now than the one that may have taken the message, and cannot ask that.';
  return new SmsError('SMS_CONFIG', why, said);
}

function isSandbox(line: string): boolean {
  return line.startsWith(SANDBOX);
}
