/** Names that come and go: what was there is there, and what is gone is gone, from memory too. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Dictionary } from '../../dist/src/store/dictionary.js';
import { ROOT } from '../support/packed.ts';

describe('a dictionary', () => {
  it('has what was put into it until it is taken out, whatever the name', () => {
    const values = new Dictionary<number>();
    const names = ['a', '', '7', '__proto__', 'constructor', 'toString'];
    for (const name of names) assert.deepEqual([values.has(name), values.get(name)], [false, undefined], name);
    for (const [i, name] of names.entries()) values.set(name, i);
    for (const [i, name] of names.entries()) assert.deepEqual([values.has(name), values.get(name)], [true, i], name);
    assert.deepEqual([...values.values()].sort(), [0, 1, 2, 3, 4, 5]);
    values.set('a', 9);
    values.delete('7');
    values.delete('nobody');
    assert.deepEqual([values.get('a'), values.has('7'), values.values().length], [9, false, 5]);
    values.clear();
    assert.deepEqual(values.values(), []);
  });

  /** MB that are in use, without a full collection, after 30,000 KB have come and gone, 50 of them at a time. */
  function left(path: string): number {
    const script = `
      const { Dictionary } = require(${JSON.stringify(path)});
      const values = ${path === '' ? 'new Map()' : 'new Dictionary()'};
      const go = (from, to) => {
        for (let i = from; i < to; i += 1) {
          values.set('name ' + i, new Array(125).fill(i));
          values.delete('name ' + (i - 50));
        }
      };
      go(0, 1000);
      gc();
      const before = process.memoryUsage().heapUsed;
      for (let i = 1; i <= 30; i += 1) {
        go(i * 1000, (i + 1) * 1000);
        gc({ type: 'minor' });
      }
      console.log((process.memoryUsage().heapUsed - before) / 1e6);`;
    const code = path === '' ? script.replace(/const \{ Dictionary \}.*\n/, '\n') : script;
    return Number(execFileSync(process.execPath, ['--expose-gc', '-e', code], { encoding: 'utf8' }));
  }

  it('keeps nothing that is gone until everything is collected, as a Map does', () => {
    const [map, dictionary] = [left(''), left(join(ROOT, 'dist/src/store/dictionary.js'))];
    assert(dictionary < map / 3, `${dictionary} MB are left, and ${map} MB by a Map`);
  });
});
