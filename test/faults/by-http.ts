/** Everything that can go wrong with a call by HTTP, and what each means for the message: one table for all vendors. */
import { gzipSync } from 'node:zlib';
import { type Answer, type Break, type Step, written } from './gate.ts';
import { ACCEPTED, MOVED, NOT_LET_IN, NOT_REACHED, REFUSED, THROTTLED, UNKNOWN, type Verdict } from './verdicts.ts';

/** What needs another server than the gate. */
export type Place =
  | 'nobody'
  | 'no name'
  | 'backlog'
  | 'full'
  | 'self-signed'
  | 'wrong name'
  | 'expired'
  | 'no tls'
  | 'tls reset'
  | 'tls mute';

export interface Fault {
  what: string;
  is: Verdict;
  /** Also right: which of the two it is depends on what comes first. */
  or?: Verdict;
  why: string;
  how: Break | Place;
  /** Takes as long as a call may take. */
  slow?: true;
  /** How many calls there are; one, when not said otherwise. */
  calls?: number;
}

export interface Chapter {
  title: string;
  faults: Fault[];
}

/** The answer in other words, headers or bytes. */
const but =
  (change: Partial<Answer>, more: Record<string, string | string[]> = {}) =>
  (real: Answer): Step[] => [written({ ...real, ...change, headers: { ...real.headers, ...change.headers } }, more)];
const answer = (answered: (real: Answer) => Step[]): Break => ({ answer: answered });
/** Something else altogether. */
const page = (code: number, type: string, body: string): Break =>
  answer(() => [written({ status: code, body, headers: { 'content-type': type } })]);
/** The answer up to a point, and then an end. */
const cut = (where: (bytes: string) => number, end: Step): Break =>
  answer((real) => [written(real).slice(0, where(written(real))), end]);
const status = (code: number): Break => page(code, 'application/json', '{"said":"no"}');

const inStatusLine = () => 11;
const inHeaders = (bytes: string) => bytes.indexOf('\r\n') + 6;
const afterHeaders = (bytes: string) => bytes.indexOf('\r\n\r\n') + 4;
const inBody = (bytes: string) => Math.floor((afterHeaders(bytes) + bytes.length) / 2);
const beforeEnd = (bytes: string) => bytes.length - 1;

const LOGIN = '<!DOCTYPE html>\n<html><head><title>Guests</title></head><body><form>Please log in</form></body></html>';
const XML = '<?xml version="1.0"?>\n<response><status>OK</status><ref>17</ref></response>';
const redirect = (code: number): Break =>
  answer((real) => [written({ ...real, status: code, body: '' }, { location: ELSEWHERE })]);
/** Stands for the address of another host, which the suite puts in its place. */
export const ELSEWHERE = 'http://another-host.example:1';
/** Names that mean something to who keeps headers in an object. */
const NAMES = ['normalize', 'set', 'get', 'has', 'concat', 'toString', 'constructor', '__proto__', 'toJSON', 'then'];
const FLOOD = 50 << 20;
let bomb: Buffer | undefined;

const NO_BYTE = 'without a connection no byte of the message has left';
const IN_HIS_HANDS = 'the connection was there, so the request may lie in a buffer of the vendor';
const NO_WORD = 'the vendor had the whole request and has not said what it did with it';
const HALF_WORD = 'the vendor has begun to answer, and what it did is not said before the end';
const NOT_ITS_WORD = 'it is no answer of the vendor: whoever wrote it may have kept the request, or passed it on';
const SUCCESS = 'a success was told, so the vendor did carry out something; without an id it cannot be followed';
const HANDSHAKE = 'the message is only written after the handshake, which failed';
const DEFINITE = 'the vendor has looked at the call and refuses it';

