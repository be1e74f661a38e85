/** The line to each vendor, with doors before it that break when they are told to. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { providers } from '../../dist/src/providers/index.js';
import type { Provider } from '../../dist/src/providers/provider.js';
import { Session } from '../../dist/src/providers/session.js';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import type { SmsError } from '../../dist/src/sms/errors.js';
import { facts, outgoing, phone, until } from '../providers/support.ts';
import { ELSEWHERE, type Fault } from './by-http.ts';
import { type Gate, openGate } from './gate.ts';
import { openPlace, type Spot } from './places.ts';
import { ACCEPTED } from './verdicts.ts';

/** What is under way when something goes wrong; each has a door of its own, so that all can go on at once. */
export type Moment = 'message' | 'lost message' | 'token' | 'look-up' | 'page';
const MOMENTS: readonly Moment[] = ['message', 'lost message', 'token', 'look-up', 'page'];

export interface Wire {
  provider: Provider;
  sandbox: Sandbox;
  /** Another one, with a few messages that nobody adds to. */
  archive: Sandbox;
  gates: Record<Moment, Gate>;
}

/** As many SMS as the vendor remembers, so that its lists stay short. */
const KEPT = 40;
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
    await Promise.all(all.flatMap(({ gates }) => Object.values(gates).map((gate) => gate.close())));
    await Promise.all(all.flatMap(({ sandbox, archive }) => [sandbox.close(), archive.close()]));
  });
  return { all, elsewhere: () => other.connections };
}

function originOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

async function openWire(provider: Provider, other: string): Promise<Wire> {
  const [sandbox, archive] = await Promise.all([
    startSandbox(provider.id, { pace: 0.01, keep: KEPT }),
    startSandbox(provider.id, { pace: 0.01 }),
  ]);
  const gates = MOMENTS.map(async (moment) => {
    const { baseUrl, tokenUrl } = moment === 'page' ? archive : sandbox;
    const path = tokenUrl && new URL(tokenUrl).pathname;
    const gate = await openGate(Number(new URL(baseUrl).port), (line) => line.startsWith(`POST ${path} `));
    gate.finish = (step) => (typeof step === 'string' ? step.replaceAll(ELSEWHERE, other) : step);
    return [moment, gate] as const;
  });
  const wire = { provider, sandbox, archive, gates: Object.fromEntries(await Promise.all(gates)) as Wire['gates'] };
  for (let n = 0; n < 4; n++) await inTrouble(wire, 'page', null, (line) => provider.verbs.send(line, message(`${n}`)));
  return wire;
}

/** Does something on a line of its own on which something goes wrong, or nothing; afterwards nothing is left of the line. */
export async function inTrouble<T>(
  { provider, gates, ...vendors }: Wire,
  moment: Moment,
  fault: Fault | null,
  act: (line: Session, gate: Gate) => Promise<T>,
): Promise<T> {
  const gate = gates[moment];
  const sandbox = moment === 'page' ? vendors.archive : vendors.sandbox;
  const { how = null, slow = false } = fault ?? {};
  const place = typeof how === 'string' ? await openPlace(how) : null;
  const kind = moment === 'token' ? 'token' : 'call';
  const through = (url: string, isHere: boolean) => (isHere ? addressBy(url, place ?? spotOf(gate)) : url);
  const line = new Session(provider, {
    baseUrl: through(sandbox.baseUrl, kind === 'call'),
    tokenUrl: sandbox.tokenUrl && through(sandbox.tokenUrl, kind === 'token'),
    credentials: sandbox.credentials,
    timeout: slow ? SHORT : LONG,
  });
  try {
    await line.http.warm();
    if (slow && kind === 'call' && !place) await warmed(line);
    const isSeen = moment !== 'lost message';
    gate.trouble = { break: typeof how === 'string' ? null : how, kind, seen: isSeen, from: moment === 'page' ? 2 : 1 };
    gate.calls = 0;
    const done = await act(line, gate);
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
async function warmed(line: Session): Promise<void> {
  for (let left = 5; ; left -= 1) {
    try {
      await line.provider.verbs.send(line, message('warm'));
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
  return outgoing(TO, { text, reference: text.padEnd(40, '.') });
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
