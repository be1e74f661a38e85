/** What npm install brings for the package, and for others. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packed } from '../test/support/packed.ts';
import type { Findings } from './measure.ts';

const run = promisify(execFile);

export async function measureGroup(): Promise<Findings> {
  const { tarball } = await packed();
  const ours = await installed(tarball);
  const peers = ['node-red-node-twilio', 'node-red-contrib-nexmo'];
  const rows: [string, number, number][] = [['this package', ours.megabytes, ours.packages]];
  for (const peer of peers) {
    const { megabytes, packages } = await installed(peer);
    rows.push([peer, megabytes, packages]);
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  return {
    values: { 'size.bytes': ours.megabytes, 'size.packages': ours.packages },
    table: { head: ['package', 'MB', 'packages'], rows },
  };
}

async function installed(what: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'sms-size-'));
  const shell = process.platform === 'win32';
  await run('npm', ['install', '--prefix', cwd, '--omit=dev', '--ignore-scripts', '--no-audit', what], { cwd, shell });
  const { stdout } = await run('npm', ['ls', '--prefix', cwd, '--all', '--parseable'], { cwd, shell });
  const [, ...packages] = stdout.trim().split('\n');
  const megabytes = bytesIn(join(cwd, 'node_modules')) / 1e6;
  rmSync(cwd, { recursive: true, force: true });
  return { megabytes, packages: packages.length };
}

/** Of the files themselves, whatever the blocks of a disk. */
function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
