/** Those who send an SMS, each in a Node-RED of its own: the package, and what else a flow could use. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cert } from '../test/providers/self-signed.ts';
import { type NodeRed, startNodeRed } from '../test/support/node-red.ts';
import type { Counts } from './vendor.ts';

export interface SubjectOptions {
  name: string;
  /** Nodes from `first` on; the last of them is wired to the driver. `origin` of the vendor. */
  flow: (origin: string) => Record<string, unknown>[];
  /** What the driver adds to each message, with a body that is ready. */
  request?: (origin: string) => object;
  /** It has no output. */
  silent?: boolean;
  /** Its vendor is built in. */
  builtIn?: boolean;
}

const headers = { authorization: 'Bearer d41d8cd98f00b204', accept: 'application/json' };
const path = '/sms/outboundmessages';

const account = (origin: string) => ({
  id: 'account',
  type: 'sms-provider',
  provider: 'enco',
  baseUrl: origin,
  tokenUrl: `${origin}/token`,
  rate: 0,
  publicUrl: 'https://sms.example.com',
  credentials: { clientId: 'id', clientSecret: 'secret', webhookSecret: 'secret' },
});
/** The vendor pushes what becomes of the messages, so that it is hardly asked. */
const pushed = { id: 'pushed', type: 'webhook-in', provider: 'account', path: '/push', z: 'tab', wires: [[], [], []] };
const send = {
  id: 'first',
  type: 'sms-send',
  provider: 'account',
  to: 'to',
  toType: 'msg',
  text: 'payload',
  textType: 'msg',
};

export const OURS = 'sms-send, queue off';
export const QUEUED = 'sms-send, queue on';
export const UNFOLLOWED = 'sms-send, queue off, not followed';
export const REQUEST = 'http request node';
export const NEXMO = 'nexmo node';
export const TWILIO = 'twilio node';

const SUBJECTS: readonly SubjectOptions[] = [
  { name: OURS, flow: (origin) => [account(origin), pushed, { ...send, queue: false }] },
  { name: UNFOLLOWED, flow: (origin) => [account(origin), pushed, { ...send, queue: false, follow: false }] },
  { name: QUEUED, flow: (origin) => [account(origin), pushed, { ...send, queue: true }] },
  {
    name: REQUEST,
    flow: (origin) => [{ id: 'first', type: 'http request', method: 'POST', ret: 'obj', url: origin + path }],
    request: () => ({ headers: { ...headers, 'content-type': 'application/json' } }),
  },
  {
    name: NEXMO,
    builtIn: true,
    flow: () => [
      { id: 'key', type: 'nexmobasic', credentials: { apikey: 'key', apisecret: 'secret' } },
      { id: 'first', type: 'sendsms', creds: 'key', to: '{{msg.to}}', fr: 'Alarm', text: '{{msg.payload}}' },
    ],
  },
  {
    name: TWILIO,
    builtIn: true,
    silent: true,
    flow: () => [
      { id: 'key', type: 'twilio-api', sid: 'AC123', from: '+3250000', credentials: { token: 'token' } },
      { id: 'first', type: 'twilio out', twilio: 'key', twilioType: 'sms', number: '' },
    ],
  },
  {
    name: 'axios, hand-written',
    flow: (origin) => [{ id: 'first', type: 'bench-axios', url: origin + path, headers }],
  },
  {
    name: 'undici dispatch, bare',
    flow: (origin) => [
      {
        id: 'first',
        type: 'bench-undici',
        url: origin + path,
        headers: { ...headers, 'content-type': 'application/json' },
      },
    ],
  },
];

export interface Run {
  /** Milliseconds. */
  time: number;
  /** Milliseconds of the Node-RED process. */
  cpu: number;
  /** MiB. */
  before: number;
  peak: number;
}

/** Milliseconds that a run may take. */
const LONGEST = 60_000;

/** A Node-RED with one subject in it. */
export class Subject {
  readonly name: string;
  readonly silent: boolean;
  #nodeRed: NodeRed;
  #folder: string;

