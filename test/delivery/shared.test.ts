/** Several processes on one store: what one of them left when it died is told by one of the others. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Account } from '../../dist/src/delivery/account.js';
import { Accounts } from '../../dist/src/delivery/accounts.js';
import { Inbox } from '../../dist/src/delivery/inbox.js';
import { LIFE, livesOf } from '../../dist/src/delivery/life.js';
import { Post } from '../../dist/src/delivery/post.js';
import { Tracker } from '../../dist/src/delivery/tracker.js';
import { providerOf } from '../../dist/src/providers/index.js';
import type { Receipt } from '../../dist/src/sms/types.js';
import { memoryStore, type Store } from '../../dist/src/store/index.js';
import { failing, OWNER, Recorder, request, STANDARD, wait } from './support.ts';

const ACCOUNT = { provider: 'enco', account: 'account', accountName: 'Account' };

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
  const owned: (() => void)[] = [];
  beforeEach(() => {
    const toFake = ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;
    clock = sinon.useFakeTimers({ now: Date.parse('2026-11-22T10:00:00Z'), toFake: [...toFake] });
  });
  afterEach(() => {
    for (const disown of owned.splice(0)) disown();
    clock.restore();
  });

  it('a process counts as alive while it says so, and a while longer', async () => {
    const store = shared();
    const lives = livesOf(store);
    const ends = [lives.begin('account'), lives.begin('another')];
    for (let second = 0; second < 60; second += 1) {
      await clock.tickAsync(1000);
      assert.equal(await store.marks.get('life', LIFE), '["account","another"]', `after ${second} seconds`);
    }
    assert.equal(await lives.isOver(LIFE), false);
    assert.equal(await lives.isOver('another'), true);
    ends[0]?.();
    await clock.tickAsync(120_000);
    assert.notEqual(await store.marks.get('life', LIFE), null);
    ends[1]?.();
    await clock.tickAsync(16_000);
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
    // A look that is under way comes to its end.
    await clock.tickAsync(1000);
    assert.equal(clock.countTimers(), 0);
  });

  it('a letter for another one is passed on as soon as a store answers that failed', async () => {
    const store = shared();
    await store.marks.set('life', 'another', '[]', 600_000);
    const post = new Post({ ...store, marks: failing(store.marks, 'get', 2) });
    const told: unknown[] = [];
    const end = post.open('node', (letter) => told.push(letter));
    await clock.tickAsync(100);
    const letter = post.compose('node', 'kind', 'for another', 'another');
    await post.store(letter);
    post.give(letter);
    await clock.tickAsync(600);
    assert.equal(await store.marks.get('post-bell:another', 'node'), null);
    await clock.tickAsync(1000);
    assert.equal(await store.marks.get('post-bell:another', 'node'), '');
    assert.notEqual(await store.marks.get('post:node', letter.key), null);
    assert.deepEqual(told, []);
    end();
  });

  it('what may not be true is not told by others while the process lives that knows, and is told when it is dead', async () => {
    const store = shared();
    const letter = (body: string, later?: string) => JSON.stringify({ kind: 'kind', body, life: LIFE, later });
    await store.marks.set('life', 'writer', '[]', 20_000);
    await store.marks.set('post:node', '1-1-writer', letter('perhaps', 'maybe'), 600_000);
    await store.marks.set('post:node', '1-2-writer', letter('later', 'yes'), 600_000);
    await store.marks.set('post:node', '1-3-writer', letter('first'), 600_000);
    const told: unknown[] = [];
    const end = new Post(store).open('node', ({ body }) => told.push(body));
    await clock.tickAsync(15_000);
    assert.deepEqual(told, ['first', 'later']);
    await clock.tickAsync(15_000);
    assert.deepEqual(told, ['first', 'later', 'perhaps']);
    end();
  });

  it('what a node has left for its next poll stays until then', async () => {
    const store = shared();
    const post = new Post(store);
    const told: unknown[] = [];
    const end = post.open('node', ({ body }) => told.push(body));
    await clock.tickAsync(100);
    post.leave(await post.put('node', 'kind', 'for the next time'));
    await store.marks.set(`post-bell:${LIFE}`, 'node', '', 60_000);
    await clock.tickAsync(120_000);
    assert.deepEqual(told, []);
    const [pending] = await Promise.all([post.pending('node'), clock.tickAsync(100)]);
    assert.equal(pending.length, 1);
    end();
  });

  it('a node gives what it kept beyond its limit at its next poll, whichever of them asks the vendor then', async () => {
    const store = shared();
    let asked = 0;
    const inbox = new Inbox({
      account: ACCOUNT,
      store,
      optOuts: { heard: async () => {} },
      mark: async () => {},
      read: async () => {
        asked += 1;
        const row = { from: '+3201', to: null, parts: 1, receivedAt: new Date().toISOString(), raw: null };
        return ['1', '2', '3'].map((id) => ({ ...row, id, text: id }));
      },
    });
    const got: string[] = [];
    const poll = () =>
      inbox.poll({ reader: 'r', address: null, since: null, limit: 2, markRead: true, every: 60_000 }, ({ id }) =>
        got.push(id),
      );
    await Promise.all([poll(), clock.tickAsync(1000)]);
    assert.deepEqual(got, ['1', '2']);
    await Promise.all([poll(), clock.tickAsync(1000)]);
    assert.deepEqual([got, asked], [['1', '2', '3'], 1]);
  });

  it('what one that dies has taken out as expired is told by one of the others, once, and not while it may tell it', async () => {
    const store = shared();
    const owner = new Recorder();
    const others = [1, 2].map(() => {
      const accounts = new Accounts();
      owned.push(accounts.own(OWNER, owner));
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

  it('a message is not left waiting by a process that died before it looked for it, with a rate or without', async () => {
    for (const rate of [0, 5]) {
      const store = shared();
      const provider = providerOf('zoomconnect');
      const connect = async () => ({ baseUrl: 'http://127.0.0.1:9', credentials: { email: 'me', token: 'mine' } });
      const account = new Account({ ...STANDARD, provider, rate, store, connect }, new Accounts());
      await Promise.all([account.resume(), clock.tickAsync(1000)]);
      const entry = await account.prepare(request('+32470112001', 'Hello'));
      await store.outbox.add([{ ...entry, life: 'another' }]);
      await clock.tickAsync(2000);
      assert.equal((await store.outbox.find(entry.reference))?.attempts, 0, `rate ${rate}`);
      await clock.tickAsync(3000);
      assert(((await store.outbox.find(entry.reference))?.attempts ?? 0) > 0, `rate ${rate}`);
      await Promise.all([account.close(), clock.tickAsync(2000)]);
    }
  });

  it('what others have accepted is asked about when they died', async () => {
    const store = shared();
    const marks = store.marks;
    let asked = 0;
    const tracker = new Tracker({
      ...{ account: ACCOUNT, store: store.tracked, marks, post: new Post(store), finalWithin: 72, isShared: true },
      ask: async () => {
        asked += 1;
        return [];
      },
      tell: () => {},
      heard: async () => {},
      failed: () => {},
    });
    await Promise.all([tracker.resume(), clock.tickAsync(100)]);
    const other = new Tracker({
      ...{ account: ACCOUNT, store: store.tracked, marks, post: new Post(store), finalWithin: 72, ask: null },
      ...{ tell: () => {}, heard: async () => {}, failed: () => {} },
    });
    const acceptedAt = new Date(Date.now() - 1000).toISOString();
    const receipt: Receipt = {
      ...{
        ...ACCOUNT,
        id: 'id',
        to: '+3201',
        sender: null,
        text: 'Hello',
        parts: 1,
        alphabet: 'GSM-7',
        status: 'sent',
      },
      ...{ providerStatus: null, acceptedAt, reference: 'reference', raw: null },
    };
    await other.track(receipt, 'send', null).store();
    await clock.tickAsync(35_000);
    assert.equal(asked, 1);
    await Promise.all([tracker.close(), other.close(), clock.tickAsync(100)]);
  });

  it('an account that is deleted in one of them only keeps what waits, and the last one tells that nobody sends it', async () => {
    const store = shared();
    const owner = new Recorder();
    const accounts = new Accounts();
    owned.push(accounts.own(OWNER, owner));
    const account = () => {
      const one = new Account({ ...STANDARD, store, connect: () => new Promise(() => {}) }, accounts);
      accounts.add(one);
      return one;
    };
    const first = account();
    const later = await first.prepare(request('+32470112001', 'Hello', { at: new Date(Date.now() + 3600_000) }));
    await first.submit([later]);
    const close = async (one: Account) => {
      const closed = one.close(true);
      await clock.tickAsync(1000);
      await closed;
    };
    await store.marks.set('life', 'another', '["account","other account"]', 15_000);
    await close(first);
    assert.equal((await store.outbox.counts('account')).waiting, 1);
    const second = account();
    await clock.tickAsync(15_000);
    await close(second);
    assert.equal((await store.outbox.counts('account')).waiting, 0);
    assert.deepEqual(
      owner.outcomes.map(({ error }) => error?.code),
      ['SMS_CONFIG'],
    );
  });
});
