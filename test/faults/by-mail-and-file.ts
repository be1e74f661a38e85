/** Everything that can go wrong with a mail or a file, and what each means for the messages in it. */
import type { Place } from './by-http.ts';
import type { Step } from './gate.ts';
import type { Point } from './talk.ts';
import { ACCEPTED, NOT_LET_IN, NOT_REACHED, REFUSED, UNKNOWN, type Verdict } from './verdicts.ts';

export interface TalkFault {
  what: string;
  /** The replies that go wrong so, one at a time; or a server that nobody gets through to. */
  at: readonly Point[] | Place;
  is: Verdict;
  why: string;
  how?: (reply: string) => Step[];
  slow?: true;
}

export interface TalkChapter {
  title: string;
  faults: readonly TalkFault[];
}

const say =
  (line: string): ((reply: string) => Step[]) =>
  () => [`${line}\r\n`];
const reset = (): Step[] => ['reset'];
const end = (): Step[] => ['end'];
const silence = (): Step[] => [];
const half = (reply: string): Step[] => [reply.slice(0, 2), 'reset'];
const flood = (): Step[] => [{ flood: 50 << 20 }];
const HTML = '<html><body>Please log in</body></html>';

const NO_CONNECTION = 'without a connection nothing has left';
const NOT_TRUSTED = 'nothing is said to a server that is not trusted, not even the user';
const NOT_YET = 'the mail is only written once the server has asked for it';
const NO_FILE_YET = 'the file is only written once there is a connection for it';
const NO_WORD = 'the server has all of the mail, and has not said whether it keeps it';
const NO_MEANING = 'it is neither a yes nor a no';
const MAY_READ = 'the file may be whole, and whether the vendor waits for its last name is not documented';
const A_NO = 'the server has looked at it and says no';
const LATER = 'the server says no for the time being';

