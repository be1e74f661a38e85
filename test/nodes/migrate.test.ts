/** Flows that an earlier version stored, or a hand wrote, run as they did. */
import assert from 'node:assert/strict';
import { migrated, VERSION, versionToStore } from '../../dist/src/runtime/migrate.js';
import { account, flows, nodeOf } from './support.ts';

const { sandbox: start, load } = flows();

describe('a node of an earlier version', () => {
  it('says everything that it said, and what it did not say as it ran', () => {
    const old = { type: 'sms-inbound-poll', id: 'a', provider: 'b', address: '8888', ofALaterHand: { x: [1] } };
    assert.deepEqual(migrated(old), { ...old, interval: 0, limit: 0, version: VERSION });
    const silent = { type: 'sms-inbound-poll', interval: undefined };
    assert.equal((migrated(silent) as { interval?: number }).interval, 0);
    assert.deepEqual(migrated({ type: 'sms-provider', sandbox: true }), {
      type: 'sms-provider',
      sandbox: true,
      version: VERSION,
    });
  });

  it('is left alone once it has the version of today, or a later one', () => {
    for (const version of [VERSION, '99']) {
      const node = { type: 'sms-provider', version };
      assert.equal(migrated(node), node);
      assert.equal(versionToStore(node), version);
    }
    for (const version of [undefined, '', 'new', -1, 0.5]) assert.equal(versionToStore({ version }), VERSION);
  });

  it('sends through the real line of an account that never said sandbox', async () => {
    const sandbox = await start();
    const { sandbox: _, ...silent } = account(sandbox, { id: 'silent' });
    const flow = await load({ type: 'sms-send', provider: silent.id, queue: false, follow: false }, [silent as never]);
    assert.equal((nodeOf(silent.id) as { sandboxed?: boolean }).sandboxed, false);
    flow.give({ to: '+32470120000', payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    assert.equal(sandbox.messages().length, 1, 'it went where its base URL says');
  });

  it('tries a fallback that was written as a text', async () => {
    const sandbox = await start();
    const own = account(sandbox, { id: 'other' });
    const first = { ...account(sandbox, { id: 'first' }), credentials: { clientId: 'x', clientSecret: 'wrong' } };
    const flow = await load({ type: 'sms-send', provider: 'first', fallback: own.id, follow: false }, [first, own]);
    flow.give({ to: '+32470120000', payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    const [receipt] = flow.out[0].map(({ payload }) => payload as { account: string });
    assert.equal(receipt?.account, 'other');
  });
});
