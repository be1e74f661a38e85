/** A real Redis for tests: a redis-server of their own on a free port, gone with the tests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './node-red.ts';

export interface RedisServer {
  port: number;
  /** redis://127.0.0.1:port */
  url: string;
  process: ChildProcess;
  /** Answers of the server to a command, as redis-cli prints them. */
  cli(...command: string[]): string;
  /** SIGKILL: nothing is saved on the way out. */
  kill(): Promise<void>;
  /** The same again, on the same port, with what is on its disk, and more options. */
  start(...more: string[]): Promise<void>;
}

const leftovers = new Set<() => void>();
process.once('exit', () => {
  for (const clean of leftovers) clean();
});

/**
 * Skips the tests of a suite where there is no redis-server, with CI=true it fails them; to be called in a `before`.
 * @param options of redis-server, as `--maxmemory 1mb`
 */
export async function startRedis(suite: Mocha.Context, ...options: string[]): Promise<RedisServer> {
  if (!isInstalled() && process.env.CI !== 'true') {
    console.warn('      no redis-server here: install it (apt-get install redis-server) to run these');
    suite.skip();
  }
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const { port, process: launched } = await launchSomewhere(folder, options);
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    process: launched,
    cli: (...command) => execFileSync('redis-cli', ['-p', String(port), ...command], { encoding: 'utf8' }).trim(),
    kill: async () => {
      if (server.process.exitCode !== null || server.process.signalCode !== null) return;
      server.process.kill('SIGKILL');
      await once(server.process, 'exit');
    },
    start: async (...more) => {
      server.process = await launch(port, folder, [...options, ...more]);
    },
  };
  leftovers.add(() => {
    server.process.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return server;
}

let shared: Promise<RedisServer> | undefined;

/** One for all suites that need no more than an empty part of it: each takes a prefix of its own. */
export function sharedRedis(suite: Mocha.Context): Promise<RedisServer> {
  shared ??= startRedis(suite);
  return shared;
}

let prefixes = 0;

/** For keys that nobody else uses. */
export function newPrefix(): string {
  prefixes += 1;
  return `test-${prefixes}`;
}

function isInstalled(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A port that was free may have been taken by the time the server wants it. */
async function launchSomewhere(folder: string, options: readonly string[]) {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      return { port, process: await launch(port, folder, options) };
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

async function launch(port: number, folder: string, options: readonly string[]): Promise<ChildProcess> {
  const given = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'];
  // Even when the tests are killed it does not outlive them, where there is a way to say so.
  const before = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL'] : [];
  const [command = '', ...words] = [...before, 'redis-server', ...given, '--appendfsync', 'no', ...options];
  const child = spawn(command, words, { stdio: 'ignore' });
  await once(child, 'spawn');
  // It ends with the tests, and not the tests with it.
  child.unref();
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    if (await listens(port)) return child;
    await pause(10);
  }
  throw new Error('redis-server does not listen');
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Asks again and again until it resolves, for some seconds. */
export async function soon(ask: () => Promise<unknown>): Promise<void> {
  for (const end = Date.now() + 8000; ; await pause(50)) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