const BEFORE_MAIL = ['greeting', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'];
/** By either of the two a server says where a file is to go. */
const PORT = 'EPSV or PASV';
const BEFORE_FILE = ['greeting', 'USER', 'PASS', 'TYPE', PORT, 'STOR'];
const AROUND_FILE = ['stored', 'RNFR', 'RNTO'];

const NOBODY: readonly TalkFault[] = [
  { what: 'connection refused', at: 'nobody', is: NOT_REACHED, why: NO_CONNECTION },
  { what: 'the name of the host is not found', at: 'no name', is: NOT_REACHED, why: NO_CONNECTION },
  { what: 'the connection is never taken', at: 'full', is: NOT_REACHED, why: NO_CONNECTION, slow: true },
  { what: 'a certificate that nobody trusts', at: 'self-signed', is: NOT_REACHED, why: NOT_TRUSTED },
  { what: 'a certificate of another host', at: 'wrong name', is: NOT_REACHED, why: NOT_TRUSTED },
  { what: 'a certificate that has expired', at: 'expired', is: NOT_REACHED, why: NOT_TRUSTED },
  { what: 'a server without TLS, where it is demanded', at: 'no tls', is: NOT_REACHED, why: NOT_TRUSTED },
  { what: 'a reset amid the handshake of TLS', at: 'tls reset', is: NOT_REACHED, why: NOT_TRUSTED },
  { what: 'a handshake of TLS that never ends', at: 'tls mute', is: NOT_REACHED, why: NOT_TRUSTED, slow: true },
];

export const BY_MAIL: readonly TalkChapter[] = [
  {
    title: 'Before the mail',
    faults: [
      ...NOBODY,
      { what: 'a reset', at: BEFORE_MAIL, is: NOT_REACHED, why: NOT_YET, how: reset },
      { what: 'an end', at: BEFORE_MAIL, is: NOT_REACHED, why: NOT_YET, how: end },
      { what: 'half a reply, and a reset', at: BEFORE_MAIL, is: NOT_REACHED, why: NOT_YET, how: half },
      { what: 'no reply, ever', at: BEFORE_MAIL, is: NOT_REACHED, why: NOT_YET, how: silence, slow: true },
      { what: '421, the server closes', at: BEFORE_MAIL, is: NOT_REACHED, why: LATER, how: say('421 4.3.2 closing') },
      { what: '50 MB without a line', at: BEFORE_MAIL, is: NOT_REACHED, why: NOT_YET, how: flood },
      {
        what: 'HTTP',
        at: ['greeting', 'AUTH', 'MAIL', 'RCPT', 'DATA'],
        is: NOT_REACHED,
        why: NOT_YET,
        how: say('HTTP/1.1 400 Bad Request'),
      },
      {
        what: 'the user cannot be checked now, 454',
        at: ['AUTH'],
        is: NOT_REACHED,
        why: LATER,
        how: say('454 4.7.0 later'),
      },
      { what: 'a wrong user, 535', at: ['AUTH'], is: NOT_LET_IN, why: A_NO, how: say('535 5.7.8 no') },
      { what: '451', at: ['MAIL', 'RCPT', 'DATA'], is: NOT_REACHED, why: LATER, how: say('451 4.3.0 later') },
      { what: '550', at: ['MAIL', 'RCPT', 'DATA'], is: REFUSED, why: A_NO, how: say('550 5.7.1 no') },
    ],
  },
  {
    title: 'Once the mail is written',
    faults: [
      { what: 'a reset', at: ['mail'], is: UNKNOWN, why: NO_WORD, how: reset },
      { what: 'an end', at: ['mail'], is: UNKNOWN, why: NO_WORD, how: end },
      { what: 'half a reply, and a reset', at: ['mail'], is: UNKNOWN, why: NO_WORD, how: half },
      {
        what: '250 without the end of its line, and a reset',
        at: ['mail'],
        is: UNKNOWN,
        why: NO_WORD,
        how: () => ['250 2.0', 'reset'],
      },
      { what: 'no reply, ever', at: ['mail'], is: UNKNOWN, why: NO_WORD, how: silence, slow: true },
      { what: 'HTML', at: ['mail'], is: UNKNOWN, why: NO_MEANING, how: say(HTML) },
      { what: '50 MB without a line', at: ['mail'], is: UNKNOWN, why: NO_MEANING, how: flood },
      { what: '354 once more', at: ['mail'], is: UNKNOWN, why: NO_MEANING, how: say('354 go on') },
      { what: '150', at: ['mail'], is: UNKNOWN, why: NO_MEANING, how: say('150 wait') },
      { what: '999', at: ['mail'], is: UNKNOWN, why: NO_MEANING, how: say('999 what') },
      { what: '451', at: ['mail'], is: NOT_REACHED, why: LATER, how: say('451 4.3.0 later') },
      { what: '421, the server closes', at: ['mail'], is: NOT_REACHED, why: LATER, how: say('421 4.3.2 closing') },
      { what: '554', at: ['mail'], is: REFUSED, why: A_NO, how: say('554 5.7.1 no') },
      { what: '250 and nothing else', at: ['mail'], is: ACCEPTED, why: 'it is a yes', how: say('250') },
      {
        what: '250 in several lines',
        at: ['mail'],
        is: ACCEPTED,
        why: 'it is a yes',
        how: say('250-2.0.0\r\n250 yes'),
      },
    ],
  },
];

const to = (port: string) => (reply: string) => [
  reply.replace(/\|\|\|\d+\|/, `|||${port}|`).replace(/(127,0,0,1),\d+,\d+/, '$1,0,1'),
];
/** Stand for the ports of two servers, which the suite puts in their place: one that resets, one that takes and says nothing. */
export const RESETS = 'resets';
export const MUTE = 'mute';

export const BY_FILE: readonly TalkChapter[] = [
  {
    title: 'Before the file',
    faults: [
      ...NOBODY,
      { what: 'a reset', at: BEFORE_FILE, is: NOT_REACHED, why: NO_FILE_YET, how: reset },
      { what: 'an end', at: BEFORE_FILE, is: NOT_REACHED, why: NO_FILE_YET, how: end },
      { what: 'half a reply, and a reset', at: BEFORE_FILE, is: NOT_REACHED, why: NO_FILE_YET, how: half },
      { what: 'no reply, ever', at: BEFORE_FILE, is: NOT_REACHED, why: NO_FILE_YET, how: silence, slow: true },
      { what: 'HTML', at: BEFORE_FILE, is: NOT_REACHED, why: NO_FILE_YET, how: say(HTML), slow: true },
      { what: '421, the server closes', at: BEFORE_FILE, is: NOT_REACHED, why: LATER, how: say('421 closing') },
      { what: '50 MB without a line', at: BEFORE_FILE, is: NOT_REACHED, why: NO_FILE_YET, how: flood, slow: true },
      { what: 'a wrong user, 530', at: ['PASS'], is: NOT_LET_IN, why: A_NO, how: say('530 no') },
      { what: '452, no space', at: ['STOR'], is: NOT_REACHED, why: LATER, how: say('452 no space') },
      { what: '553', at: ['STOR'], is: REFUSED, why: A_NO, how: say('553 no') },
      { what: 'nobody where the file is to go', at: [PORT], is: NOT_REACHED, why: NO_FILE_YET, how: to('1') },
      { what: 'no port for the file', at: [PORT], is: NOT_REACHED, why: NO_FILE_YET, how: say('229 somewhere') },
      {
        what: 'another host for the file',
        at: [PORT],
        is: NOT_REACHED,
        why: 'the file, with the code of the account in it, goes to the server that was asked and to nobody else',
        how: (reply) => [reply.startsWith('229') ? '500 no\r\n' : '227 there (127,0,0,2,200,1)\r\n'],
      },
    ],
  },
  {
    title: 'Once the file is written',
    faults: [
      {
        what: 'a reset where the file goes',
        at: [PORT],
        is: UNKNOWN,
        why: 'how much of it has arrived is not known',
        how: to(RESETS),
      },
      { what: 'silence where the file goes', at: [PORT], is: UNKNOWN, why: MAY_READ, how: to(MUTE), slow: true },
      { what: 'a reset', at: AROUND_FILE, is: UNKNOWN, why: MAY_READ, how: reset },
      { what: 'an end', at: AROUND_FILE, is: UNKNOWN, why: MAY_READ, how: end },
      { what: 'half a reply, and a reset', at: AROUND_FILE, is: UNKNOWN, why: MAY_READ, how: half },
      { what: 'no reply, ever', at: AROUND_FILE, is: UNKNOWN, why: MAY_READ, how: silence, slow: true },
      { what: 'HTML', at: AROUND_FILE, is: UNKNOWN, why: NO_MEANING, how: say(HTML), slow: true },
      { what: '50 MB without a line', at: AROUND_FILE, is: UNKNOWN, why: NO_MEANING, how: flood, slow: true },
      { what: '350, which asks for more', at: ['stored', 'RNTO'], is: UNKNOWN, why: NO_MEANING, how: say('350 go on') },
      {
        what: '550, the file is not there',
        at: ['RNFR'],
        is: UNKNOWN,
        why: 'it was there a moment ago: somebody has taken it',
        how: say('550 no such file'),
      },
      { what: '451', at: AROUND_FILE, is: NOT_REACHED, why: LATER, how: say('451 later') },
      { what: '553', at: ['stored', 'RNTO'], is: REFUSED, why: A_NO, how: say('553 no') },
      { what: '250 and nothing else', at: ['RNTO'], is: ACCEPTED, why: 'it is a yes', how: say('250') },
      { what: '250 in several lines', at: ['RNTO'], is: ACCEPTED, why: 'it is a yes', how: say('250-so\r\n250 yes') },
    ],
  },
];
