/** What every store has to keep: a suite that runs on any implementation of the contract. */
import assert from 'node:assert/strict';
import type { HandOut, OutboxEntry, OutboxState, Store, TrackedMessage } from '../../dist/src/store/index.js';

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

    it('may be opened before it is used, and again', async () => {
      await store.open();
      await store.open();
      await store.marks.set('scope', 'key', 'value', 10_000);
      assert.equal(await store.marks.get('scope', 'key'), 'value');
    });
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
    context: { _msgid: `${count}`, payload: [1, { 'é 😀': null }] },
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

/** So many of what is added may be claimed at once. */
function handOut(now: number, limit: number): HandOut {
  let left = limit;
  return { now, may: () => left-- > 0 };
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
    const given = entry('+3201', { sender: '666', dedupe: 'key', parts: 2, transactional: true });
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

  it('hands out what it takes in, or leaves it to a claim: once, no more than asked for, one a recipient', async () => {
    const given = [entry('+3201'), entry('+3201'), entry('+3202'), entry('+3203')];
    const order = references(given);
    const kept = structuredClone(given);
    const handed = await store().outbox.add(given, handOut(T + 1000, 2));
    assert(handed.length === 0 || handed.length === 2);
    const claimed = await claim();
    const out = [...handed, ...claimed];
    assert.deepEqual(
      out,
      [0, 2, 3].map((i) => ({ ...kept[i], state: 'sending', attempts: 1, startedAt: T + 1000 })),
    );
    assert.deepEqual(await claim(), []);
    assert.deepEqual(await store().outbox.find(order[0] ?? ''), out[0]);
    assert.equal((await store().outbox.counts(ACCOUNT)).sending, 3);
    assert.deepEqual(references(await store().outbox.list(ACCOUNT, 'sending', { to: '+3202' })), [order[2]]);
    await store().outbox.remove(order[0] ?? '');
    assert.deepEqual(references(await claim()), [order[1]], 'the next one to that recipient');
  });

  it('hands out nothing of what it takes in before its time, after its end, or to one who has something', async () => {
    await add(entry('+3201'));
    const [first] = await claim();
    assert(first);
    await store().outbox.save(Object.assign(first, { state: 'unknown', notBefore: T + 9000 }));
    const late = entry('+3202', { notBefore: T + 5000 });
    const given = [entry('+3201'), late, entry('+3203', { expiresAt: T + 1000 }), entry('+3204', { state: 'held' })];
    assert.deepEqual(await store().outbox.add(given, handOut(T + 1000, 9)), []);
    assert.equal((await store().outbox.counts(ACCOUNT)).sending, 0);
  });

  it('hands out nothing of what it takes in while another one waits for its turn', async () => {
    const [first] = await add(entry('+3201'));
    assert.deepEqual(await store().outbox.add([entry('+3202')], handOut(T, 9)), []);
    assert.equal((await claim(T, 1))[0]?.reference, first);
  });

  it('keeps the order behind one that was handed out as it came in, whatever becomes of that one', async () => {
    for (const [i, state] of (['waiting', 'unknown', 'held'] as const).entries()) {
      const to = `+320${i}`;
      const [a, b] = [entry(to), entry(to)];
      const [first] = [...(await store().outbox.add([a], handOut(T, 1))), ...(await claim(T))];
      assert(first);
      if (i > 0) await add(b);
      await store().outbox.save(Object.assign(first, { state, notBefore: T + 500 }));
      if (i === 0) await add(b);
      const isApart = state === 'held';
      assert.deepEqual(references(await claim(T)), isApart ? [b.reference] : [], state);
      if (isApart) continue;
      const [again] = await claim(T + 500);
      assert.equal(again?.reference, a.reference);
      await store().outbox.remove(a.reference);
      assert.deepEqual(references(await claim(T + 500)), [b.reference]);
    }
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

  it('lets one that was held wait again, behind the others to its recipient', async () => {
    const [first, second] = await add(entry('+3201'), entry('+3201'), entry('+3202'));
    const held = await claimOne();
    await store().outbox.save(Object.assign(held, { state: 'held' }));
    const later = await claim();
    assert(references(later).includes(String(second)));
    await store().outbox.save(Object.assign(held, { state: 'waiting', notBefore: T, attempts: 0 }));
    assert.deepEqual(await claim(), [], 'one under way at a time');
    for (const { reference } of later) await store().outbox.remove(reference);
    const again = await claimOne();
    assert.equal(again.reference, first);
    assert.equal(again.attempts, 1);
    await store().outbox.save(Object.assign(again, { state: 'held' }));
    assert.deepEqual(await claim(), []);
    await store().outbox.save(Object.assign(again, { state: 'waiting' }));
    assert.deepEqual(references(await claim()), [first], 'with nobody else in the lane');
  });

  it('has its own copy: what is done to an entry counts when it is saved', async () => {
    const given = entry('+3201');
    await add(given);
    Object.assign(given, { text: 'changed', state: 'held' });
    given.fallback.push('changed');
    const claimed = await claimOne();
    assert.notEqual(claimed.text, 'changed');
    assert.deepEqual(claimed.fallback, ['other']);
    Object.assign(claimed, { state: 'waiting', notBefore: T });
    claimed.fallback.shift();
    assert.deepEqual(await claim(), []);
    assert.deepEqual((await store().outbox.find(claimed.reference))?.fallback, ['other']);
    await store().outbox.save(claimed);
    Object.assign(claimed, { state: 'held' });
    const [again] = await claim();
    assert.equal(again?.attempts, 2);
    assert.deepEqual(again?.fallback, []);
  });

  it('does not take back what was removed while it was under way', async () => {
    const [, second] = await add(entry('+3201'), entry('+3201'));
    const first = await claimOne();
    await store().outbox.remove(first.reference);
    for (const state of ['waiting', 'held', 'unknown', 'expired'] as const) {
      await store().outbox.save({ ...first, state, notBefore: T });
    }
    assert.equal(await store().outbox.find(first.reference), null);
    assert.deepEqual(references(await claim()), [second]);
  });

  it('finds an entry by its reference, in whatever state and account', async () => {
    const given = entry('+3201', { account: 'other' });
    const kept = structuredClone(given);
    await add(given, entry('+3202'));
    assert.deepEqual(await store().outbox.find(kept.reference), kept);
    const [claimed] = await store().outbox.claim('other', T, 1);
    assert.equal((await store().outbox.find(kept.reference))?.state, 'sending');
    assert(claimed);
    await store().outbox.move(Object.assign(claimed, { state: 'waiting' }), ACCOUNT);
    assert.equal((await store().outbox.find(kept.reference))?.account, ACCOUNT);
    await store().outbox.remove(kept.reference);
    assert.equal(await store().outbox.find(kept.reference), null);
    assert.equal(await store().outbox.find('nobody'), null);
  });

  it('lists what is in a state, the oldest first: all, so many, or those to one recipient', async () => {
    const [a, b, c, d] = await add(entry('+3201'), entry('+3202'), entry('+3201'), entry('+3203'));
    await add(entry('+3201', { account: 'other' }));
    const list = async (state: OutboxState, options?: { to?: string; limit?: number }) =>
      references(await store().outbox.list(ACCOUNT, state, options));
    assert.deepEqual(await list('waiting'), [a, b, c, d]);
    assert.deepEqual(await list('waiting', { limit: 2 }), [a, b]);
    assert.deepEqual(await list('waiting', { to: '+3201' }), [a, c]);
    assert.deepEqual(await list('waiting', { to: '+3201', limit: 1 }), [a]);
    assert.deepEqual(await list('waiting', { to: '+3209' }), []);
    for (const one of await claim()) await store().outbox.save(Object.assign(one, { state: 'held' }));
    assert.deepEqual(await list('held'), [a, b, d]);
    assert.deepEqual(await list('held', { limit: 2 }), [a, b]);
    assert.deepEqual(await list('held', { to: '+3202' }), [b]);
    assert.deepEqual(await list('waiting'), [c]);
    await claim();
    assert.deepEqual(await list('sending', { to: '+3201' }), [c]);
    assert.deepEqual(await list('sending', { to: '+3202' }), []);
  });

  it('counts what is in each state, and knows since when the oldest of them is there', async () => {
    const none = { waiting: 0, sending: 0, unknown: 0, held: 0, expired: 0, oldest: null };
    const counts = () => store().outbox.counts(ACCOUNT);
    assert.deepEqual(await counts(), none);
    await add(entry('+3201', { createdAt: 5000 }), entry('+3201', { createdAt: 4000 }));
    await add(entry('+3202', { createdAt: 6000 }), entry('+3203', { createdAt: 4500, expiresAt: T + 50 }));
    await add(entry('+3201', { account: 'other', createdAt: 1 }));
    assert.deepEqual(await counts(), { ...none, waiting: 4, oldest: 4000 });
    await store().outbox.takeExpired(ACCOUNT, T + 50);
    const [first, second] = await claim();
    assert(first && second);
    assert.deepEqual(await counts(), { ...none, waiting: 1, sending: 2, expired: 1, oldest: 4000 });
    await store().outbox.save(Object.assign(first, { state: 'held' }));
    await store().outbox.save(Object.assign(second, { state: 'unknown', notBefore: T + 99_999 }));
    const [third] = await claim();
    assert(third);
    assert.deepEqual(await counts(), { ...none, sending: 1, unknown: 1, held: 1, expired: 1, oldest: 4000 });
    await store().outbox.move(Object.assign(third, { state: 'waiting' }), 'other');
    assert.deepEqual(await counts(), { ...none, unknown: 1, held: 1, expired: 1, oldest: 4500 });
    assert.deepEqual(await store().outbox.counts('other'), { ...none, waiting: 2, oldest: 1 });
    for (const state of ['expired', 'held', 'unknown'] as const) {
      for (const { reference } of await store().outbox.list(ACCOUNT, state)) await store().outbox.remove(reference);
    }
    await store().outbox.remove('nobody');
    assert.deepEqual(await counts(), none);
    const [, inTheSameTurn] = await Promise.all([add(entry('+3201', { createdAt: 7000 })), counts()]);
    assert.deepEqual(inTheSameTurn, { ...none, waiting: 1, oldest: 7000 });
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
    assert.deepEqual(references(await store().outbox.list(ACCOUNT, 'expired')), [late]);
    await store().outbox.save(Object.assign(claimed, { state: 'waiting', notBefore: FOREVER }));
    const later = references(await store().outbox.takeExpired(ACCOUNT, T + 20_000));
    assert(later.includes(String(underWay)), 'one that came back is looked at again');
  });

  it('keeps what has expired apart until it is removed, or is to wait again', async () => {
    const [reference, second] = await add(entry('+3201', { expiresAt: T + 2000 }), entry('+3201'));
    const [expired] = await store().outbox.takeExpired(ACCOUNT, T + 2000);
    assert.equal(expired?.state, 'expired');
    assert.deepEqual(await store().outbox.find(String(reference)), expired);
    assert.deepEqual(references(await claim()), [second]);
    await store().outbox.remove(String(second));
    assert.deepEqual(await claim(FOREVER), []);
    assert.equal(await store().outbox.nextDue(ACCOUNT), null);
    await store().outbox.save({ ...expired, state: 'waiting', expiresAt: T + 9000 });
    assert.deepEqual(references(await claim(T + 2000)), [reference]);
    await store().outbox.save({ ...expired, state: 'waiting', expiresAt: T + 9000, notBefore: T + 9999 });
    assert.equal((await store().outbox.takeExpired(ACCOUNT, T + 9000)).length, 1);
    await store().outbox.remove(String(reference));
    assert.deepEqual(await store().outbox.list(ACCOUNT, 'expired'), []);
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
    context: { _msgid: id, topic: ['é 😀'] },
    life: 'life',
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

  it('saves what nobody else has saved since it was read', async () => {
    const message = tracked('a');
    assert.equal(await store().tracked.save(message), true);
    assert.equal(message.version, 1);
    const [one, other] = [await store().tracked.find(ACCOUNT, 'a'), await store().tracked.find(ACCOUNT, 'a')];
    assert(one && other);
    assert.equal(await store().tracked.save(Object.assign(one, { status: 'delivered', final: true })), true);
    assert.equal(one.version, 2);
    assert.equal(await store().tracked.save(Object.assign(other, { status: 'failed', final: true })), false);
    assert.equal(other.version, 1);
    assert.equal(await store().tracked.save(tracked('a')), false, 'as if it were new');
    assert.deepEqual(await store().tracked.find(ACCOUNT, 'a'), one);
    assert.equal(await store().tracked.save(one), true, 'again, by the one who has saved it');
    assert.equal(await store().tracked.save({ ...tracked('unknown'), version: 3 }), false, 'gone since it was read');
    assert.equal(await store().tracked.find(ACCOUNT, 'unknown'), null);
  });

  it('is saved once by those who save at once', async () => {
    const first = Array.from({ length: 5 }, (_, i) => tracked('a', { asked: i }));
    const saved = await Promise.all(first.map((message) => store().tracked.save(message)));
    assert.equal(saved.filter(Boolean).length, 1);
    const message = await store().tracked.find(ACCOUNT, 'a');
    assert(message);
    const again = await Promise.all([store().tracked.save(message), store().tracked.save({ ...message })]);
    assert.deepEqual(again.filter(Boolean).length, 1);
    assert.equal((await store().tracked.find(ACCOUNT, 'a'))?.version, 2);
  });

  it('has its own copy: what is done to a message counts when it is saved', async () => {
    const message = tracked('a');
    await save(message);
    Object.assign(message, { status: 'failed' });
    const found = await store().tracked.findReference(ACCOUNT, 'reference of a');
    Object.assign(found ?? {}, { status: 'expired' });
    for (const one of await store().tracked.open(ACCOUNT, 10, 10)) Object.assign(one, { status: 'expired' });
    for (const one of await store().tracked.due(ACCOUNT, FOREVER, 10)) Object.assign(one, { status: 'expired' });
    assert.equal((await store().tracked.find(ACCOUNT, 'a'))?.status, 'sent');
  });

  it('finds a message by the reference that it was saved with last', async () => {
    await save(tracked('a'));
    await change('a', { reference: 'another', to: '+3209', acceptedAt: 1500 });
    assert.equal((await store().tracked.findReference(ACCOUNT, 'another'))?.id, 'a');
    assert.deepEqual(ids(await store().tracked.sentTo(ACCOUNT, '+3209', 1500)), ['a']);
    assert.deepEqual(await store().tracked.sentTo(ACCOUNT, '+3201', 0), []);
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

  it('tells what was accepted last, final or not, the newest first', async () => {
    assert.deepEqual(await store().tracked.recent(ACCOUNT, 5), []);
    await save(
      tracked('b', { acceptedAt: 1002, final: true }),
      tracked('a', { acceptedAt: 1001 }),
      tracked('d', { acceptedAt: 1004, final: true }),
      tracked('c', { acceptedAt: 1003 }),
    );
    const steps = [{ status: 'queued' as const, at: 1005 }];
    await save({ ...tracked('e', { acceptedAt: 1005 }), account: 'other', takenAt: 1000, dueAt: 2000, steps });
    assert.deepEqual(ids(await store().tracked.recent(ACCOUNT, 3)), ['d', 'c', 'b']);
    assert.deepEqual(ids(await store().tracked.recent(ACCOUNT, 10)), ['d', 'c', 'b', 'a']);
    await change('a', { acceptedAt: 1006, status: 'delivered', final: true });
    assert.deepEqual(ids(await store().tracked.recent(ACCOUNT, 2)), ['a', 'd']);
    const [other] = await store().tracked.recent('other', 2);
    assert.deepEqual([other?.id, other?.takenAt, other?.dueAt, other?.steps], ['e', 1000, 2000, steps]);
  });
}

function marksContract(store: () => Store): void {
  const wait = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

  it('adds a mark once, and again after its time or its removal', async () => {
    const { marks } = store();
    assert.equal(await marks.add('scope', 'key', 200), true);
    assert.equal(await marks.add('scope', 'key', 200), false);
    assert.equal(await marks.add('other', 'key', 200), true, 'scopes are apart');
    await wait(220);
    assert.equal(await marks.add('scope', 'key', 10_000), true);
    await marks.remove('scope', 'key');
    assert.equal(await marks.add('scope', 'key', 10_000), true);
  });

  it('removes a mark by the beginning of its value, or leaves that of somebody else', async () => {
    const { marks } = store();
    await marks.set('scope', 'key', 'mine and more', 10_000);
    await marks.remove('scope', 'key', 'theirs');
    await marks.remove('scope', 'nothing', 'mine');
    assert.equal(await marks.get('scope', 'key'), 'mine and more');
    await marks.remove('scope', 'key', 'mine');
    assert.equal(await marks.get('scope', 'key'), null);
  });

  it('gives a mark to one of those who want it at once', async () => {
    const won = await Promise.all(Array.from({ length: 20 }, () => store().marks.add('scope', 'key', 10_000)));
    assert.equal(won.filter(Boolean).length, 1);
  });

  it('keeps a value for its time', async () => {
    const { marks } = store();
    assert.equal(await marks.get('scope', 'key'), null);
    await marks.set('scope', 'key', 'first', 10_000);
    await marks.set('scope', 'key', 'été\n😀', 200);
    assert.equal(await marks.get('scope', 'key'), 'été\n😀');
    await marks.add('scope', 'with a value', 10_000, 'value');
    assert.equal(await marks.get('scope', 'with a value'), 'value');
    await wait(220);
    assert.equal(await marks.get('scope', 'key'), null);
    await marks.remove('scope', 'key');
  });

  it('keeps one without an end', async () => {
    const { marks } = store();
    assert.equal(await marks.add('scope', 'added', Number.POSITIVE_INFINITY, 'a'), true);
    assert.equal(await marks.add('scope', 'added', Number.POSITIVE_INFINITY), false);
    await marks.set('scope', 'set', 's', Number.POSITIVE_INFINITY);
    assert.deepEqual([await marks.get('scope', 'added'), await marks.get('scope', 'set')], ['a', 's']);
    await marks.set('scope', 'set', 'ends', 1);
    await wait(5);
    assert.equal(await marks.get('scope', 'set'), null);
    await marks.remove('scope', 'added');
    assert.equal(await marks.get('scope', 'added'), null);
  });

  it('lists those of a scope in the order of their keys, so many after one of them', async () => {
    const { marks } = store();
    for (const key of ['b', 'a2', 'c', 'a10', 'B', '2:x', '']) await marks.set('scope', key, `of ${key}`, 10_000);
    await marks.set('other scope', 'a', 'other', 10_000);
    await marks.set('scope\nother', 'a', 'other', 10_000);
    await marks.set('scope', 'over', '', 1);
    await marks.add('scope', 'endless', Number.POSITIVE_INFINITY, 'of endless');
    await marks.remove('scope', 'c');
    await wait(5);
    const keys = ['', '2:x', 'B', 'a10', 'a2', 'b', 'endless'];
    assert.deepEqual(
      await marks.list('scope'),
      keys.map((key) => ({ key, value: `of ${key}` })),
    );
    const list = async (options: { after?: string; limit?: number }) =>
      (await marks.list('scope', options)).map(({ key }) => key);
    assert.deepEqual(await list({ limit: 3 }), keys.slice(0, 3));
    assert.deepEqual(await list({ after: 'B', limit: 2 }), ['a10', 'a2']);
    assert.deepEqual(await list({ after: 'a3' }), ['b', 'endless'], 'after one that is not there');
    assert.deepEqual(await list({ after: '' }), keys.slice(1));
    assert.deepEqual(await list({ after: 'endless' }), []);
    assert.deepEqual(await marks.list('nothing'), []);
  });

  it('forgets none of many', async () => {
    const { marks } = store();
    const all = Array.from({ length: 3000 }, (_, i) => i);
    await Promise.all(all.map((i) => marks.set('scope', `key ${i}`, String(i), i % 2 ? 10_000 : 1)));
    await wait(5);
    const found = await Promise.all(all.map((i) => marks.get('scope', `key ${i}`)));
    assert.deepEqual(
      found,
      all.map((i) => (i % 2 ? String(i) : null)),
    );
    await marks.set('scope', 'one more', '', 10_000);
    assert.equal(await marks.get('scope', 'key 0'), null);
  });
}
