/**
 * A vendor that fails: the sandboxes of all accounts, in a process of their own, behind a door that spoils some calls and
 * counts what was accepted.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import { forward } from '../crash/vendor.ts';
import { keysIn, LINES } from './lines.ts';

/** What the door does to a call, and to how many of a thousand. */
export const FAULTS = {
  'answers 500, has accepted nothing': 25,
  'answers 429 with Retry-After': 10,
  'cuts the connection, has accepted nothing': 20,
  'accepts, and cuts the connection': 25,
  'answers late': 20,
} as const;

export type Fault = keyof typeof FAULTS;

export interface FailingVendorOptions {
  /** Whether every call may be spoiled, or those only that have a message. */
  spoils: 'all' | 'messages';
  seed: number;
}

export interface VendorReport {
  /** How often each message was accepted. */
  accepted: Record<string, number>;
  /** Calls in all, and those that were spoiled, by what was done to them. */
  calls: number;
  spoiled: Partial<Record<Fault, number>>;
  /** Connections that were cut before anything was read. */
  refused: number;
  /** Connections that are open now. */
  open: number;
}

export interface FailingVendor {
  port: number;
  /** Where each account finds it, and with which credentials; by the id of the account. */
  lines: Record<string, Pick<Sandbox, 'baseUrl' | 'tokenUrl' | 'credentials'>>;
  report(): Promise<VendorReport>;
  close(): Promise<void>;
}

/** Milliseconds of an answer that comes late. */
const LATE = 300;
/** One connection in so many is cut as soon as it is there. */
const REFUSES = 20;

export async function startFailingVendor(options: FailingVendorOptions): Promise<FailingVendor> {
  const child = fork(fileURLToPath(import.meta.url), [SERVE, JSON.stringify(options)]);
  const begun = (await told(child)) as Pick<FailingVendor, 'port' | 'lines'>;
  return {
    ...begun,
    report() {
      child.send('report');
      return told(child) as Promise<VendorReport>;
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function told(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const end = (code: number | null) => ended.abort(new Error(`The vendor ended with ${code}`));
  child.once('exit', end);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message;
  } finally {
    child.off('exit', end);
  }
}

/** The process itself: says where it is, and reports whenever it is asked. */
async function serve({ spoils, seed }: FailingVendorOptions): Promise<void> {
  const report: VendorReport = { accepted: {}, calls: 0, spoiled: {}, refused: 0, open: 0 };
  const sandboxes = await startSandboxes(({ text }) => {
    for (const key of keysIn(text)) report.accepted[key] = (report.accepted[key] ?? 0) + 1;
  });
  const draw = random(seed);

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const [, id = '', path = ''] = /^\/(\w+)(.*)$/.exec(incoming.url ?? '') ?? [];
    const sandbox = sandboxes.get(id);
    if (!sandbox) return void response.writeHead(404).end();
    report.calls += 1;
    const mayFail = spoils === 'all' || keysIn(body.toString()).length > 0;
    const fault = mayFail ? faultOf(draw()) : null;
    if (fault) report.spoiled[fault] = (report.spoiled[fault] ?? 0) + 1;
    if (fault === 'cuts the connection, has accepted nothing') return void response.socket?.resetAndDestroy();
    if (fault === 'answers 500, has accepted nothing') return void response.writeHead(500).end('Out of order');
    if (fault === 'answers 429 with Retry-After') return void response.writeHead(429, { 'retry-after': '1' }).end();
    const { status, headers, body: text } = await forward(sandbox, incoming, path, body);
    if (fault === 'accepts, and cuts the connection') return void response.socket?.resetAndDestroy();
    if (fault === 'answers late') await pause(LATE);
    response.writeHead(status, headers).end(text);
  }

  const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    if (draw() < 1 / REFUSES) {
      report.refused += 1;
      socket.resetAndDestroy();
      return;
    }
    report.open += 1;
    socket.once('close', () => {
      report.open -= 1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const lines = Object.fromEntries(
    [...sandboxes].map(([id, { baseUrl, tokenUrl, credentials }]) => {
      const here = (address: string) => `http://127.0.0.1:${port}/${id}${new URL(address).pathname}`;
      return [id, { baseUrl: here(baseUrl), tokenUrl: tokenUrl && here(tokenUrl), credentials }];
    }),
  );
  process.on('message', () => process.send?.(report));
  process.on('disconnect', () => process.exit());
  process.send?.({ port, lines });
}

async function startSandboxes(accepted: (message: { text: string }) => void): Promise<Map<string, Sandbox>> {
  const started = new Map<string, Sandbox>();
  for (const { id, provider } of LINES) {
    const sandbox = await startSandbox(provider);
    sandbox.on('message', accepted);
    started.set(id, sandbox);
  }
  return started;
}

function faultOf(drawn: number): Fault | null {
  let place = drawn * 1000;
  for (const [fault, share] of Object.entries(FAULTS)) {
    if (place < share) return fault as Fault;
    place -= share;
  }
  return null;
}

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SERVE = 'serve the load';
if (process.argv[2] === SERVE) await serve(JSON.parse(process.argv[3] ?? '') as FailingVendorOptions);
