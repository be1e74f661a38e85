/** What every store has to keep: a suite that runs on any implementation of the contract. */
import assert from 'node:assert/strict';
import type { OutboxEntry, Store, TrackedMessage } from '../../dist/src/store/index.js';

const ACCOUNT = 'account';
const FOREVER = Number.MAX_SAFE_INTEGER;
/** Ahead of the clock, which a store may look at. */
const T = Date.now() + 1e9;

/** @param open makes an empty store; the suite closes it */
export function storeContract(name: string, open: () => Store | Promise<Store>): void {
  describe(`the store ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    describe('outbox', () => outboxContract(() => store));
    describe('tracked messages', () => trackedContract(() => store));
    describe('marks', () => marksContract(() => store));
  });
}

let count = 0;

function entry(to: string, more: Partial<OutboxEntry> = {}): OutboxEntry {
  count += 1;
  return {
    reference: `reference-${count}`,
    account: ACCOUNT,
    owner: 'send',
    follow: true,
    context: null,
    life: 'life',
    createdAt: 1000 + count,
    transactional: false,
    to,
    text: `Text ${count} with a 'quote', 😀 and\na new line`,
    sender: null,
    options: { binary: false },
    provider: 'enco',
    alphabet: 'GSM-7',
    parts: 1,
    fallback: ['other'],
    dedupe: null,
    state: 'waiting',
    attempts: 0,
    at: null,
    notBefore: 0,
    expiresAt: FOREVER,
    startedAt: 0,
    unsentSince: null,
    lookups: 0,
    ...more,
  };
}

const references = (entries: readonly OutboxEntry[]) => entries.map(({ reference }) => reference);

function outboxContract(store: () => Store): void {
  const add = async (...entries: OutboxEntry[]) => {
    await store().outbox.add(entries);
    return references(entries);
  };
  const claim = (now = T + 1000, limit = 100) => store().outbox.claim(ACCOUNT, now, limit);
  const claimOne = async (now = T + 1000): Promise<OutboxEntry> => {
    const [first] = await claim(now, 1);
    assert(first);
    return first;
  };

  it('hands out what was put in, stored as sending with its attempt counted', async () => {
    const given = entry('+3201', { sender: '666', dedupe: 'key', parts: 2, alphabet: 'UCS-2' });
    const kept = structuredClone(given);
    await add(given);
    const [claimed] = await claim(T + 1234);
    assert.deepEqual(claimed, { ...kept, state: 'sending', attempts: 1, startedAt: T + 1234 });
    assert.deepEqual(references(await store().outbox.list(ACCOUNT, 'sending')), [kept.reference]);
    assert.deepEqual(await store().outbox.list(ACCOUNT, 'waiting'), []);
  });

  it('has nothing for an account of which it knows nothing', async () => {
    await add(entry('+3201'));
    assert.deepEqual(await store().outbox.claim('stranger', T + 1000, 10), []);
    assert.deepEqual(await store().outbox.takeExpired('stranger', T + 1000), []);
    assert.equal(await store().outbox.nextDue('stranger'), null);
    assert.deepEqual(await store().outbox.list('stranger', 'waiting'), []);
  });

  it('keeps the order to one recipient, one at a time', async () => {
    const order = await add(entry('+3201'), entry('+3201'), entry('+3201'));
    for (const reference of order) {
      const claimed = await claim();
      assert.deepEqual(references(claimed), [reference]);
      assert.deepEqual(await claim(), [], 'the next one waits for the end of the claim');
      await store().outbox.remove(reference);
    }
    assert.deepEqual(await claim(), []);
  });

  it('hands out one entry a recipient, the oldest first, no more than asked for', async () => {
    const [a, b, c] = await add(entry('+3201'), entry('+3202'), entry('+3203'), entry('+3201'));
    assert.deepEqual(references(await claim(T + 1000, 2)), [a, b]);
    assert.deepEqual(references(await claim(T + 1000, 2)), [c]);
  });

  it('never hands the same entry to two who claim at once', async () => {
    const all = Array.from({ length: 50 }, (_, i) => entry(`+32${i % 25}`));
    await add(...all);
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(T + 1000, 7)));
    const handed = references(claims.flat());
    assert.equal(new Set(handed).size, handed.length);
    assert.equal(handed.length, 25, 'one a recipient');
  });

  it('hands out nothing before its time', async () => {
    const [reference] = await add(entry('+3201', { notBefore: T + 2000 }));
    assert.deepEqual(await claim(T + 1999), []);
    assert.deepEqual(references(await claim(T + 2000)), [reference]);
  });

  it('lets later messages pass one that is scheduled, which then goes in its turn', async () => {
    const [later, now] = await add(entry('+3201', { notBefore: T + 2000 }), entry('+3201'));
    assert.deepEqual(references(await claim(T + 1000)), [now]);
    assert.deepEqual(await claim(T + 2000), [], 'one under way at a time');
    await store().outbox.remove(String(now));
    assert.deepEqual(references(await claim(T + 2000)), [later]);
  });

  it('lets nothing pass one that is being retried', async () => {
    const [first, second] = await add(entry('+3201'), entry('+3201'));
    const retried = await claimOne(T + 1000);
    Object.assign(retried, { state: 'waiting', notBefore: T + 5000, unsentSince: T + 1000 });
    await store().outbox.save(retried);
    assert.deepEqual(await claim(T + 4999), []);
    const again = await claimOne(T + 5000);
    assert.equal(again.reference, first);
    assert.equal(again.attempts, 2);
    assert.equal(again.unsentSince, T + 1000);
    await store().outbox.remove(again.reference);
    assert.deepEqual(references(await claim(T + 5000)), [second]);
  });

  it('lets nothing pass one that is being looked up, and hands it out as it is', async () => {
    const [first] = await add(entry('+3201'), entry('+3201'));
    const unknown = await claimOne(T + 1000);
    Object.assign(unknown, { state: 'unknown', notBefore: T + 3000, lookups: 1 });
    await store().outbox.save(unknown);
    assert.deepEqual(await claim(T + 2999), []);
    const [looked, ...others] = await claim(T + 3000);
    assert.deepEqual(others, []);
    assert.equal(looked?.reference, first);
    assert.equal(looked?.state, 'unknown');
    assert.equal(looked?.attempts, 1, 'a look-up is no attempt');
    assert.equal(looked?.startedAt, T + 1000);
  });

  it('keeps one that is held apart: later ones go on, and it can be removed', async () => {
    const [first, second] = await add(entry('+3201'), entry('+3201'));
    const held = await claimOne();
    held.state = 'held';
    await store().outbox.save(held);
    assert.deepEqual(references(await store().outbox.list(ACCOUNT, 'held')), [first]);
    assert.deepEqual(references(await claim()), [second]);
    assert.deepEqual(await store().outbox.takeExpired(ACCOUNT, FOREVER), []);
    await store().outbox.remove(String(first));
    assert.deepEqual(await store().outbox.list(ACCOUNT, 'held'), []);
    assert.deepEqual(await claim(), [], 'the claim of the second one is not touched');
  });

  it('removes what it does not know without a word', () => store().outbox.remove('nobody'));

  it('ends a claim only with the entry that is claimed', async () => {
    const [first, second, third] = await add(entry('+3201'), entry('+3201'), entry('+3201'));
    await claimOne();
    await store().outbox.remove(String(second));
    assert.deepEqual(await claim(), []);
    await store().outbox.remove(String(first));
    assert.deepEqual(references(await claim()), [third]);
  });

  it('moves a claimed entry to another account, behind what waits there, and frees the way for the next', async () => {
    const [first, second] = await add(entry('+3201'), entry('+3201'));
    const [there] = await add(entry('+3201', { account: 'other' }));
    const moving = await claimOne();
    Object.assign(moving, { state: 'waiting', notBefore: T + 1000, fallback: [] });
    await store().outbox.move(moving, 'other');
    assert.deepEqual(references(await claim()), [second]);
    const [one] = await store().outbox.claim('other', T + 1000, 10);
    assert.equal(one?.reference, there);
    await store().outbox.remove(String(there));
    const [moved] = await store().outbox.claim('other', T + 1000, 10);
    assert.equal(moved?.reference, first);
    assert.equal(moved?.account, 'other');
    assert.deepEqual(moved?.fallback, []);
    assert.equal(moved?.attempts, 2);
  });

  it('takes out what waited beyond its time, and that only', async () => {
    const [late, , underWay] = await add(
      entry('+3201', { expiresAt: T + 2000 }),
      entry('+3202', { expiresAt: T + 2001 }),
      entry('+3203', { expiresAt: T + 2000 }),
    );
    const claimed = (await claim()).find(({ reference }) => reference === underWay);
    assert(claimed);
    for (const other of await store().outbox.list(ACCOUNT, 'sending')) {
      if (other.reference !== underWay) await store().outbox.save(Object.assign(other, { state: 'waiting' }));
    }
    assert.deepEqual(await store().outbox.takeExpired(ACCOUNT, T + 1999), []);
    assert.deepEqual(references(await store().outbox.takeExpired(ACCOUNT, T + 2000)), [late]);
    assert.deepEqual(await store().outbox.takeExpired(ACCOUNT, T + 2000), [], 'once');
    await store().outbox.save(Object.assign(claimed, { state: 'waiting', notBefore: FOREVER }));
    const later = references(await store().outbox.takeExpired(ACCOUNT, T + 20_000));
    assert(later.includes(String(underWay)), 'one that came back is looked at again');
  });

  it('frees the way when the one that is in it expires', async () => {
    const [, second] = await add(entry('+3201', { expiresAt: T + 2000 }), entry('+3201'));
    const first = await claimOne();
    await store().outbox.save(Object.assign(first, { state: 'waiting', notBefore: T + 9000 }));
    assert.deepEqual(await claim(T + 2000), []);
    await store().outbox.takeExpired(ACCOUNT, T + 2000);
    assert.deepEqual(references(await claim(T + 2000)), [second]);
  });

  it('knows when there will next be something to do', async () => {
    assert.equal(await store().outbox.nextDue(ACCOUNT), null);
    const future = Date.now() + 100_000;
    const [first] = await add(
      entry('+3201', { notBefore: future, expiresAt: future + 1000 }),
      entry('+3202', { notBefore: future + 5000, expiresAt: future + 6000 }),
    );
    assert.equal(await store().outbox.nextDue(ACCOUNT), future);
    await store().outbox.remove(String(first));
    assert.equal(await store().outbox.nextDue(ACCOUNT), future + 5000);
    const [last] = await claim(future + 5000);
    assert(last);
    await store().outbox.save(Object.assign(last, { state: 'waiting', notBefore: future + 9000 }));
    assert.equal(await store().outbox.nextDue(ACCOUNT), future + 6000, 'its end');
    await store().outbox.remove(last.reference);
    assert.equal(await store().outbox.nextDue(ACCOUNT), null);
  });

  it('hands out every one of many, in order to each, whatever becomes of them in between', async () => {
    const all = Array.from({ length: 400 }, (_, i) => entry(`+32${(i * 7) % 13}`));
    await add(...all);
    const done: OutboxEntry[] = [];
    for (let round = 0; done.length < all.length; round += 1) {
      assert(round < 2000, 'the outbox comes to an end');
      for (const one of await claim(T + 1000 + round, 5)) {
        if ((done.length + round) % 3 === 0 && one.attempts < 3) {
          await store().outbox.save(Object.assign(one, { state: 'waiting', notBefore: T + 1000 + round + 2 }));
        } else {
          done.push(one);
          await store().outbox.remove(one.reference);
        }
      }
    }
    for (const to of new Set(all.map((one) => one.to))) {
      const [sent, given] = [done, all].map((list) => references(list.filter((one) => one.to === to)));
      assert.deepEqual(sent, given);
    }
  });
}

function tracked(id: string, more: Partial<TrackedMessage> = {}): TrackedMessage {
  return {
    account: ACCOUNT,
    id,
    reference: `reference of ${id}`,
    owner: 'send',
    to: '+3201',
    status: 'sent',
    final: false,
    providerStatus: 'DeliveredToNetwork',
    acceptedAt: 1000,
    askAt: 2000,
    asked: 0,
    finalBy: 100_000,
    context: null,
    version: 0,
    report: null,
    receipt: null,
    ...more,
  };
}

function trackedContract(store: () => Store): void {
  const save = async (...messages: TrackedMessage[]) => {
    for (const message of messages) assert.equal(await store().tracked.save(message), true);
  };
  const change = async (id: string, more: Partial<TrackedMessage>) => {
    const message = await store().tracked.find(ACCOUNT, id);
    assert(message);
    await save(Object.assign(message, more));
  };
  const ids = (messages: readonly TrackedMessage[]) => messages.map(({ id }) => id);

  it('finds a message by its id and by its reference, in its own account only', async () => {
    const message = tracked('a', { askAt: Number.POSITIVE_INFINITY });
    await save(message);
    assert.deepEqual(await store().tracked.find(ACCOUNT, 'a'), message);
    assert.deepEqual(await store().tracked.findReference(ACCOUNT, 'reference of a'), message);
    assert.equal(await store().tracked.find('other', 'a'), null);
    assert.equal(await store().tracked.findReference('other', 'reference of a'), null);
    assert.equal(await store().tracked.find(ACCOUNT, 'b'), null);
    assert.equal(await store().tracked.findReference(ACCOUNT, 'reference of b'), null);
  });

  it('keeps a final one for those who ask, and asks about it no more', async () => {
    await save(tracked('a'));
    await change('a', { status: 'delivered', final: true });
    assert.equal((await store().tracked.find(ACCOUNT, 'a'))?.status, 'delivered');
    assert.equal((await store().tracked.findReference(ACCOUNT, 'reference of a'))?.final, true);
    assert.deepEqual(await store().tracked.due(ACCOUNT, FOREVER, 10), []);
    assert.deepEqual(await store().tracked.open(ACCOUNT, 10, 10), []);
    assert.equal(await store().tracked.nextDue(ACCOUNT), null);
  });

  it('tells what is due by the next question or the last word, least recently saved first', async () => {
    await save(tracked('a', { askAt: 3000 }), tracked('b', { askAt: 2000 }), tracked('c', { askAt: 2500 }));
    await save(tracked('end', { askAt: Number.POSITIVE_INFINITY, finalBy: 2200 }));
    assert.deepEqual(await store().tracked.due(ACCOUNT, 1999, 10), []);
    assert.deepEqual(ids(await store().tracked.due(ACCOUNT, 2200, 10)), ['b', 'end']);
    assert.deepEqual(ids(await store().tracked.due(ACCOUNT, 3000, 10)), ['a', 'b', 'c', 'end']);
    assert.deepEqual(ids(await store().tracked.due(ACCOUNT, 3000, 2)), ['a', 'b']);
    assert.equal(await store().tracked.nextDue(ACCOUNT), 2000);
    assert.equal(await store().tracked.nextDue('other'), null);
  });

  it('tells what is open, those that were asked about too often left out, however many they are', async () => {
    for (let i = 0; i < 20; i += 1) await save(tracked(`old ${i}`, { asked: 10 }));
    await save(tracked('a', { asked: 9 }), tracked('b', { asked: 0 }), tracked('c', { asked: 3 }));
    assert.deepEqual(ids(await store().tracked.open(ACCOUNT, 2, 10)), ['a', 'b']);
    await change('a', {});
    assert.deepEqual(ids(await store().tracked.open(ACCOUNT, 5, 10)), ['b', 'c', 'a']);
  });

  it('tells what was sent to a recipient since a time, final or not', async () => {
    await save(
      tracked('a', { acceptedAt: 999 }),
      tracked('b', { acceptedAt: 1000, final: true }),
      tracked('c', { acceptedAt: 1001 }),
      tracked('d', { acceptedAt: 1001, to: '+3202' }),
    );
    assert.deepEqual(ids(await store().tracked.sentTo(ACCOUNT, '+3201', 1000)).sort(), ['b', 'c']);
    assert.deepEqual(await store().tracked.sentTo('other', '+3201', 0), []);
  });
}

function marksContract(store: () => Store): void {
  const wait = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

  it('adds a mark once, and again after its time or its removal', async () => {
    const { marks } = store();
    assert.equal(await marks.add('scope', 'key', 30), true);
    assert.equal(await marks.add('scope', 'key', 30), false);
    assert.equal(await marks.add('other', 'key', 30), true, 'scopes are apart');
    await wait(40);
    assert.equal(await marks.add('scope', 'key', 10_000), true);
    await marks.remove('scope', 'key');
    assert.equal(await marks.add('scope', 'key', 10_000), true);
  });

  it('gives a mark to one of those who want it at once', async () => {
    const won = await Promise.all(Array.from({ length: 20 }, () => store().marks.add('scope', 'key', 10_000)));
    assert.equal(won.filter(Boolean).length, 1);
  });

  it('keeps a value for its time', async () => {
    const { marks } = store();
    assert.equal(await marks.get('scope', 'key'), null);
    await marks.set('scope', 'key', 'first', 10_000);
    await marks.set('scope', 'key', 'été\n😀', 30);
    assert.equal(await marks.get('scope', 'key'), 'été\n😀');
    await marks.add('scope', 'with a value', 10_000, 'value');
    assert.equal(await marks.get('scope', 'with a value'), 'value');
    await wait(40);
    assert.equal(await marks.get('scope', 'key'), null);
    await marks.remove('scope', 'key');
  });

  it('forgets none of many', async () => {
    const { marks } = store();
    for (let i = 0; i < 3000; i += 1) await marks.set('scope', `key ${i}`, String(i), i % 2 ? 10_000 : 1);
    await wait(5);
    for (let i = 1; i < 3000; i += 2) assert.equal(await marks.get('scope', `key ${i}`), String(i));
    assert.equal(await marks.get('scope', 'key 0'), null);
  });
}
