/** The lease: of those that share a store, one at a time does the work. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Inbox } from '../../dist/src/delivery/inbox.js';
import { Lease } from '../../dist/src/delivery/lease.js';
import { memoryStore, type Store } from '../../dist/src/store/index.js';
import { failing, wait } from './support.ts';

/** A store that others have as well. */
const shared = (): Store => ({ ...memoryStore(), rates: { take: async () => 0 } });

describe('a lease', () => {
  it('lets one work at a time, the others when it is over', async () => {
    const store = shared();
    let [working, most, done] = [0, 0, 0];
    const work = async () => {
      working += 1;
      most = Math.max(most, working);
      await wait(5);
      working -= 1;
      done += 1;
      return done;
    };
    const results = await Promise.all([1, 2, 3].map(() => new Lease(store, 'a').during(work, 5000)));
    assert.deepEqual([results.sort(), most], [[1, 2, 3], 1]);
    assert.deepEqual(await store.marks.list('lease'), [], 'nothing is left of it');
  });

  it('is refused at once to those who do not wait, and is for one work only', async () => {
    const store = shared();
    const held = new Lease(store, 'a').during(() => wait(20));
    assert.equal(await new Lease(store, 'a').during(async () => 'done'), null);
    assert.equal(await new Lease(store, 'b').during(async () => 'done'), 'done');
    await held;
    assert.equal(await new Lease(store, 'a').during(async () => 'done'), 'done');
  });

  it('is given back by work that fails', async () => {
    const store = shared();
    await assert.rejects(
      new Lease(store, 'a').during(() => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(await new Lease(store, 'a').during(async () => 'done'), 'done');
  });

  it('is kept for work that takes long, and free a while after its process died', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    try {
      const store = shared();
      let end = () => {};
      const long = new Lease(store, 'a').during(() => new Promise<void>((resolve) => (end = resolve)));
      for (let i = 0; i < 20; i += 1) await clock.tickAsync(4000);
      assert.equal(await new Lease(store, 'a').during(async () => 'done'), null);
      end();
      await long;
      await store.marks.add('lease', 'a', 15_000, 'of a dead process');
      assert.equal(await new Lease(store, 'a').during(async () => 'done'), null);
      await clock.tickAsync(15_001);
      assert.equal(await new Lease(store, 'a').during(async () => 'done'), 'done');
    } finally {
      clock.restore();
    }
  });

  it('that another has by now is not taken from it', async () => {
    const store = shared();
    await new Lease(store, 'a').during(() => store.marks.set('lease', 'a', 'of another process', 15_000));
    assert.equal(await store.marks.get('lease', 'a'), 'of another process');
  });

  it('is no trouble when the store fails to take it back, and says so when it cannot be had', async () => {
    const store = shared();
    const once = (method: 'add' | 'get') => ({ ...store, marks: failing(store.marks, method, 1) });
    assert.equal(await new Lease(once('get'), 'a').during(async () => 'done'), 'done');
    await assert.rejects(
      new Lease(once('add'), 'b').during(async () => 'done'),
      /disk full/,
    );
  });

  it('gives one turn to all together in its time', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['Date'] });
    try {
      const store = shared();
      const turns = () => Promise.all([1, 2, 3].map(() => new Lease(store, 'a').turn(60_000)));
      assert.deepEqual((await turns()).sort(), [false, false, true]);
      clock.tick(30_000);
      assert.deepEqual(await turns(), [false, false, false]);
      clock.tick(30_000);
      assert.deepEqual((await turns()).sort(), [false, false, true]);
    } finally {
      clock.restore();
    }
  });

  it('costs nothing where no other process has the store', async () => {
    const store = { marks: failing(memoryStore().marks, 'add', 99), rates: null };
    const lease = new Lease(store, 'a');
    assert.equal(await lease.during(async () => 'done'), 'done');
    assert.deepEqual([await lease.turn(60_000), await lease.turn(60_000)], [true, true]);
  });

  it('has several inboxes of one node ask the vendor once in an interval, and give each SMS once', async () => {
    const store = shared();
    const row = { id: '1', from: '+32470112001', to: null, text: 'one', parts: 1, raw: null };
    const receivedAt = new Date().toISOString();
    let asked = 0;
    const inbox = () =>
      new Inbox({
        account: { provider: 'p', account: 'a', accountName: 'A' },
        store,
        optOuts: { heard: async () => {} },
        mark: null,
        read: async () => {
          asked += 1;
          await wait(5);
          return [{ ...row, receivedAt }];
        },
      });
    const got: string[] = [];
    const poll = (every: number | null) =>
      inbox().poll({ reader: 'r', address: null, since: null, limit: 9, markRead: false, every }, ({ id }) =>
        got.push(id),
      );
    await Promise.all([poll(60_000), poll(60_000), poll(60_000)]);
    await poll(60_000);
    assert.deepEqual([asked, got], [1, ['1']]);
    await Promise.all([poll(null), poll(60_000), poll(null)]);
    assert.deepEqual([asked, got], [3, ['1']], 'a message that asks is not refused');
  });
});
