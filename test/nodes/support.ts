/** Flows in node-red-node-test-helper: the nodes of the package, what comes out of each output, errors and statuses. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from 'express';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { closeUnused } from '../../dist/src/runtime/open-stores.js';
import { sharedOf } from '../../dist/src/runtime/registry.js';
import { wake } from '../../dist/src/runtime/started.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../dist/src/sandbox/index.js';
import { manifest, ROOT } from '../support/packed.ts';

export type Message = Record<string, unknown> & { _msgid: string };
export type Entry = { id: string; type: string } & Record<string, unknown>;

export interface Flow {
  /** What came out of the node under test, by output. */
  out: [Message[], Message[], Message[]];
  /** What Catch was given. */
  errors: Message[];
  statuses: { fill?: string; shape?: string; text?: string }[];
  /** Messages of which the node said that it is done with them. */
  completed: Message[];
  give(message: object): void;
  /** Resolves when it holds; throws with what has come when it does not in time. */
  until(holds: () => boolean, milliseconds?: number): Promise<void>;
}

const require = createRequire(import.meta.url);
const modules = Object.values(manifest['node-red'].nodes).map((file) => require(join(ROOT, file)) as () => void);
/** The id of the node under test. */
export const NODE = 'node';

/** Serves httpNode at the address of a test server, as Node-RED does, and ends everything with its test. */
export function flows() {
  let sandboxes: Sandbox[] = [];
  afterEach(async () => {
    if (isServing) await end();
    await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
    sandboxes = [];
  });
  return {
    async sandbox(options?: SandboxOptions, provider = 'enco'): Promise<Sandbox> {
      const sandbox = await startSandbox(provider, { pace: 0.01, hang: 30, ...options });
      sandboxes.push(sandbox);
      return sandbox;
    },
    load,
  };
}

let isServing = false;
/** Node-RED's user folder of this test, where its store is. */
let userDir = '';

export const folder = () => userDir;

async function begin(): Promise<void> {
  userDir = mkdtempSync(join(tmpdir(), 'sms-nodes-'));
  await helper.startServer();
  helper.settings({ userDir });
  isServing = true;
}

async function end(): Promise<void> {
  await helper.unload();
  await helper.stopServer();
  isServing = false;
  // The next test is another Node-RED.
  sharedOf(red).stores.clear();
  await closeUnused();
  rmSync(userDir, { recursive: true, force: true });
}

const placed = (entry: Omit<Entry, 'id'> & { id?: string }) => ({ z: 'tab', x: 100, y: 100, ...entry });

/** Starts a flow around one node; entries of an account take their credentials out of `credentials`. */
async function load(node: Omit<Entry, 'id'>, accounts: Entry[], more: Entry[] = []): Promise<Flow> {
  const credentials: Record<string, object> = {};
  const configs = accounts.map(({ credentials: own, ...entry }) => {
    credentials[entry.id] = own as object;
    return entry;
  });
  const listeners = ['out0', 'out1', 'out2', 'errors', 'statuses', 'completed'];
  const flow = [
    { id: 'tab', type: 'tab', label: 'Test' },
    ...configs,
    placed({ id: NODE, wires: [['out0'], ['out1'], ['out2']], ...node }),
    placed({ id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['errors']] }),
    placed({ id: 'status', type: 'status', scope: [NODE], wires: [['statuses']] }),
    placed({ id: 'complete', type: 'complete', scope: [NODE], wires: [['completed']] }),
    ...listeners.map((id) => placed({ id, type: 'helper', wires: [] })),
    ...more.map(placed),
  ];
  if (!isServing) await begin();
  await helper.load([mount, ...modules] as never, flow as never, credentials as never);
  wake(red);
  return listen();
}

let red: NodeAPI;

function mount(RED: NodeAPI): void {
  red = RED;
  (helper as unknown as { _app: Application })._app.use(RED.httpNode as unknown as Application);
}

/** Stops the flow, as a deploy does: what all nodes of a Node-RED share stays. */
export async function unload(): Promise<void> {
  await helper.unload();
}

export const nodeOf = (id: string) => helper.getNode(id);

function listen(): Flow {
  const waiting = new Set<() => void>();
  const hear = (id: string): Message[] => {
    const list: Message[] = [];
    helper.getNode(id).on('input', (message: unknown) => {
      list.push(message as Message);
      for (const look of [...waiting]) look();
    });
    return list;
  };
  const out: Flow['out'] = [hear('out0'), hear('out1'), hear('out2')];
  const [errors, changes, completed] = [hear('errors'), hear('statuses'), hear('completed')];
  return {
    out,
    errors,
    completed,
    get statuses() {
      return changes.map(({ status }) => status as Flow['statuses'][number]);
    },
    give: (message) => helper.getNode(NODE).receive(message as never),
    until: (holds, milliseconds = 5000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          const seen = { out: out.map((list) => list.length), errors: errors.map(codeOf), statuses: changes.length };
          reject(new Error(`It did not happen: ${JSON.stringify(seen)}`));
        }, milliseconds);
        const look = () => {
          if (!holds()) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** An account on a sandbox of the test, as if it were the vendor. */
export function account({ baseUrl, tokenUrl, credentials }: Sandbox, more: Partial<Entry> = {}): Entry {
  const { credentials: others, ...rest } = more;
  return {
    id: 'account',
    type: 'sms-provider',
    name: 'Trial',
    provider: 'enco',
    sandbox: false,
    baseUrl,
    tokenUrl,
    region: 'BE',
    lookups: '0.03,0.06',
    credentials: { ...credentials, ...(others as object | undefined) },
    ...rest,
  };
}

export const codeOf = ({ error }: Message) => (error as { code?: string } | undefined)?.code;
export const sentenceOf = (message: Message | undefined) => String((message?.error as Error | undefined)?.message);
export const payloadOf = <T>(message: Message | undefined) => message?.payload as T;
export const url = () => helper.url();
export const admin = () => helper.request();
export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
