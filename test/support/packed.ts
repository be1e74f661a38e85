/** The package as a user gets it: packed once per test run, unpacked wherever it is asked for. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What `npm pack` says of the tarball; sizes in bytes. */
export interface Packed {
  tarball: string;
  name: string;
  version: string;
  size: number;
  unpackedSize: number;
  /** Paths inside the package. */
  files: string[];
}

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The project's package.json. */
export const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  'node-red': { nodes: Record<string, string>; plugins: Record<string, string> };
};

/** Names in a folder of the project; none when there is no such folder. */
export function namesIn(folder: string): string[] {
  return existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)) : [];
}

const run = promisify(execFile);
let packing: Promise<Packed> | undefined;

/** Packs the built tree, the first time it is asked. */
export function packed(): Promise<Packed> {
  packing ??= pack();
  return packing;
}

/**
 * Installs the tarball in `nodeModules` with the packages it declares and no others: those are links into the
 * project's own node_modules, where each finds what it depends on itself. A module that is used but not declared is
 * therefore not found. An installation that is there already is left as it is.
 */
export async function installPackage(nodeModules: string): Promise<Packed> {
  const pack = await packed();
  const target = join(nodeModules, pack.name);
  if (existsSync(target)) return pack;
  mkdirSync(target, { recursive: true });
  await run('tar', ['-xzf', pack.tarball, '-C', target, '--strip-components=1']);
  for (const dependency of Object.keys(manifest.dependencies)) {
    const link = join(nodeModules, dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', dependency), link, 'junction');
  }
  return pack;
}

async function pack(): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), 'sms-pack-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: ROOT,
    maxBuffer: 16 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  const told = JSON.parse(stdout) as unknown;
  const [entry] = (Array.isArray(told) ? told : Object.values(told as object)) as (Omit<Packed, 'tarball' | 'files'> & {
    filename: string;
    files: { path: string }[];
  })[];
  if (!entry) throw new Error(`npm pack said nothing of a tarball: ${stdout}`);
  const { filename, files, name, version, size, unpackedSize } = entry;
  return { tarball: join(folder, filename), name, version, size, unpackedSize, files: files.map((file) => file.path) };
}
