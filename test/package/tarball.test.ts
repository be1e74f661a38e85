/** What is in the tarball that users get, and that it works outside this folder. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readExamples } from '../support/examples.ts';
import { installPackage, manifest, namesIn, type Packed, packed, ROOT } from '../support/packed.ts';

const run = promisify(execFile);
const types = Object.keys(manifest['node-red'].nodes);

/** Everything a path in the tarball may look like. */
const EXPECTED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^examples\/[^/]+\/[^/]+\.json$/,
  /^dist\/(src|nodes)\/.+(\.js|\.d\.ts)$/,
  /^dist\/nodes\/([^/]+)\/\1\.html$/,
  /^dist\/nodes\/([^/]+)\/locales\/[a-z]{2}(-[A-Z]{2})?\/\1\.(json|html)$/,
  /^dist\/nodes\/[^/]+\/icons\/[^/]+\.svg$/,
];

describe('the tarball', () => {
  let folder: string;
  let pack: Packed;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sms-tarball-'));
    pack = await installPackage(join(folder, 'node_modules'));
    console.log(
      `    ${kilobytes(pack.size)} packed, ${kilobytes(pack.unpackedSize)} unpacked, ${pack.files.length} files`,
    );
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds nothing but what Node-RED and a library user need', () => {
    const strangers = pack.files.filter((file) => !EXPECTED.some((pattern) => pattern.test(file)));
    assert.deepEqual(strangers, []);
  });

  it('holds nothing compiled from a source that is gone (else: npm run clean)', () => {
    const compiled = pack.files.filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file));
    const stale = compiled.filter(
      (file) => !existsSync(join(ROOT, file.replace(/^dist\/(.*?)(\.d\.ts|\.js)$/, '$1.ts'))),
    );
    assert.deepEqual(stale, []);
  });

  it('holds the js, the editor half, the labels and the help of each node type', () => {
    const wanted = types.flatMap((type) => [
      `dist/nodes/${type}/${type}.js`,
      `dist/nodes/${type}/${type}.html`,
      `dist/nodes/${type}/locales/en-US/${type}.json`,
      `dist/nodes/${type}/locales/en-US/${type}.html`,
    ]);
    assert.deepEqual(missing(wanted, pack.files), []);
  });

  it('holds the papers, every icon and every example of the project', () => {
    const icons = namesIn('icons').map((icon) => `dist/nodes/sms-send/icons/${icon}`);
    const examples = readExamples().map(({ path }) => `examples/${path}`);
    assert.ok(icons.length > 0 && examples.length > 0, 'no icon or no example in the project');
    const wanted = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', ...icons, ...examples];
    assert.deepEqual(missing(wanted, pack.files), []);
  });

  it('names a node type as its folder and its file', () => {
    for (const [type, file] of Object.entries(manifest['node-red'].nodes)) {
      assert.equal(file, `dist/nodes/${type}/${type}.js`);
    }
    const plugins = Object.entries(manifest['node-red'].plugins);
    for (const [name, file] of plugins) assert.equal(file, `dist/nodes/${name}/${name}.js`);
    const folders = namesIn('nodes').filter((name) => existsSync(join(ROOT, 'nodes', name, `${name}.ts`)));
    assert.deepEqual([...types, ...plugins.map(([name]) => name)].sort(), folders.sort());
  });

  it('uses no module that package.json does not declare', () => {
    const { dependencies, peerDependencies = {} } = JSON.parse(read(folder, pack, 'package.json'));
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
    const undeclared = pack.files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => modulesUsedIn(read(folder, pack, file)).map((name) => `${name} in ${file}`))
      .filter((use) => !declared.has(use.split(' in ')[0] ?? ''));
    assert.deepEqual(undeclared, []);
  });

  it('is a library without Node-RED', async () => {
    const script = `
      const sms = require('${pack.name}');
      const nodeRed = Object.keys(require.cache).filter((file) => /node_modules.(@node-red|node-red)/.test(file));
      console.log(JSON.stringify({ isError: new sms.SmsError('SMS_CONFIG', 'x') instanceof Error, nodeRed }));`;
    const { stdout } = await run(process.execPath, ['-e', script], { cwd: folder });
    assert.deepEqual(JSON.parse(stdout), { isError: true, nodeRed: [] });
  });

  it('starts the sandbox by the name of its command', async () => {
    const { bin } = JSON.parse(read(folder, pack, 'package.json'));
    const command = join(folder, 'node_modules', pack.name, bin['sms-sandbox']);
    assert.match(readFileSync(command, 'utf8'), /^#!\/usr\/bin\/env node\n/);
    const { stdout } = await run(process.execPath, [command, '--help'], { cwd: folder });
    assert.match(stdout, /sms-sandbox/);
  });
});

describe('package-lock.json', () => {
  it('names no host, so that any registry can serve it', () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(lock) as { packages: Record<string, { resolved?: string }> };
    assert.ok(Object.keys(packages).length > 10);
    assert.deepEqual(
      Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined),
      [],
    );
  });

  it('tells the version and the dependencies of package.json', async () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
    const { version } = await packed();
    assert.equal(lock.packages[''].version, version);
    assert.deepEqual(lock.packages[''].dependencies, manifest.dependencies);
  });
});

function missing(wanted: readonly string[], present: readonly string[]): string[] {
  return wanted.filter((file) => !present.includes(file));
}

function read(folder: string, pack: Packed, file: string): string {
  return readFileSync(join(folder, 'node_modules', pack.name, file), 'utf8');
}

/** Names of packages in `require('…')`, `import('…')` and `require.resolve('…')`, without paths into them. */
function modulesUsedIn(source: string): string[] {
  const names = [...source.matchAll(/\b(?:require|import|require\.resolve)\(\s*(['"])([^'"]+)\1\s*\)/g)].map(
    ([, , name = '']) => name,
  );
  return names
    .filter((name) => !name.startsWith('.') && !isBuiltin(name))
    .map((name) => (name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name)));
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
