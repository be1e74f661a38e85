/** Makes one script for the browser out of compiled modules: the dialogs count with the very code that sends. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What a script of the editor asks for, by a path below src/; a `${…}` in it stands for any name. */
const WANTED = /smsEditor\.require\((['`])(.+?)\1\)/g;
const REQUIRED = /\brequire\("([^"]+)"\)/g;
/** The comments that say what a thing promises are for those who read the sources. */
const PROMISE = /^[ \t]*\/\*\*[\s\S]*?\*\/\n/gm;

/**
 * The script that gives the dialogs `smsEditor.require(path)`, which answers the exports of a module of `compiled` (dist/src),
 * or undefined when there is no such module; empty when the scripts ask for none.
 * @throws Error for a module that is not compiled, or that needs what no browser has
 */
export function browserModules(compiled, scripts) {
  const modules = new Map();
  for (const id of scripts.flatMap((script) => wanted(compiled, script))) collect(compiled, id, modules);
  if (modules.size === 0) return '';
  const bodies = [...modules].map(([id, code]) => `"${id}": (exports, require) => {\n${code}\n},\n`);
  return `/* From src/, by scripts/browser-modules.mjs. */
(() => {
window.smsEditor = window.smsEditor || {};
const modules = {
${bodies.join('')}};
const loaded = {};
smsEditor.require = (id) => {
  if (!loaded[id] && Object.hasOwn(modules, id)) modules[id]((loaded[id] = {}), smsEditor.require);
  return loaded[id];
};
})();
`;
}

function wanted(compiled, script) {
  return Array.from(script.matchAll(WANTED), ([, , path]) => path).flatMap((path) => {
    if (!path.includes('${')) return [path];
    const pattern = `${path.replace(/\$\{.*?\}/g, '*')}.js`;
    const files = globSync(pattern, { cwd: compiled }).sort();
    return files.map((file) => file.replaceAll('\\', '/').slice(0, -'.js'.length));
  });
}

/** Adds a module and all that it requires. */
function collect(compiled, id, modules) {
  if (modules.has(id)) return;
  const file = join(compiled, `${id}.js`);
  if (!existsSync(file)) throw new Error(`A dialog asks for src/${id}, which is not compiled: ${file}`);
  modules.set(id, '');
  const code = readFileSync(file, 'utf8').replace(PROMISE, '');
  if (/<\/script/i.test(code)) throw new Error(`src/${id} would end the script that it is put in.`);
  const linked = code.replace(REQUIRED, (_, path) => {
    if (!path.startsWith('.')) throw new Error(`src/${id} cannot run in a browser: it needs ${path}.`);
    const required = posix.join(posix.dirname(id), path);
    collect(compiled, required, modules);
    return `require("${required}")`;
  });
  modules.set(id, linked.trim());
}
