/** A real Node-RED as a child process, with the package installed in it from its packed tarball. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackage, ROOT } from './packed.ts';

/** The Node-RED versions of package.json, by their major number. */
export type NodeRedVersion = '5' | '4';

/** One entry of a flow file. `credentials` are taken out of it and put where Node-RED keeps them. */
export type FlowNode = { id: string; type: string; credentials?: Record<string, string> } & Record<string, unknown>;

export interface NodeRedOptions {
  /** Default `5`. */
  version?: NodeRedVersion;
  /** The flow file it starts with; nothing is written when left out. */
  flows?: readonly unknown[];
  /** Node id → credentials, beside those in `flows`. */
  credentials?: Record<string, Record<string, string>>;
  /** Node-RED's own settings by their own names (`httpAdminRoot`, `httpNodeRoot`, `adminAuth`…); plain JSON. */
  settings?: Record<string, unknown>;
  env?: Record<string, string>;
  /** A port that the flow has to know beforehand (see {@link freePort}); default: any free one. */
  port?: number;
  /** A folder of the caller, kept at the end, so that a second start finds what the first one left. */
  userDir?: string;
}

/** What the admin API answered; `body` is the parsed JSON, or the text where it is none. */
export interface AdminAnswer {
  status: number;
  body: unknown;
  text: string;
  headers: Headers;
}

export interface NodeRed {
  /** Where the admin API and the editor are, without a last slash. */
  url: string;
  /** Where httpNode is (webhooks), without a last slash. */
  nodeRoot: string;
  port: number;
  userDir: string;
  process: ChildProcess;
  admin(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<AdminAnswer>;
  /** A full deploy; resolves when the flows run. Throws when Node-RED does not take them. */
  deploy(flows: readonly unknown[]): Promise<void>;
  logs(): string;
  /** The first log line, past or coming, that matches. */
  waitForLog(pattern: RegExp, milliseconds?: number): Promise<string>;
  /** SIGTERM to the node process, SIGKILL five seconds later. The exit code, null if it had to be killed. */
  stop(): Promise<number | null>;
  /** A crash: nothing is awaited on the way out. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

const START_LIMIT = 30_000;
const STOP_LIMIT = 5_000;
const STARTED = /Started (modified )?(flows|nodes)|Waiting for missing types|Flows stopped/g;

const leftovers = new Set<() => void>();
process.once('exit', () => {
  for (const clean of leftovers) clean();
});

/** Starts Node-RED and resolves when it serves and its flows run. */
export async function startNodeRed(options: NodeRedOptions = {}): Promise<NodeRed> {
  const userDir = options.userDir ?? mkdtempSync(join(tmpdir(), 'node-red-'));
  const port = options.port ?? (await freePort());
  const settings = settingsOf(options, port);
  await prepareUserDir(userDir, options, settings);
  const running = launch(userDir, options);
  const discard = () => {
    running.child.kill('SIGKILL');
    if (!options.userDir) rmSync(userDir, { recursive: true, force: true, maxRetries: 3 });
    leftovers.delete(discard);
  };
  leftovers.add(discard);
  const nodeRed = control(running, userDir, port, settings, discard);
  try {
    await nodeRed.waitForLog(STARTED, START_LIMIT);
    if (settings.httpAdminRoot !== false) await answers(nodeRed);
    return nodeRed;
  } catch (error) {
    discard();
    throw error;
  }
}

/** A TCP port of 127.0.0.1 that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert(address !== null && typeof address === 'object');
  return address.port;
}

interface Running {
  child: ChildProcess;
  exited: Promise<number | null>;
  logs: () => string;
  onOutput: (listener: () => void) => () => void;
}

function launch(userDir: string, options: NodeRedOptions): Running {
  const folder = (options.version ?? '5') === '5' ? 'node-red' : 'node-red-4';
  const red = join(ROOT, 'node_modules', folder, 'red.js');
  const own = join(ROOT, 'node_modules', 'node', 'bin', 'node');
  const child = spawn(existsSync(own) ? own : process.execPath, [red, '--userDir', userDir], {
    cwd: userDir,
    env: { ...process.env, NODE_OPTIONS: '', NODE_RED_HOME: '', HOME: userDir, NO_COLOR: '1', ...options.env },
    stdio: 'pipe',
  });
  const chunks: string[] = [];
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer) => {
    chunks.push(chunk.toString());
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  child.stdin.on('error', () => undefined);
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      resolve(code);
      for (const listener of listeners) listener();
    });
    child.once('error', (error) => take(Buffer.from(String(error))));
  });
  return {
    child,
    exited,
    logs: () => chunks.join(''),
    onOutput: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function control(
  running: Running,
  userDir: string,
  port: number,
  settings: Record<string, unknown>,
  discard: () => void,
): NodeRed {
  const origin = `http://127.0.0.1:${port}`;
  const url = origin + rootPath(settings.httpAdminRoot);
  const end = async (signal: NodeJS.Signals) => {
    running.child.kill(signal);
    const killer = setTimeout(() => running.child.kill('SIGKILL'), STOP_LIMIT);
    const code = await running.exited;
    clearTimeout(killer);
    discard();
    return code;
  };
  const waitForLog = (pattern: RegExp, milliseconds = 10_000, from = 0) =>
    waitFor(running, pattern, milliseconds, from);
  const admin: NodeRed['admin'] = (method, path, body, headers) => call(url + path, method, body, headers);
  return {
    url,
    nodeRoot: origin + rootPath(settings.httpNodeRoot),
    port,
    userDir,
    process: running.child,
    admin,
    async deploy(flows) {
      const before = running.logs().length;
      const deployment = { 'Node-RED-Deployment-Type': 'full' };
      const answer = await admin('POST', '/flows', placed(flows), deployment);
      assert(answer.status < 300, `Node-RED refused the flows: ${answer.status} ${answer.text}`);
      await waitForLog(STARTED, START_LIMIT, before);
    },
    logs: running.logs,
    waitForLog,
    stop: () => end('SIGTERM'),
    async kill(signal = 'SIGKILL') {
      await end(signal);
    },
  };
}

/** The node listens on its standard input, so that it ends when the tests do, however they end. */
function settingsOf(options: NodeRedOptions, port: number): Record<string, unknown> {
  const { editorTheme, ...others } = options.settings ?? {};
  return {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: 'a secret of the tests',
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false } },
    logging: { console: { level: 'info', metrics: false, audit: false } },
    ...others,
    editorTheme: { tours: false, ...(editorTheme as object | undefined) },
  };
}

