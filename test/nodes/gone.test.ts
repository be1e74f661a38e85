/** Messages of an account that is deleted, or has another store, before they are sent: nobody forgets them silently. */
import assert from 'node:assert/strict';
import type { ProviderNode } from '../../dist/src/runtime/nodes.js';
import { closeUnused } from '../../dist/src/runtime/open-stores.js';
import { until } from '../delivery/support.ts';
import { sharedRedis } from '../support/redis.ts';
import { account, codeOf, type Entry, flows, nodeOf, unload, wait } from './support.ts';

const { sandbox: start, load } = flows();
const TO = '+32470112001';
const SENDING = { type: 'sms-send', provider: 'account', follow: false };
/** Nobody listens there. */
const NOWHERE = { baseUrl: 'http://127.0.0.1:9/sms/1.0.0', tokenUrl: 'http://127.0.0.1:9/token' };
const MEMORY: Entry = { id: 'store', type: 'sms-store', kind: 'memory' };

describe('a message that waits', () => {
  const waits = async (accounts: Entry[]) => {
    const flow = await load(SENDING, accounts);
    flow.give({ to: TO, payload: 'waits' });
    await flow.until(() => flow.statuses.length > 0);
    await wait(50);
    await unload();
  };
  const warned = () => JSON.stringify((nodeOf('account').warn as unknown as { args: [] }).args);

  it('is given to Catch at the next start when its account was deleted meanwhile', async () => {
    const sandbox = await start();
    await waits([account(sandbox, NOWHERE)]);
    // As the end of the process does.
    await closeUnused();
    const flow = await load({ ...SENDING, provider: 'other' }, [account(sandbox, { id: 'other' })]);
    await flow.until(() => flow.errors.length === 1);
    assert.deepEqual(flow.errors.map(codeOf), ['SMS_CONFIG']);
    assert.equal(flow.errors[0]?.payload, 'waits');
  });

  for (const [what, before, after, says] of [
    ['stays behind in a file', [], { store: 'store' }, /stay in the store that it had before.*: 1\./],
    ['stays behind in the memory', [MEMORY], { store: '' }, /in the memory that was its store.*not sent: 1\./],
  ] as [string, Entry[], object, RegExp][]) {
    it(`and ${what} is told of when its account is given another store`, async () => {
      const sandbox = await start();
      const store = before.length > 0 ? 'store' : '';
      await waits([...before, account(sandbox, { ...NOWHERE, store })]);
      await load(SENDING, [MEMORY, account(sandbox, { ...NOWHERE, ...after })]);
      await wait(50);
      assert.match(warned(), says);
      await unload();
      await load(SENDING, [MEMORY, account(sandbox, { ...NOWHERE, ...after })]);
      await wait(50);
      assert.equal(warned(), '[]', 'not at each deploy');
    });
  }

  it('and stays behind on another server is told of, and not when that is the same by another address', async function () {
    const redis = await sharedRedis(this);
    const sandbox = await start();
    const at = (url: string) => ({ id: 'store', type: 'sms-store', kind: 'redis', credentials: { url } });
    const deployed = (url: string) => load(SENDING, [at(url), account(sandbox, { ...NOWHERE, store: 'store' })]);
    const flow = await deployed(`${redis.url}/1`);
    flow.give({ to: TO, payload: 'waits' });
    await flow.until(() => flow.statuses.length > 0);
    await unload();
    await deployed(`redis://localhost:${redis.port}/1`);
    await wait(300);
    assert.equal(warned(), '[]');
    await unload();
    await deployed(`${redis.url}/2`);
    await until(() => /stay in the store that it had before.*: 1\./.test(warned()));
  });

  it('stays behind, but who wants no messages comes along, and who wants them again', async () => {
    const sandbox = await start();
    const [first, second] = [account(sandbox), account(sandbox, { store: 'store' })];
    const optOuts = () => {
      const { account } = nodeOf('account') as unknown as ProviderNode;
      assert(account);
      return account.optOuts;
    };
    const known = async () => (await optOuts().list()).map(({ to }) => to);
    const others = Array.from({ length: 1500 }, (_, i) => `+3247${1_000_000 + i}`);
    await load(SENDING, [MEMORY, first]);
    await Promise.all([TO, ...others].map((to) => optOuts().add(to)));
    await unload();
    // The flows are stopped for longer than a deploy takes.
    await closeUnused();
    await load(SENDING, [MEMORY, second]);
    await until(async () => (await optOuts().find(TO)) !== null && (await known()).length === 1000);
    await until(async () => (await optOuts().list({ after: others[998] })).length === 501);
    await optOuts().lift(TO);
    await unload();
    await load(SENDING, [MEMORY, first]);
    await until(async () => (await optOuts().find(TO)) === null);
    assert.equal((await known()).length, 1000);
  });
});
