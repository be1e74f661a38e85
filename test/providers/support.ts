/** What the tests of the provider layer share: sessions that end with their test, a vendor made of raw bytes, errors looked into. */
import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { enco } from '../../dist/src/providers/enco/index.js';
import type { OutgoingMessage, Provider } from '../../dist/src/providers/provider.js';
import type { SessionOptions } from '../../dist/src/providers/session.js';
import { Session } from '../../dist/src/providers/session.js';
import type { Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import { startSandbox } from '../../dist/src/sandbox/index.js';
import { SmsError } from '../../dist/src/sms/errors.js';

export interface Edge {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  port: number;
  /** Each request as it came, head and body. */
  requests: string[];
  /** How many connections there were. */
  connections(): number;
  /** Sockets that are open. */
  sockets: Set<Socket>;
}

/** Writes whatever it likes; called once for each whole request. */
export type Answerer = (socket: Socket, request: string, nth: number) => void;

type Ending = () => Promise<void>;

/** Starts servers and sessions that end with the test. */
export function workshop() {
  let endings: Ending[] = [];
  afterEach(async () => {
    await Promise.all(endings.map((end) => end()));
    endings = [];
  });
  return {
    async sandbox(options: SandboxOptions = {}, provider = 'enco'): Promise<Sandbox> {
      const sandbox = await startSandbox(provider, { pace: 0.01, hang: 40, ...options });
      endings.push(() => sandbox.close());
      return sandbox;
    },
    session(line: Partial<SessionOptions> & Pick<SessionOptions, 'credentials'>, provider: Provider = enco): Session {
      const session = new Session(provider, { timeout: 2000, ...line });
      endings.push(() => session.close());
      return session;
    },
    /** A vendor whose every byte the test decides. */
    async edge(answer: Answerer): Promise<Edge> {
      const { edge, close } = await listen(answer);
      endings.push(close);
      return edge;
    },
    ends(end: Ending): void {
      endings.push(end);
    },
  };
}

export const CREDENTIALS = { clientId: 'shop-client', clientSecret: 'tell-nobody-9f8e' };
export const TOKEN = 'token-that-is-secret-4711';

/** An Enco whose token endpoint works, and whose API answers as the test says; `nth` counts the calls of the API. */
export function api(answer: Answerer): Answerer {
  let calls = 0;
  return (socket, request) => {
    if (isTokenRequest(request)) socket.write(tokenAnswer());
    else answer(socket, request, ++calls);
  };
}

export function isTokenRequest(request: string): boolean {
  return request.startsWith('POST /token ');
}

export function tokenAnswer(more: object = {}): string {
  return http(200, JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600, ...more }));
}

/** An HTTP answer with a right content-length, unless the headers say otherwise. */
export function http(
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string | string[]> = {},
): string {
  const given = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  const named = Object.keys(headers).map((name) => name.toLowerCase());
  if (!named.includes('content-length')) given.push(`content-length: ${Buffer.byteLength(body)}`);
  if (!named.includes('content-type')) given.push('content-type: application/json');
  return `HTTP/1.1 ${status} Whatever\r\n${given.join('\r\n')}\r\n\r\n${body}`;
}

export const SENT = {
  resourceURL: 'https://api.enco.io/sms/1.0.0/sms/outboundmessages/deliveryinfos/0b4fa6b6-0001',
  deliveryInfo: [{ address: '+32470123456', deliveryStatus: 'DeliveredToNetwork' }],
};

export function outgoing(to: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { to, text: 'Pump 3 is dry', sender: null, reference: 'ref-1', options: {}, callbackUrl: null, ...more };
}

/** The number whose story ends in these digits. */
export const phone = (digits: string): string => `+3247000${digits}`;

/** What the promise was refused with. */
export async function failure(promise: Promise<unknown>): Promise<SmsError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof SmsError, `an SmsError, not ${inspect(error)}`);
    return error;
  }
  return assert.fail('it succeeded');
}

/** The facts of an error that the rest of the house acts on. */
export function facts({ code, outcome, retryable }: SmsError): string {
  return `${code} ${outcome}${retryable ? ' retryable' : ''}`;
}

/** Everything that a log, a debug node or a status could make of a value. */
export function everythingShownOf(value: unknown): string {
  const shown = [inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value) ?? ''];
  for (let error = value; error instanceof Error; error = error.cause) {
    shown.push(String(error), error.message, error.stack ?? '', JSON.stringify(error));
  }
  return shown.join('\n');
}

/** @throws AssertionError when one of the secrets, or a form of it that travels, can be seen */
export function assertNothingSecret(value: unknown, secrets: readonly string[]): void {
  const shown = everythingShownOf(value);
  for (const secret of secrets.flatMap(formsOf))
    assert.ok(!shown.includes(secret), `${secret} is seen in ${shown.slice(0, 300)}`);
}

function formsOf(secret: string): string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
}

async function listen(answer: Answerer): Promise<{ edge: Edge; close: Ending }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const requests: string[] = [];
  const server: Server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    eachRequest(socket, (request) => {
      requests.push(request);
      answer(socket, request, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const edge = { origin: `http://127.0.0.1:${port}`, port, requests, connections: () => connections, sockets };
  return { edge, close };
}

function eachRequest(socket: Socket, whole: (request: string) => void): void {
  let read = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    read = Buffer.concat([read, Buffer.from(chunk)]);
    for (;;) {
      const end = read.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = read.subarray(0, end).toString('latin1');
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (read.length < end + 4 + length) return;
      whole(read.subarray(0, end + 4 + length).toString('utf8'));
      read = read.subarray(end + 4 + length);
    }
  });
}

/** Resolves as soon as the condition holds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 3000;
  while (!holds()) {
    assert.ok(Date.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
