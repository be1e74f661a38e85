/** Puts what Node-RED serves of a node (html, locales, icons) beside its compiled js in dist/nodes, and removes what has no source any more. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { browserModules } from './browser-modules.mjs';

/** The node that carries what all dialogs share (nodes/editor): the account, which every other node needs. */
const EDITOR_HOME = 'sms-provider';

const TAGS = { js: ['<script type="text/javascript">', '</script>'], css: ['<style>', '</style>'] };

/** Node-RED serves the icons of every node folder under one name: all of them in one folder, or they are listed twice. */
const ICON_HOME = 'sms-send';

/**
 * Writes the assets of the package at `root`; a file that is already equal keeps its date.
 * @returns {{written: string[], removed: string[]}} paths relative to `root`
 */
export function copyAssets(root) {
  const wanted = wantedAssets(root);
  const written = [...wanted.keys()].filter((target) => writeIfChanged(join(root, target), wanted.get(target)));
  const removed = staleFiles(root, wanted);
  for (const path of removed) rmSync(join(root, path), { force: true });
  return { written, removed };
}

/** Target (relative to the root) → content. */
function wantedAssets(root) {
  const wanted = new Map();
  for (const type of nodeTypes(root)) {
    const source = join(root, 'nodes', type);
    const target = join('dist', 'nodes', type);
    const html = join(source, `${type}.html`);
    const inside = (type === EDITOR_HOME ? sharedEditor(root) : '') + inTags(partsIn(source));
    if (existsSync(html)) wanted.set(join(target, `${type}.html`), Buffer.from(inside + readFileSync(html, 'utf8')));
    for (const file of filesUnder(join(source, 'locales'))) {
      wanted.set(join(target, relative(source, file)), readFileSync(file));
    }
  }
  for (const file of filesUnder(join(root, 'icons'))) {
    wanted.set(join('dist', 'nodes', ICON_HOME, 'icons', relative(join(root, 'icons'), file)), readFileSync(file));
  }
  return wanted;
}

/** What the dialogs share, and the compiled modules that they ask for. */
function sharedEditor(root) {
  const parts = partsIn(join(root, 'nodes', 'editor'));
  const scripts = parts.filter(({ kind }) => kind === 'js').map(({ text }) => text);
  return inTags([{ kind: 'js', text: browserModules(join(root, 'dist', 'src'), scripts) }, ...parts]);
}

/** The scripts and styles of a folder, in the order of their names. */
function partsIn(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  const parts = names.map((name) => ({ kind: name.split('.').pop(), path: join(folder, name) }));
  return parts.filter(({ kind }) => TAGS[kind]).map(({ kind, path }) => ({ kind, text: readFileSync(path, 'utf8') }));
}

/** Node-RED serves one html per node and nothing beside it, so the scripts and styles travel inside. */
function inTags(parts) {
  const filled = parts.filter(({ text }) => text !== '');
  return filled.map(({ kind, text }) => `${TAGS[kind].join(`\n${text}`)}\n\n`).join('');
}

function nodeTypes(root) {
  const nodes = join(root, 'nodes');
  return readdirSync(nodes).filter((name) => statSync(join(nodes, name)).isDirectory());
}

/** Compiled files whose source is gone are stale too: Node-RED would go on loading a node that was removed. */
function staleFiles(root, wanted) {
  return filesUnder(join(root, 'dist', 'nodes'))
    .map((file) => relative(root, file))
    .filter((path) => !wanted.has(path) && !hasTypeScriptSource(root, path));
}

function hasTypeScriptSource(root, path) {
  const source = relative('dist', path).replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts');
  return source.endsWith('.ts') && existsSync(join(root, source));
}

function writeIfChanged(target, content) {
  if (existsSync(target) && readFileSync(target).equals(content)) return false;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  return true;
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { written, removed } = copyAssets(fileURLToPath(new URL('..', import.meta.url)));
  if (written.length + removed.length > 0) console.log(`assets: ${written.length} copied, ${removed.length} removed`);
}
