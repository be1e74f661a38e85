/** A vendor's emulator behind a door that breaks: of the calls that pass, one goes wrong at a chosen point. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';

/** An answer of the emulator. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Bytes, now or later; bytes one by one, so many milliseconds apart; so many bytes of nothing; or an end. After the last
 * step the line stays open.
 */
export type Step =
  | string
  | Buffer
  | Promise<string>
  | { drip: string; every: number }
  | { flood: number }
  | 'reset'
  | 'end';

/**
 * What goes wrong: as soon as somebody is there, after so many bytes of the request (from its end when below 0), or with
 * the answer.
 */
export type Break = { at: 'connection' } | { after: number } | { answer: (real: Answer) => Step[] };

/** Which calls are counted, and may go wrong. */
export type Kind = 'token' | 'call';

export interface Trouble {
  /** Nothing: all goes well. */
  break: Break | null;
  /** Whether the vendor gets the request whose answer goes wrong; what it would have answered is made up if not. */
  seen: boolean;
  /** The others pass. */
  kind: Kind;
  /** The first one to go wrong, of its kind; all from there on do. */
  from: number;
}

export interface Gate {
  port: number;
  trouble: Trouble;
  /** Calls of the kind that goes wrong, whole or not. */
  calls: number;
  sockets: Set<Socket>;
  /** Goes over what is about to be answered. */
  finish: (step: Step) => Step;
  close(): Promise<void>;
}

const PASS: Trouble = { break: null, seen: true, kind: 'call', from: 1 };
/** What a vendor would have said that is not asked. */
const MADE_UP: Answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"made-up-0001"}' };

/** @param isToken whether this is a call for a token, by the first line of the request */
export async function openGate(port: number, isToken: (line: string) => boolean): Promise<Gate> {
  const gate: Gate = {
    port: 0,
    trouble: PASS,
    calls: 0,
    sockets: new Set(),
    finish: (step) => step,
    close: async () => {
      server.close();
      for (const socket of gate.sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  const server = createServer((socket) => {
    gate.sockets.add(socket);
    socket.on('close', () => gate.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(gate, port, socket, isToken);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  gate.port = typeof address === 'object' && address ? address.port : 0;
  return gate;
}

function serve(gate: Gate, port: number, socket: Socket, isToken: (line: string) => boolean): void {
  let read = Buffer.alloc(0);
  /** Of the request that is being read; undefined before its first byte. */
  let wrong: ReturnType<typeof chosen> | undefined;
  const { break: first } = gate.trouble;
  if (first && 'at' in first) {
    gate.calls += 1;
    socket.resetAndDestroy();
    return;
  }
  socket.on('data', (chunk) => {
    read = Buffer.concat([read, Buffer.from(chunk)]);
    if (wrong === undefined) wrong = chosen(gate, isToken(read.toString('latin1', 0, 400)) ? 'token' : 'call');
    const whole = wholeRequest(read);
    if (wrong && 'after' in wrong) {
      const { after } = wrong;
      const enough = after < 0 ? (whole?.length ?? Number.POSITIVE_INFINITY) + after : after;
      if (read.length >= enough) cutOff(port, socket, read.subarray(0, enough));
      return;
    }
    if (whole === null) return;
    const toDo = wrong?.answer;
    [read, wrong] = [read.subarray(whole.length), undefined];
    const answered = toDo && !gate.trouble.seen ? Promise.resolve(MADE_UP) : forward(port, whole);
    answered.then(
      (answer) => perform(socket, (toDo ? toDo(answer) : [written(answer)]).map(gate.finish)),
      () => socket.destroy(),
    );
  });
}

/** What is to go wrong with a call that begins; null for nothing. */
function chosen(gate: Gate, kind: Kind): Exclude<Break, { at: 'connection' }> | null {
  const { break: wrong, from, kind: only } = gate.trouble;
  if (kind !== only) return null;
  gate.calls += 1;
  return wrong && !('at' in wrong) && gate.calls >= from ? wrong : null;
}

/** So much of it reaches the vendor, which then sees the same as we do: a reset. */
function cutOff(port: number, socket: Socket, bytes: Buffer): void {
  const upstream = connect(port, '127.0.0.1', () => {
    upstream.write(bytes, () => {
      upstream.resetAndDestroy();
      socket.resetAndDestroy();
    });
  });
  upstream.on('error', () => socket.destroy());
}

interface Whole {
  head: string;
  body: Buffer;
  length: number;
}

function wholeRequest(read: Buffer): Whole | null {
  const end = read.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = read.toString('latin1', 0, end);
  const length = end + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return read.length < length ? null : { head, body: read.subarray(end + 4, length), length };
}

function forward(port: number, { head, body }: Whole): Promise<Answer> {
  const [line = '', ...fields] = head.split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = fields.flatMap((field) => [
    field.slice(0, field.indexOf(':')),
    field.slice(field.indexOf(':') + 1).trim(),
  ]);
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode = 0, headers: given } = answer;
        resolve({ status: statusCode, headers: kept(given), body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Those that say nothing about the connection. */
function kept(headers: IncomingHttpHeaders): Record<string, string> {
  const {
    connection,
    date,
    'keep-alive': _alive,
    'transfer-encoding': _coding,
    'content-length': _length,
    ...rest
  } = headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
}

type Headers = Record<string, string | string[]>;

/** An answer as it travels, with a right content-length unless the headers say otherwise; an empty value leaves a header out. */
export function written({ status, headers, body }: Answer, more: Headers = {}): string {
  const all: Headers = { ...headers, 'content-length': String(Buffer.byteLength(body)), ...more };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (one === '' ? [] : [`${name}: ${one}`])),
  );
  return [`HTTP/1.1 ${status} Whatever`, ...lines, '', body].join('\r\n');
}

const BLOCK = Buffer.alloc(64 << 10, 'a');

/** Takes the steps, one after the other, as long as somebody is there. */
export async function perform(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    if (step === 'end') socket.end();
    else if (step === 'reset') socket.resetAndDestroy();
    else if (typeof step === 'string' || Buffer.isBuffer(step)) await flushed(socket, step);
    else if (step instanceof Promise) await flushed(socket, await step);
    else if ('flood' in step) {
      for (let left = step.flood; left > 0 && !socket.destroyed; left -= BLOCK.length) await flushed(socket, BLOCK);
    } else {
      for (const byte of step.drip) {
        if (socket.destroyed) return;
        await flushed(socket, byte);
        await new Promise((resolve) => setTimeout(resolve, step.every));
      }
    }
  }
}

function flushed(socket: Socket, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => socket.write(bytes, () => resolve()));
}