  constructor(name: string, silent: boolean, nodeRed: NodeRed, folder: string) {
    this.name = name;
    this.silent = silent;
    this.#nodeRed = nodeRed;
    this.#folder = folder;
  }

  async run(count: number, together: number): Promise<Run> {
    const { silent } = this;
    const answer = await fetch(`${this.#nodeRed.nodeRoot}/bench`, {
      method: 'POST',
      body: JSON.stringify({ count, together, silent }),
      signal: AbortSignal.timeout(LONGEST),
    }).catch((error) => Promise.reject(new Error(`${this.name}: ${error.message}\n${this.#nodeRed.logs()}`)));
    if (!answer.ok) throw new Error(`${this.name}: ${await answer.text()}\n${this.#nodeRed.logs()}`);
    return (await answer.json()) as Run;
  }

  async peak(): Promise<number> {
    return ((await (await fetch(`${this.#nodeRed.nodeRoot}/peak`)).json()) as Run).peak;
  }

  async stop(): Promise<void> {
    await this.#nodeRed.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export async function start(name: string, origin: string, nodeOptions = ''): Promise<Subject> {
  const found = SUBJECTS.find((one) => one.name === name);
  if (!found) throw new Error(`no subject ${name}`);
  const folder = mkdtempSync(join(tmpdir(), 'sms-bench-'));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, cert);
  linkPeers(join(folder, 'node_modules'));
  const redirect = found.builtIn ? `--require ${join(import.meta.dirname, 'nodes/redirect.cjs')}` : '';
  const nodeRed = await startNodeRed({
    userDir: folder,
    flows: flowOf(found, origin),
    env: {
      NODE_EXTRA_CA_CERTS: ca,
      NODE_OPTIONS: `--expose-gc ${redirect} ${nodeOptions}`,
      BENCH_VENDOR: origin,
    },
  });
  // An address that no push reaches proves nothing.
  await fetch(`${nodeRed.nodeRoot}/push/secret`, { method: 'POST', body: '{"job":"none"}' });
  return new Subject(name, found.silent === true, nodeRed, folder);
}

function flowOf({ flow, request }: SubjectOptions, origin: string): Record<string, unknown>[] {
  const nodes = flow(origin);
  const last = nodes.at(-1) as Record<string, unknown>;
  const outputs = last.type === 'sms-send' ? [['driver'], []] : [['driver']];
  const driver = { id: 'driver', type: 'bench-driver', z: 'tab', wires: [['first']], request: request?.(origin) };
  return [
    { id: 'tab', type: 'tab', label: 'Bench' },
    ...nodes.slice(0, -1),
    { ...last, z: 'tab', wires: outputs },
    driver,
  ];
}

/** Every subject finds the same packages in its folder, so that none has less to look through. */
function linkPeers(nodeModules: string): void {
  const peers = join(import.meta.dirname, 'node_modules');
  mkdirSync(nodeModules, { recursive: true });
  symlinkSync(join(import.meta.dirname, 'nodes'), join(nodeModules, 'bench-nodes'));
  for (const name of readdirSync(peers).filter((one) => one.startsWith('node-red-'))) {
    symlinkSync(join(peers, name), join(nodeModules, name));
  }
}

/** The process of the vendors. */
export class Vendor {
  readonly http: string;
  readonly https: string;
  #child: ChildProcess;

  constructor(child: ChildProcess, { port, tlsPort }: { port: number; tlsPort: number }) {
    this.#child = child;
    this.http = `http://127.0.0.1:${port}`;
    this.https = `https://127.0.0.1:${tlsPort}`;
  }

  static async start(): Promise<Vendor> {
    const child = fork(join(import.meta.dirname, 'vendor.ts'));
    const [ports] = await once(child, 'message');
    return new Vendor(child, ports);
  }

  /** What came since the last time it was asked. */
  async count(): Promise<Counts> {
    this.#child.send('count');
    const [counts] = await once(this.#child, 'message');
    return counts;
  }

  stop(): void {
    this.#child.disconnect();
  }
}
