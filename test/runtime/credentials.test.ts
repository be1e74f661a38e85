/** What is loaded at a start, and the one list that is written out for its sake. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { providers } from '../../dist/src/providers/index.js';
import { CREDENTIALS } from '../../dist/src/runtime/credentials.js';

describe('a start', () => {
  it('knows the credentials of all providers before it has loaded one', () => {
    const fields = providers.flatMap((provider) => provider.fields).filter(({ kind }) => kind === 'credential');
    const kinds = fields.map(({ name, secret }) => [name, { type: secret ? 'password' : 'text' }]);
    assert.deepEqual({ ...CREDENTIALS }, Object.fromEntries(kinds));
  });

  it('loads no library, and of the providers and stores none', () => {
    const script = `
      const nodes = require('./package.json')['node-red'].nodes;
      for (const file of Object.values(nodes)) require('./' + file);
      console.log(JSON.stringify(Object.keys(require.cache).filter((path) =>
        /node_modules|providers.(enco|digitaleo|callr|zoomconnect).|store.(redis|sqlite)|catalog/.test(path))));`;
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    assert.deepEqual(JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' })), []);
  });
});
