/** Keys against repeats on a store that several processes share. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { claimKey } from '../../dist/src/delivery/dedupe.js';
import { memoryStore, type Store } from '../../dist/src/store/index.js';
import { failing, rigs, send, until } from './support.ts';

const DAY = 24 * 3600_000;
const REQUEST = { reference: 'mine', key: 'order 7', time: DAY, to: '+32470120001', forGood: false };
const isDuplicate = { code: 'SMS_DUPLICATE' };

describe('a key that another process has claimed', () => {
  let clock: sinon.SinonFakeTimers;
  let store: Store;

  beforeEach(async () => {
    clock = sinon.useFakeTimers({ now: Date.parse('2026-11-22T10:00:00Z'), toFake: ['Date', 'setTimeout'] });
    store = { ...memoryStore(), rates: { take: async () => 0 } };
    await store.marks.set('life', 'another', '', 20_000);
    await store.marks.set('dedupe', REQUEST.key, `theirs another ${Date.now() + DAY}`, DAY);
  });
  afterEach(() => clock.restore());

  it('is free when that process died before its message was stored', async () => {
    let claimed = false;
    const claiming = claimKey(store, REQUEST).then(() => {
      claimed = true;
    });
    await clock.tickAsync(15_000);
    assert.equal(claimed, false, 'it may be alive');
    await clock.tickAsync(10_000);
    await claiming;
    await assert.rejects(claimKey(store, REQUEST), isDuplicate);
  });

  it('is used as soon as that process has stored its message', async () => {
    const claiming = assert.rejects(claimKey(store, REQUEST), isDuplicate);
    await clock.tickAsync(1000);
    await store.marks.set('dedupe', REQUEST.key, 'theirs', DAY);
    await clock.tickAsync(1000);
    await claiming;
  });

  it('goes to one of two who want it', async () => {
    await store.marks.remove('life', 'another');
    const both = Promise.allSettled([claimKey(store, REQUEST), claimKey(store, REQUEST)]);
    await clock.tickAsync(60_000);
    assert.deepEqual((await both).map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  it('is not waited for beyond the time for which the dead count as alive', async () => {
    await store.marks.set('life', 'another', '', DAY);
    const claiming = assert.rejects(claimKey(store, REQUEST), isDuplicate);
    await clock.tickAsync(60_000);
    await claiming;
  });
});

describe('a key whose message could not be stored', () => {
  const rig = rigs();

  it('is free again when the store is, though it could not be freed at once', async () => {
    const memory = memoryStore();
    const outbox = failing(memory.outbox, 'add', 1);
    const { account, vendor, owner } = rig({ ...memory, outbox, marks: failing(memory.marks, 'remove', 2) });
    const sender = account(await vendor(() => 'accept'));
    const again = () => send(sender, '+32470112001', 'Hello', { dedupe: REQUEST.key });
    await assert.rejects(again(), { code: 'SMS_STORE' });
    await until(async () => (await memory.marks.list('dedupe')).length === 0);
    await again();
    await owner.until(() => owner.outcomes.length === 1);
    assert(owner.outcomes[0]?.receipt);
  });
});
