/** What SECURITY.md promises is shown by tests that there are, and what is tested is told. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, ROOT } from '../support/packed.ts';

const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const MOST_DEPENDENCIES = 6;

describe('SECURITY.md', () => {
  it('names the tests that show each promise, and all that there are', () => {
    const named = new Set(Array.from(page.matchAll(/`(test\/[\w./-]+)`/g), ([, path = '']) => path));
    for (const path of named) assert.ok(existsSync(join(ROOT, path)), path);
    const tests = readdirSync(join(ROOT, 'test', 'security')).filter((name) => name.endsWith('.test.ts'));
    for (const name of tests) assert.ok(named.has(`test/security/${name}`), name);
  });

  it('has no dead link', () => {
    for (const [, path = ''] of page.matchAll(/\]\(([^)#]+)\)/g)) assert.ok(existsSync(join(ROOT, path)), path);
  });

  it('is right about the dependencies: few, and each at one version', () => {
    const versions = Object.values(manifest.dependencies);
    assert.ok(versions.length <= MOST_DEPENDENCIES, Object.keys(manifest.dependencies).join(', '));
    for (const version of versions) assert.match(version, /^\d+\.\d+\.\d+$/);
  });
});