export const BY_HTTP: readonly Chapter[] = [
  {
    title: 'Before anything is written',
    faults: [
      { what: 'connection refused', is: NOT_REACHED, why: NO_BYTE, how: 'nobody' },
      { what: 'the name of the host is not found', is: NOT_REACHED, why: NO_BYTE, how: 'no name' },
      { what: 'the connection is never taken', is: NOT_REACHED, why: NO_BYTE, how: 'full', slow: true },
      { what: 'a certificate that nobody trusts', is: NOT_REACHED, why: HANDSHAKE, how: 'self-signed' },
      { what: 'a certificate of another host', is: NOT_REACHED, why: HANDSHAKE, how: 'wrong name' },
      { what: 'a certificate that has expired', is: NOT_REACHED, why: HANDSHAKE, how: 'expired' },
      { what: 'a server that speaks no TLS', is: NOT_REACHED, why: HANDSHAKE, how: 'no tls' },
      { what: 'a reset amid the handshake of TLS', is: NOT_REACHED, why: HANDSHAKE, how: 'tls reset' },
      { what: 'a handshake of TLS that never ends', is: NOT_REACHED, why: HANDSHAKE, how: 'tls mute', slow: true },
    ],
  },
  {
    title: 'While the request is written',
    faults: [
      {
        what: 'a reset as soon as connected',
        is: UNKNOWN,
        or: NOT_REACHED,
        why: `${IN_HIS_HANDS}; unless the reset is there before the first byte`,
        how: { at: 'connection' },
      },
      {
        what: 'a connection that the system of the vendor takes, and nobody looks at',
        is: UNKNOWN,
        why: 'the request lies in a buffer of the vendor, whose next program may read it',
        how: 'backlog',
        slow: true,
      },
      { what: 'a reset after 1 byte of the request', is: UNKNOWN, why: IN_HIS_HANDS, how: { after: 1 } },
      { what: 'a reset after 40 bytes', is: UNKNOWN, why: IN_HIS_HANDS, how: { after: 40 } },
      { what: 'a reset amid the body', is: UNKNOWN, why: IN_HIS_HANDS, how: { after: -20 } },
      { what: 'a reset before the last byte', is: UNKNOWN, why: IN_HIS_HANDS, how: { after: -1 } },
    ],
  },
  {
    title: 'Once the request is written, and there is no whole answer',
    faults: [
      { what: 'a reset without an answer', is: UNKNOWN, why: NO_WORD, how: answer(() => ['reset']) },
      { what: 'an end without an answer', is: UNKNOWN, why: NO_WORD, how: answer(() => ['end']) },
      { what: 'no answer, ever', is: UNKNOWN, why: NO_WORD, how: answer(() => []), slow: true },
      { what: 'a reset amid the status line', is: UNKNOWN, why: HALF_WORD, how: cut(inStatusLine, 'reset') },
      { what: 'an end amid the status line', is: UNKNOWN, why: HALF_WORD, how: cut(inStatusLine, 'end') },
      { what: 'a reset amid the headers', is: UNKNOWN, why: HALF_WORD, how: cut(inHeaders, 'reset') },
      { what: 'an end amid the headers', is: UNKNOWN, why: HALF_WORD, how: cut(inHeaders, 'end') },
      { what: 'a reset after the headers', is: UNKNOWN, why: HALF_WORD, how: cut(afterHeaders, 'reset') },
      { what: 'a reset amid the body', is: UNKNOWN, why: HALF_WORD, how: cut(inBody, 'reset') },
      { what: 'an end amid the body', is: UNKNOWN, why: HALF_WORD, how: cut(inBody, 'end') },
      { what: 'a reset before the last byte', is: UNKNOWN, why: HALF_WORD, how: cut(beforeEnd, 'reset') },
      {
        what: 'headers that come too slowly',
        is: UNKNOWN,
        why: NO_WORD,
        how: answer((real) => [{ drip: written(real), every: 20 }]),
        slow: true,
      },
      {
        what: 'a body that comes too slowly',
        is: UNKNOWN,
        why: HALF_WORD,
        how: answer((real) => [
          written(real, { 'content-length': longer(real) }),
          { drip: ' '.repeat(4000), every: 20 },
        ]),
        slow: true,
      },
      {
        what: 'a content-length that is too long, and an end',
        is: UNKNOWN,
        why: HALF_WORD,
        how: answer((real) => [written(real, { 'content-length': longer(real) }), 'end']),
      },
      {
        what: 'a content-length that is too long, and silence',
        is: UNKNOWN,
        why: HALF_WORD,
        how: answer((real) => [written(real, { 'content-length': longer(real) })]),
        slow: true,
      },
      {
        what: 'chunks without an end',
        is: UNKNOWN,
        why: HALF_WORD,
        how: answer((real) => [
          chunked(real, `${Buffer.byteLength(real.body).toString(16)}\r\n${real.body}\r\n`),
          'end',
        ]),
      },
      {
        what: '100 Continue, and silence',
        is: UNKNOWN,
        why: NO_WORD,
        how: answer(() => ['HTTP/1.1 100 Continue\r\n\r\n']),
        slow: true,
      },
      {
        what: '103 Early Hints, and silence',
        is: UNKNOWN,
        why: NO_WORD,
        how: answer(() => ['HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n']),
        slow: true,
      },
    ],
  },
  {
    title: 'An answer that cannot be read',
    faults: [
      {
        what: 'bytes that are no HTTP',
        is: UNKNOWN,
        why: NOT_ITS_WORD,
        how: answer(() => ['SSH-2.0-OpenSSH_9.6\r\n']),
      },
      {
        what: 'headers without end',
        is: UNKNOWN,
        why: HALF_WORD,
        how: answer(() => ['HTTP/1.1 200 OK\r\nx: ', { flood: FLOOD }]),
      },
      {
        what: 'a content-length that is too short',
        is: UNKNOWN,
        why: SUCCESS,
        how: answer((real) => [written(real, { 'content-length': String(Buffer.byteLength(real.body) - 2) })]),
      },
      {
        what: 'a content-length that is no number',
        is: UNKNOWN,
        why: HALF_WORD,
        how: answer(but({}, { 'content-length': 'many' })),
      },
      {
        what: 'two content-lengths that differ',
        is: UNKNOWN,
        why: 'where the answer ends is not known, nor whose the bytes after it are',
        how: answer(but({}, { 'content-length': ['5', '9'] })),
      },
      {
        what: 'a content-length beside chunks',
        is: UNKNOWN,
        why: 'where the answer ends is not known, nor whose the bytes after it are',
        how: answer(but({}, { 'transfer-encoding': 'chunked' })),
      },
      {
        what: 'chunks of a length that is none',
        is: UNKNOWN,
        why: HALF_WORD,
        how: answer((real) => [chunked(real, `zz\r\n${real.body}\r\n0\r\n\r\n`)]),
      },
      {
        what: '100 Continue that was not asked for, and the answer',
        is: UNKNOWN,
        why: 'the HTTP client takes no 100 that it has not asked for',
        how: answer((real) => [`HTTP/1.1 100 Continue\r\n\r\n${written(real)}`]),
      },
      {
        what: '101 Switching Protocols',
        is: UNKNOWN,
        why: NOT_ITS_WORD,
        how: answer(() => ['HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n']),
      },
      {
        what: 'JSON that breaks off',
        is: UNKNOWN,
        why: SUCCESS,
        how: answer((real) => but({ body: half(real) })(real)),
      },
      { what: 'JSON that is none', is: UNKNOWN, why: SUCCESS, how: page(200, 'application/json', "{id: 'one'}") },
      { what: 'JSON of another form: {}', is: UNKNOWN, why: SUCCESS, how: page(200, 'application/json', '{}') },
      { what: 'JSON of another form: []', is: UNKNOWN, why: SUCCESS, how: page(200, 'application/json', '[]') },
      { what: 'JSON of another form: null', is: UNKNOWN, why: SUCCESS, how: page(200, 'application/json', 'null') },
      { what: 'JSON of another form: true', is: UNKNOWN, why: SUCCESS, how: page(200, 'application/json', 'true') },
      { what: 'an empty 200', is: UNKNOWN, why: SUCCESS, how: page(200, 'application/json', '') },
      {
        what: '204 No Content',
        is: UNKNOWN,
        why: SUCCESS,
        how: answer((real) => but({ status: 204, body: '' }, { 'content-length': '' })(real)),
      },
      {
        what: '204 No Content with a body, which cannot be',
        is: UNKNOWN,
        why: 'what follows a 204 belongs to no answer',
        how: answer(but({ status: 204 })),
      },
      { what: 'XML', is: UNKNOWN, why: SUCCESS, how: page(200, 'application/xml', XML) },
      {
        what: "HTML with 200, a proxy's page to log in",
        is: UNKNOWN,
        why: NOT_ITS_WORD,
        how: page(200, 'text/html', LOGIN),
      },
      { what: 'HTML with 502', is: UNKNOWN, why: NOT_ITS_WORD, how: page(502, 'text/html', LOGIN) },
      {
        what: '50 MB',
        is: UNKNOWN,
        why: 'the answer is cut off at 8 MB, unread',
        how: answer(() => [`HTTP/1.1 200 OK\r\ncontent-length: ${FLOOD}\r\n\r\n`, { flood: FLOOD }]),
      },
      {
        what: '50 MB in small, compressed',
        is: UNKNOWN,
        why: 'compression is not asked for and not undone, so that nothing swells',
        how: answer(() => {
          bomb ??= gzipSync(Buffer.alloc(FLOOD, 0x20));
          return [`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`, bomb];
        }),
      },
    ],
  },
  {
    title: 'A redirect, which is never followed',
    faults: [
      { what: '301', is: MOVED, why: 'it says that nothing was done here', how: redirect(301) },
      { what: '302', is: UNKNOWN, why: 'it may follow a call that was carried out', how: redirect(302) },
      { what: '303', is: UNKNOWN, why: 'it follows a call that was carried out', how: redirect(303) },
      { what: '307', is: MOVED, why: 'it says that nothing was done here', how: redirect(307) },
      { what: '308', is: MOVED, why: 'it says that nothing was done here', how: redirect(308) },
    ],
  },
  {
    title: 'A refusal',
    faults: [
      { what: '400', is: REFUSED, why: DEFINITE, how: status(400) },
      { what: '401', is: NOT_LET_IN, why: 'nothing is done for who is not let in', how: status(401), calls: 2 },
      { what: '402', is: REFUSED, why: DEFINITE, how: status(402) },
      { what: '403', is: NOT_LET_IN, why: DEFINITE, how: status(403) },
      {
        what: "403 with HTML, a proxy's",
        is: NOT_LET_IN,
        why: 'who refuses the call does not pass it on',
        how: page(403, 'text/html', LOGIN),
      },
      { what: '404', is: REFUSED, why: DEFINITE, how: status(404) },
      { what: '407', is: REFUSED, why: 'a proxy that refuses the call does not pass it on', how: status(407) },
      { what: '408', is: UNKNOWN, why: 'the vendor waited for something, and may have begun', how: status(408) },
      { what: '413', is: REFUSED, why: DEFINITE, how: status(413) },
      { what: '425', is: THROTTLED, why: DEFINITE, how: status(425) },
      { what: '429', is: THROTTLED, why: 'what is too much is not taken', how: status(429) },
      { what: '500', is: UNKNOWN, why: 'what the vendor did before it failed is not said', how: status(500) },
      { what: '501', is: UNKNOWN, why: 'what the vendor did before it failed is not said', how: status(501) },
      { what: '502', is: UNKNOWN, why: 'a proxy may have passed on the call and lost the answer', how: status(502) },
      { what: '503', is: NOT_REACHED, why: 'the vendor is not at work', how: status(503) },
      { what: '503 with HTML', is: NOT_REACHED, why: 'the vendor is not at work', how: page(503, 'text/html', LOGIN) },
      { what: '504', is: UNKNOWN, why: 'a proxy has passed on the call and lost patience', how: status(504) },
      {
        what: '511, a network that wants a login',
        is: UNKNOWN,
        why: 'whose word it is cannot be known',
        how: status(511),
      },
      { what: '599', is: UNKNOWN, why: 'what the vendor did before it failed is not said', how: status(599) },
      {
        what: 'a 400 that breaks off',
        is: UNKNOWN,
        why: HALF_WORD,
        how: answer((real) => [written({ ...real, status: 400 }).slice(0, -3), 'reset']),
      },
    ],
  },
  {
    title: 'Odd, but an answer',
    faults: [
      {
        what: '103 Early Hints before it',
        is: ACCEPTED,
        why: 'information comes before an answer',
        how: answer((real) => [`HTTP/1.1 103 Early Hints\r\nlocation: ${ELSEWHERE}/x\r\n\r\n${written(real)}`]),
      },
      {
        what: '102 Processing before it, and the answer in pieces',
        is: ACCEPTED,
        why: 'information comes before an answer',
        how: answer((real) => ['HTTP/1.1 102 Processing\r\n\r\n', ...pieces(written(real))]),
      },
      {
        what: 'two content-types',
        is: ACCEPTED,
        why: 'the body is read as what it is',
        how: answer(but({}, { 'content-type': ['text/html', 'application/json'] })),
      },
      {
        what: 'two Locations',
        is: ACCEPTED,
        why: 'the id stands in the body',
        how: answer(but({}, { location: [`${ELSEWHERE}/a`, `${ELSEWHERE}/b`] })),
      },
      {
        what: 'no content-type',
        is: ACCEPTED,
        why: 'the body is read as what it is',
        how: answer(but({}, { 'content-type': '' })),
      },
      {
        what: 'headers with the names of methods',
        is: ACCEPTED,
        why: 'a header is only a header',
        how: answer(but({}, Object.fromEntries(NAMES.map((name) => [name, ['1', '2']])))),
      },
      {
        what: 'a byte order mark',
        is: ACCEPTED,
        why: 'it is no part of the text',
        how: answer((real) => but({ body: `\uFEFF${real.body}` })(real)),
      },
      {
        what: 'chunks',
        is: ACCEPTED,
        why: 'it is one of the ways to write a body',
        how: answer((real) => [
          chunked(real, `${Buffer.byteLength(real.body).toString(16)};x=1\r\n${real.body}\r\n0\r\nx: y\r\n\r\n`),
        ]),
      },
      {
        what: 'HTTP/1.0, a body that ends with the connection',
        is: ACCEPTED,
        why: 'it is one of the ways to write a body',
        how: answer((real) => [written(real, { 'content-length': '' }).replace('/1.1', '/1.0'), 'end']),
      },
      {
        what: 'a second answer right behind it',
        is: ACCEPTED,
        why: 'the first one is whole; the second belongs to no call, and the connection is given up',
        how: answer((real) => [written(real) + written({ ...real, status: 500 })]),
      },
    ],
  },
];

function half({ body }: Answer): string {
  return body.slice(0, Math.floor(body.length / 2));
}

function pieces(bytes: string): Step[] {
  const middle = afterHeaders(bytes);
  return [
    ...bytes.slice(0, 20),
    bytes.slice(20, middle - 2),
    ...bytes.slice(middle - 2, middle + 5),
    bytes.slice(middle + 5),
  ];
}

function longer({ body }: Answer): string {
  return String(Buffer.byteLength(body) + 4000);
}

function chunked(real: Answer, body: string): string {
  return written({ ...real, body }, { 'content-length': '', 'transfer-encoding': 'chunked' });
}
