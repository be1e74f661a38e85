/** Several processes on one store: what one of them left when it died is told by one of the others. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Account } from '../../dist/src/delivery/account.js';
import { Accounts } from '../../dist/src/delivery/accounts.js';
import { LIFE, livesOf } from '../../dist/src/delivery/life.js';
import { Post } from '../../dist/src/delivery/post.js';
import { memoryStore, type Store } from '../../dist/src/store/index.js';
import { OWNER, Recorder, request, STANDARD, wait } from './support.ts';

/** As a store says it that others may have open, too, and that is far away: what it lists may be over by then. */
function shared(): Store {
  const { outbox, marks, ...rest } = memoryStore();
  const slow = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(_target, name) {
        const method = Reflect.get(part, name) as (...given: unknown[]) => Promise<unknown>;
        return async (...given: unknown[]) => {
          const answer = await method.apply(part, given);
          if (name === 'list') await wait(20);
          return answer;
        };
      },
    });
  return { ...rest, outbox: slow(outbox), marks: slow(marks), rates: { take: async () => 0 } };
}

describe('on a store that several processes share', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    const toFake = ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;
    clock = sinon.useFakeTimers({ now: Date.parse('2026-11-22T10:00:00Z'), toFake: [...toFake] });
  });
  afterEach(() => clock.restore());

  it('a process counts as alive while it says so, and a while longer', async () => {
    const store = shared();
    const lives = livesOf(store);
    const ends = [lives.begin('account'), lives.begin('another')];
    await clock.tickAsync(120_000);
    assert.notEqual(await store.marks.get('life', LIFE), null);
    assert.equal(await lives.isOver(LIFE), false);
    assert.equal(await lives.isOver('another'), true);
    ends[0]?.();
    await clock.tickAsync(120_000);
    assert.notEqual(await store.marks.get('life', LIFE), null);
    ends[1]?.();
    await clock.tickAsync(31_000);
    assert.equal(await store.marks.get('life', LIFE), null);
    assert.equal(clock.countTimers(), 0);
  });

  it('the letters of one that dies are given soon by one that has the node, its heir; and by another when that one dies', async () => {
    const store = shared();
    const letter = JSON.stringify({ kind: 'kind', body: 'of another', life: 'another' });
    await store.marks.set('life', 'another', '[]', 20_000);
    await store.marks.set('life', 'heir', '[]', 60_000);
    await store.marks.set('post-heir', 'node another', 'heir', 24 * 3600_000);
    for (const node of ['node', 'other node']) await store.marks.set(`post:${node}`, '1', letter, 24 * 3600_000);
    const told: string[] = [];
    const post = new Post(store);
    const ends = ['node', 'other node'].map((node) => post.open(node, ({ owner }) => told.push(owner)));
    await clock.tickAsync(19_000);
    assert.deepEqual(told, []);
    await clock.tickAsync(10_000);
    assert.deepEqual(told, ['other node']);
    await clock.tickAsync(29_000);
    assert.deepEqual(told, ['other node']);
    await clock.tickAsync(10_000);
    assert.deepEqual(told, ['other node', 'node']);
    await clock.tickAsync(120_000);
    assert.equal(told.length, 2);
    for (const end of ends) end();
    assert.equal(clock.countTimers(), 0);
  });

  it('what one that dies has taken out as expired is told by one of the others, once, and not while it may tell it', async () => {
    const store = shared();
    const owner = new Recorder();
    const others = [1, 2].map(() => {
      const accounts = new Accounts();
      accounts.own(OWNER, owner);
      const account = new Account({ ...STANDARD, store, connect: () => new Promise(() => {}) }, accounts);
      accounts.add(account);
      return account;
    });
    const [first] = others;
    const entry = await first?.prepare(request('+32470112001', 'Hello'));
    assert(entry);
    await store.outbox.add([{ ...entry, state: 'expired' }]);
    const resumed = Promise.all(others.map((account) => account.resume()));
    await clock.tickAsync(25_000);
    await resumed;
    assert.equal(owner.outcomes.length, 0);
    await clock.tickAsync(60_000);
    assert.deepEqual(
      owner.outcomes.map(({ error }) => error?.code),
      ['SMS_EXPIRED'],
    );
    const closed = Promise.all(others.map((account) => account.close()));
    await clock.tickAsync(1000);
    await closed;
    assert.equal((await store.outbox.counts('account')).oldest, null);
  });
});