async function prepareUserDir(userDir: string, options: NodeRedOptions, settings: Record<string, unknown>) {
  mkdirSync(userDir, { recursive: true });
  const write = (name: string, content: unknown) =>
    writeFileSync(join(userDir, name), JSON.stringify(content, null, 2));
  const { name, version } = await installPackage(join(userDir, 'node_modules'));
  write('package.json', { name: 'node-red-project', private: true, dependencies: { [name]: version } });
  const watchdog = "process.stdin.on('end', () => process.exit(1)).resume().unref();";
  writeFileSync(join(userDir, 'settings.js'), `${watchdog}\nmodule.exports = ${JSON.stringify(settings, null, 2)};\n`);
  if (!options.flows) return;
  const credentials = { ...options.credentials };
  const flows = placed(options.flows).map(({ credentials: own, ...node }) => {
    if (own) credentials[node.id] = own;
    return node;
  });
  write('flows.json', flows);
  write('flows_cred.json', encrypted(credentials, String(settings.credentialSecret)));
}

/** Without a place on the canvas an entry is taken for a config node, and never starts where it stands in a flow. */
function placed(flows: readonly unknown[]): FlowNode[] {
  return (flows as FlowNode[]).map((node) => ('wires' in node ? { x: 100, y: 100, ...node } : node));
}

/** The form in which Node-RED keeps credentials: AES-256-CTR under the hash of `credentialSecret`. */
function encrypted(credentials: object, secret: string): { $: string } {
  const vector = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(secret).digest(), vector);
  const text = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64');
  return { $: vector.toString('hex') + text };
}

async function call(url: string, method: string, body?: unknown, headers?: Record<string, string>) {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { accept: 'application/json', ...(json && { 'content-type': 'application/json' }), ...headers },
    body: json,
  });
  const text = await response.text();
  return { status: response.status, body: parsed(text), text, headers: response.headers };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function answers(nodeRed: NodeRed): Promise<void> {
  const limit = Date.now() + 5_000;
  for (;;) {
    const status = await nodeRed.admin('GET', '/settings').then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200 || status === 401) return;
    assert(Date.now() < limit, `GET /settings answers ${status}\n${nodeRed.logs()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function waitFor(running: Running, pattern: RegExp, milliseconds: number, from: number): Promise<string> {
  const wanted = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  const found = () =>
    running
      .logs()
      .slice(from)
      .split('\n')
      .find((line) => wanted.test(line));
  return new Promise((resolve, reject) => {
    const settle = (line: string | undefined, problem?: string) => {
      clearTimeout(timer);
      forget();
      if (line !== undefined) resolve(line);
      else
        reject(new Error(`${problem} while waiting for ${pattern}. Its last words:\n${running.logs().slice(-3000)}`));
    };
    const look = () => {
      const line = found();
      if (line !== undefined) settle(line);
      else if (running.child.exitCode !== null || running.child.signalCode !== null)
        settle(undefined, 'Node-RED ended');
    };
    const timer = setTimeout(() => settle(undefined, `${milliseconds} ms passed`), milliseconds);
    const forget = running.onOutput(look);
    look();
  });
}

function rootPath(root: unknown): string {
  if (typeof root !== 'string') return '';
  const inner = root.replace(/^\/+|\/+$/g, '');
  return inner && `/${inner}`;
}
