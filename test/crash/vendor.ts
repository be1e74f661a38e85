/**
 * The counting vendor: the sandboxes of all vendors behind a door that spoils the first request of a message as its
 * cell says. It outlives the Node-RED that is killed, and counts what was accepted.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import { startMailDoor } from './mail-door.ts';
import { type Cell, type Fault, keysIn, type Step, VENDORS, type Vendor } from './matrix.ts';

/** What the doors to the vendor ask before they let a message through. */
export interface Doorkeeper {
  /** What is to happen to a request with these messages; waits while the step has it wait. */
  arrived(cell: Cell, keys: readonly string[]): Promise<Fault>;
  /** The vendor has accepted them; waits for ever where the step has its answer wait. */
  accepted(keys: readonly string[]): Promise<void>;
}

export interface CountingVendor {
  url: string;
  /** Where the account of a cell finds its vendor, and with which credentials. */
  line(cell: Cell): Record<string, unknown>;
  /** How often a message was accepted. */
  count(key: string): number;
  /** The messages that wait here, at the step that is asked for. */
  stopped: Set<string>;
  /** The process that asked is dead: what was on its way to the vendor arrives. */
  release(): void;
  close(): Promise<void>;
}

type Answer = { status: number; headers: Record<string, string>; body: string };

const SPOILT: Partial<Record<Fault, Answer>> = {
  unavailable: { status: 503, headers: {}, body: '' },
  throttled: { status: 429, headers: { 'retry-after': '1' }, body: '' },
  garbage: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id": "4' },
};

export async function startVendor(cells: readonly Cell[], step: Step): Promise<CountingVendor> {
  const counts = new Map<string, number>();
  const stopped = new Set<string>();
  const met = new Set<string>();
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isDead = false;
  const sandboxes = await startSandboxes(cells, (text) => {
    for (const key of keysIn(text)) counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  const sandboxOf = ({ vendor }: Cell) => sandboxes.get(VENDORS[vendor].provider) as Sandbox;
  const count = (key: string) => counts.get(key) ?? 0;

  const doorkeeper: Doorkeeper = {
    async arrived({ fault }, keys) {
      const isFirst = keys.some((key) => !met.has(key));
      for (const key of keys) met.add(key);
      if (step === 'after-write' && !isDead) {
        for (const key of keys) stopped.add(key);
        await released;
      }
      return isFirst ? fault : 'none';
    },
    async accepted(keys) {
      if (step !== 'after-accept' || isDead) return;
      for (const key of keys) stopped.add(key);
      await new Promise(() => {});
    },
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const [, id = '', path = ''] = /^\/(\w+)(.*)$/.exec(incoming.url ?? '') ?? [];
    if (id === 'accepted') {
      const isAccepted = path.slice(1).split('&').every(count);
      response.end(isAccepted ? 'yes' : 'no');
      return;
    }
    const cell = cells.find((one) => one.id === id);
    if (!cell) {
      response.writeHead(404).end();
      return;
    }
    const keys = keysIn(body.toString());
    const fault = keys.length > 0 ? await doorkeeper.arrived(cell, keys) : 'none';
    if (fault === 'hang-before') return;
    if (fault === 'reset-before') return void response.socket?.resetAndDestroy();
    const isRefused = fault === 'unavailable' || fault === 'throttled';
    const answer = isRefused ? SPOILT[fault] : await forward(sandboxOf(cell), incoming, path, body);
    if (keys.length > 0 && keys.every(count)) await doorkeeper.accepted(keys);
    if (fault === 'hang-after') return;
    if (fault === 'reset-after') return void response.socket?.resetAndDestroy();
    const { status, headers, body: text } = (SPOILT[fault] ?? answer) as Answer;
    response.writeHead(status, headers).end(text);
  }

  const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mailDoors = new Map<string, Awaited<ReturnType<typeof startMailDoor>>>();
  for (const cell of cells.filter(({ vendor }) => vendor === 'mail')) {
    const { smtp } = sandboxOf(cell);
    if (smtp) mailDoors.set(cell.id, await startMailDoor(cell, smtp, doorkeeper));
  }

  return {
    url,
    stopped,
    count,
    line(cell) {
      const { baseUrl, tokenUrl, credentials, provider } = sandboxOf(cell);
      const common = { provider, credentials, tokenUrl: tokenUrl ?? '' };
      const port = mailDoors.get(cell.id)?.port;
      if (port === undefined) return { ...common, baseUrl: `${url}/${cell.id}${new URL(baseUrl).pathname}` };
      return { ...common, transport: 'smtp', smtpHost: '127.0.0.1', smtpPort: port, mailFrom: 'plant@example.org' };
    },
    release() {
      isDead = true;
      release();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      for (const door of mailDoors.values()) door.close();
      await Promise.all([...sandboxes.values()].map((sandbox) => sandbox.close()));
    },
  };
}

async function startSandboxes(cells: readonly Cell[], accepted: (text: string) => void) {
  const providers = new Set(cells.map(({ vendor }) => VENDORS[vendor as Vendor].provider));
  const started = new Map<string, Sandbox>();
  for (const provider of providers) {
    const sandbox = await startSandbox(provider);
    sandbox.on('message', ({ text }) => accepted(text));
    started.set(provider, sandbox);
  }
  return started;
}

/** The same request at the sandbox, and what it answers. */
export function forward({ baseUrl }: Sandbox, { method, headers }: IncomingMessage, path: string, body: Buffer) {
  return new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(baseUrl);
    const passed = request({ hostname, port, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const { 'transfer-encoding': _, 'content-length': __, connection, 'keep-alive': ___, ...kept } = answer.headers;
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode ?? 502, headers: kept as Record<string, string>, body: text });
      });
    });
    passed.on('error', reject);
    passed.end(body);
  });
}
