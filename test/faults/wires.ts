/** The line to each vendor, with a door before it that breaks when it is told to. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { providers } from '../../dist/src/providers/index.js';
import type { Provider } from '../../dist/src/providers/provider.js';
import { Session, type SessionOptions } from '../../dist/src/providers/session.js';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import type { SmsError } from '../../dist/src/sms/errors.js';
import { facts, outgoing, phone, until } from '../providers/support.ts';
import { ELSEWHERE, type Fault } from './by-http.ts';
import { type Gate, type Kind, openGate } from './gate.ts';
import { openPlace, type Spot } from './places.ts';
import { ACCEPTED } from './verdicts.ts';

export interface Wire {
  provider: Provider;
  sandbox: Sandbox;
  gate: Gate;
}

/** Milliseconds a call may take where that is not to matter, and where it is. */
const LONG = 8000;
const SHORT = 400;

/** The emulator of each vendor, a door before each, and another host that should never be called; all end with the suite. */
export function wires(): { all: Wire[]; elsewhere: () => number } {
  const all: Wire[] = [];
  const other = { server: undefined as Server | undefined, connections: 0 };
  before(async () => {
    other.server = createServer((socket) => {
      other.connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(other.server, 'listening');
    for (const provider of providers) all.push(await openWire(provider, originOf(other.server)));
  });
  after(async () => {
    other.server?.close();
    await Promise.all(all.flatMap(({ sandbox, gate }) => [gate.close(), sandbox.close()]));
  });
  return { all, elsewhere: () => other.connections };
}

function originOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

async function openWire(provider: Provider, other: string): Promise<Wire> {
  const sandbox = await startSandbox(provider.id, { pace: 0.01 });
  const path = sandbox.tokenUrl && new URL(sandbox.tokenUrl).pathname;
  const gate = await openGate(Number(new URL(sandbox.baseUrl).port), (line) => line.startsWith(`POST ${path} `));
  gate.finish = (step) => (typeof step === 'string' ? step.replaceAll(ELSEWHERE, other) : step);
  return { provider, sandbox, gate };
}

/** Does something on a line of its own on which something goes wrong; afterwards nothing is left of the line. */
export async function inTrouble<T>(
  wire: Wire,
  fault: Fault,
  { kind = 'call' as Kind, seen = true, from = 1 },
  act: (line: Session) => Promise<T>,
): Promise<T> {
  const { gate, provider, sandbox } = wire;
  const place = typeof fault.how === 'string' ? await openPlace(fault.how) : null;
  const through = (url: string, isHere: boolean) => (isHere ? addressBy(url, place ?? spotOf(gate)) : url);
  const line = new Session(provider, {
    baseUrl: through(sandbox.baseUrl, kind === 'call'),
    tokenUrl: sandbox.tokenUrl && through(sandbox.tokenUrl, kind === 'token'),
    credentials: sandbox.credentials,
    timeout: fault.slow ? SHORT : LONG,
  } satisfies SessionOptions);
  try {
    await line.http.warm();
    if (fault.slow && kind === 'call' && !place) await warmed(wire, line);
    gate.trouble = { break: typeof fault.how === 'string' ? null : fault.how, kind, seen, from };
    gate.calls = 0;
    gate.heads = [];
    const done = await act(line);
    assert.equal(place?.heard() ?? '', '', 'nothing was said to who is not trusted');
    return done;
  } finally {
    gate.trouble = { break: null, kind, seen: true, from: 1 };
    await line.close();
    await place?.close();
    await until(() => gate.sockets.size === 0, `no socket of ${provider.id} is left`);
  }
}

/** Connected, with a token: a slow machine must not be taken for a slow vendor. */
async function warmed(wire: Wire, line: Session): Promise<void> {
  for (let left = 5; ; left -= 1) {
    try {
      await wire.provider.verbs.send(line, message('warm'));
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

function spotOf({ port }: Gate): Pick<Spot, 'host' | 'port' | 'secure'> {
  return { host: '127.0.0.1', port, secure: false };
}

export function addressBy(url: string, { host, port, secure }: Pick<Spot, 'host' | 'port' | 'secure'>): string {
  return `${secure ? 'https' : 'http'}://${host}:${port}${new URL(url).pathname}`;
}

export const TO = phone('4321');

export function message(text: string) {
  return outgoing(TO, { text, reference: `ref-${text}` });
}

/** What an attempt came to, in the words of the table. */
export async function verdictOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return ACCEPTED;
  } catch (error) {
    return facts(error as SmsError);
  }
}

/** How many SMS with this text the vendor has. */
export function taken({ sandbox }: Wire, text: string): number {
  return sandbox.messages().filter((sms) => sms.text === text).length;
}
