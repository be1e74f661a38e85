/** The store in Redis, shared: what two processes do at once, and what becomes of what one of them did not hear of. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import sinon from 'sinon';
import { InDoubt, type OutboxEntry, redisStore, type Store } from '../../dist/src/store/index.js';
import { type Cut, cutAfter } from '../support/cut.ts';
import { newPrefix, type RedisServer, sharedRedis, soon } from '../support/redis.ts';
import { ACCOUNT, entry, references, tracked } from './sqlite-entries.ts';

const DAY = 24 * 3600_000;
const NONE = { waiting: 0, sending: 0, unknown: 0, held: 0, expired: 0, oldest: null };

describe('two stores on one Redis', () => {
  let redis: RedisServer;
  let prefix: string;
  let one: Store;
  let other: Store;
  const extra: { close(): Promise<void> }[] = [];
  const now = () => Date.now();
  before(async function () {
    redis = await sharedRedis(this);
  });
  beforeEach(() => {
    prefix = newPrefix();
    [one, other] = [redisStore({ url: redis.url, prefix }), redisStore({ url: redis.url, prefix })];
  });
  afterEach(async () => {
    await Promise.all([one, other, ...extra.splice(0).reverse()].map((store) => store.close()));
  });

  it('hand out each message once, in order to each recipient, whoever claims', async () => {
    const all = Array.from({ length: 300 }, (_, i) => entry(`+32${i % 40}`));
    await Promise.all([one.outbox.add(all.slice(0, 150)), one.outbox.add(all.slice(150))]);
    const handed: string[] = [];
    const work = async ({ outbox }: Store) => {
      while (handed.length < all.length) {
        for (const { reference } of await outbox.claim(ACCOUNT, now(), 7)) {
          handed.push(reference);
          await outbox.remove(reference);
        }
      }
    };
    await Promise.all([work(one), work(one), work(other), work(other)]);
    assert.deepEqual([...handed].sort(), references(all).sort());
    for (const to of new Set(all.map((entry) => entry.to))) {
      const given = references(all.filter((entry) => entry.to === to));
      assert.deepEqual(
        handed.filter((reference) => given.includes(reference)),
        given,
      );
    }
  });

  it('keep the rate of an account together, and nearly reach it', async () => {
    const [spacing, lasts] = [40, 1200];
    const start = now();
    let taken = 0;
    const work = async ({ rates }: Store) => {
      while (now() - start < lasts) {
        const wait = (await rates?.take(ACCOUNT, spacing, 1)) ?? 0;
        if (wait === 0) taken += 1;
        else await pause(wait);
      }
    };
    await Promise.all([work(one), work(one), work(other), work(other)]);
    const most = (now() - start) / spacing + 1;
    assert(taken <= most, `${taken} of ${most}`);
    assert(taken >= 0.6 * most, `${taken} of ${most}`);
  });

  it('take so many slots as one call needs, of each account apart, and none while it is not time', async () => {
    assert.equal(await one.rates?.take(ACCOUNT, 100, 3), 0);
    const wait = (await other.rates?.take(ACCOUNT, 100, 1)) ?? 0;
    assert(wait > 200 && wait <= 300, `${wait}`);
    assert.equal(await other.rates?.take('another', 100, 1), 0);
    assert.equal(await other.rates?.take(ACCOUNT, 0, 1), 0, 'without a rate');
  });

  it('do not wait for ever when the clock of Redis was set back', async () => {
    assert.equal(await one.rates?.take(ACCOUNT, 50, 1), 0);
    redis.cli('set', `${prefix}:rate:${ACCOUNT}`, `${now() + 3600_000}.000 50.000`);
    const wait = (await other.rates?.take(ACCOUNT, 50, 1)) ?? 0;
    assert(wait > 0 && wait <= 50, `${wait}`);
    await pause(wait + 1);
    assert.equal(await one.rates?.take(ACCOUNT, 50, 1), 0);
  });

  it('give a mark, and the next version of a message, to one of those who want it at once', async () => {
    const both = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other));
    const marked = await Promise.all(both.map(({ marks }) => marks.add('scope', 'key', DAY)));
    assert.equal(marked.filter(Boolean).length, 1);
    await one.tracked.save(tracked('id'));
    const found = await Promise.all(both.map((store) => store.tracked.find(ACCOUNT, 'id')));
    const saved = await Promise.all(both.map((store, i) => store.tracked.save(found[i] ?? tracked('none'))));
    assert.equal(saved.filter(Boolean).length, 1);
    assert.equal((await other.tracked.find(ACCOUNT, 'id'))?.version, 2);
  });

  it('tell what is due, and open, the least recently saved first, also when thousands are', async () => {
    const many = Array.from({ length: 1500 }, (_, i) => tracked(`${i}`, { asked: i % 4, askAt: 5000 - i }));
    await Promise.all(many.map((message) => one.tracked.save(message)));
    const ids = async (found: Promise<{ id: string }[]>) => (await found).map(({ id }) => id);
    assert.deepEqual(await ids(other.tracked.due(ACCOUNT, 4900, 5)), ['100', '101', '102', '103', '104']);
    assert.deepEqual(await ids(other.tracked.due(ACCOUNT, 3600, 3)), ['1400', '1401', '1402']);
    assert.deepEqual(await ids(other.tracked.open(ACCOUNT, 4, 3)), ['0', '1', '2', '4']);
    assert.deepEqual((await other.tracked.open(ACCOUNT, Number.POSITIVE_INFINITY, 10)).length, 1500);
    assert.equal(await other.tracked.nextDue(ACCOUNT), 3501);
  });

  it('take out what has expired in portions, and hand out none of it in between', async () => {
    const late = Array.from({ length: 1200 }, (_, i) => entry(`+32${i % 50}`, { expiresAt: 1000 }));
    await one.outbox.add([...late, entry('+33')]);
    const taken: string[] = [];
    while (taken.length < late.length) {
      const expired = await other.outbox.takeExpired(ACCOUNT, 2000);
      assert(expired.length > 0);
      taken.push(...references(expired));
      for (const { to } of await one.outbox.claim(ACCOUNT, 2000, 50)) assert.equal(to, '+33');
    }
    assert.deepEqual(taken.sort(), references(late).sort());
    assert.deepEqual(await one.outbox.counts(ACCOUNT), {
      ...NONE,
      sending: 1,
      expired: 1200,
      oldest: late[0]?.createdAt,
    });
  });

  it('list what is there, however much was there and is over', async () => {
    const keys = Array.from({ length: 1200 }, (_, i) => `key ${String(i).padStart(4, '0')}`);
    await Promise.all(keys.map((key, i) => one.marks.set('scope', key, key, i % 2 ? DAY : 1)));
    await pause(5);
    const found = await other.marks.list('scope');
    assert.deepEqual(
      found.map(({ key }) => key),
      keys.filter((_, i) => i % 2),
    );
    await Promise.all(keys.map((key) => one.marks.set('over', key, '', 20)));
    await pause(25);
    assert.equal(redis.cli('exists', `${prefix}:marks:over`), '0', 'nothing is left of a scope that is over');
  });

  it('are apart with another prefix, and leave no key without it', async () => {
    const third = redisStore({ url: redis.url, prefix: newPrefix() });
    extra.push(third);
    await one.outbox.add([entry('+3201')]);
    await one.tracked.save(tracked('id'));
    await one.marks.set('scope', 'key', 'value', DAY);
    assert.deepEqual(await third.outbox.claim(ACCOUNT, now(), 10), []);
    assert.equal(await third.tracked.find(ACCOUNT, 'id'), null);
    assert.equal(await third.marks.get('scope', 'key'), null);
    assert.equal(redis.cli('--scan', '--pattern', '[^t]*'), '');
  });

  it('forget a final message after its days, and one that nobody asked about long after its time', async () => {
    await one.tracked.save(tracked('final', { final: true, finalBy: now() + DAY }));
    await one.tracked.save(tracked('open', { finalBy: now() + DAY }));
    await one.tracked.save(tracked('endless', { finalBy: Number.POSITIVE_INFINITY }));
    const days = (id: string) => Number(redis.cli('pttl', `${prefix}:tracked:${ACCOUNT}:${id}`)) / DAY;
    assert.equal(Math.round(days('final')), 30);
    assert.equal(Math.round(days('open')), 31);
    assert(days('endless') < 0);
    redis.cli('del', `${prefix}:tracked:${ACCOUNT}:open`);
    assert.deepEqual(
      (await other.tracked.due(ACCOUNT, now(), 10)).map(({ id }) => id),
      ['endless'],
    );
    await other.tracked.open(ACCOUNT, 10, 10);
    assert.equal(redis.cli('zscore', `${prefix}:due:${ACCOUNT}`, 'open'), '');
  });

  describe('of which one is cut off', () => {
    let way: Cut;
    let far: Store;
    beforeEach(async () => {
      way = await cutAfter(redis.port);
      far = redisStore({ url: `redis://127.0.0.1:${way.port}`, prefix, lockDuration: 300, stalledInterval: 100 });
      extra.push(way, far);
      await far.open();
    });

    /** The next thing that is asked for is done, and not answered. */
    const unanswered = async (ask: () => Promise<unknown>, chunks = 1) => {
      way.cutAfter(way.count + chunks, false);
      await assert.rejects(ask(), { code: 'SMS_STORE', retryable: true });
      way.mend();
    };

    it('takes back what it did not hear to be taken in', async () => {
      const [lost, kept] = [entry('+3201'), entry('+3201')];
      await unanswered(() => far.outbox.add([lost]));
      assert.equal((await one.outbox.find(lost.reference))?.reference, lost.reference, 'Redis has it');
      await far.outbox.add([kept]);
      assert.equal(await one.outbox.find(lost.reference), null);
      assert.deepEqual(references(await one.outbox.claim(ACCOUNT, now(), 10)), [kept.reference]);
    });

    it('leaves what another has tried in the meantime, and what was there before', async () => {
      const [lost, before] = [entry('+3201'), entry('+3202')];
      await one.outbox.add([before]);
      await assert.rejects(far.outbox.add([{ ...before }, entry('+3203')]), /refused what is there already/);
      await far.outbox.counts(ACCOUNT);
      await unanswered(() => far.outbox.add([lost]));
      assert.equal((await one.outbox.claim(ACCOUNT, now(), 10)).length, 2);
      await far.outbox.add([entry('+3204')]);
      assert.equal((await one.outbox.find(lost.reference))?.state, 'sending');
      assert.deepEqual((await one.outbox.counts(ACCOUNT)).waiting, 1, 'all or none');
    });

    const doubtAbout = async (one: OutboxEntry): Promise<InDoubt> => {
      const doubt = await far.outbox.add([one]).then(
        () => null,
        (error: unknown) => error,
      );
      assert(doubt instanceof InDoubt);
      return doubt;
    };

    it('says of what it did not hear to be taken in whether it was tried, as often as it is asked', async () => {
      for (const [becomes, isTried] of [
        ['withdrawn', false],
        ['sending', true],
        ['refused', true],
        ['accepted', true],
        ['never there', false],
      ] as const) {
        const given = entry('+3201');
        way.cutAt(becomes === 'never there' ? 'nothing' : 'outbox.add');
        if (becomes === 'never there') way.cutAfter(way.count, false);
        const doubt = await doubtAbout(given);
        if (isTried) assert.equal((await one.outbox.claim(ACCOUNT, now(), 1)).length, 1);
        if (becomes === 'accepted') {
          await one.tracked.save(tracked('id', { reference: given.reference }));
        }
        if (becomes === 'refused' || becomes === 'accepted') await one.outbox.remove(given.reference);
        const keys = redis.cli('exists', `${prefix}:gone:${given.reference}`);
        assert.equal(keys, becomes === 'refused' ? '1' : '0', 'what was accepted leaves nothing more');
        if (becomes === 'withdrawn') {
          await assert.rejects(doubt.takeBack(), { code: 'SMS_STORE', retryable: true });
        }
        way.mend();
        await soon(async () => assert.deepEqual(await doubt.takeBack(), isTried ? [given.reference] : [], becomes));
        assert.deepEqual(await doubt.takeBack(), isTried ? [given.reference] : [], becomes);
        if (!isTried) await assert.rejects(one.outbox.add([given]), { code: 'SMS_STORE' }, 'one that comes late');
        await one.outbox.remove(given.reference);
      }
    });

    it('says so, too, when the answer to that is lost', async () => {
      const given = entry('+3201');
      way.cutAt('outbox.add');
      const doubt = await doubtAbout(given);
      way.mend();
      way.cutAt('outbox.withdraw');
      await soon(async () => {
        await assert.rejects(doubt.takeBack());
        assert.equal(await one.outbox.find(given.reference), null);
      });
      way.mend();
      await soon(async () => assert.deepEqual(await doubt.takeBack(), []));
    });

    it('gives back what it did not hear that it claimed: nothing of it was sent', async () => {
      const [first] = [entry('+3201'), entry('+3202')];
      await far.outbox.add([first]);
      await unanswered(() => far.outbox.claim(ACCOUNT, now(), 1), 2);
      assert.equal((await one.outbox.find(first.reference))?.state, 'sending');
      const [again] = await far.outbox.claim(ACCOUNT, now(), 1);
      assert.deepEqual([again?.reference, again?.state, again?.attempts], [first.reference, 'sending', 1]);
    });

    it('is told of a claim that is no longer its own by not being heard', async () => {
      const third = redisStore({ url: redis.url, prefix, lockDuration: 300, stalledInterval: 100 });
      extra.push(third);
      await far.outbox.add([entry('+3201'), entry('+3201')]);
      const [claimed] = await far.outbox.claim(ACCOUNT, now(), 10);
      assert(claimed);
      way.cut();
      let [taken] = await third.outbox.claim(ACCOUNT, now(), 10);
      for (const end = now() + 5000; !taken && now() < end; await pause(20)) {
        [taken] = await third.outbox.claim(ACCOUNT, now(), 10);
      }
      assert.equal(taken?.state, 'unknown');
      way.mend();
      await soon(() => far.open());
      await far.outbox.save(Object.assign(claimed, { state: 'waiting', notBefore: 0 }));
      assert.equal((await one.outbox.find(claimed.reference))?.state, 'unknown');
      assert.deepEqual(await one.outbox.claim(ACCOUNT, now(), 10), [], 'it is still claimed');
      await far.outbox.remove(claimed.reference);
      assert.deepEqual(await one.outbox.claim(ACCOUNT, now(), 10), [], 'the other is still at it');
      await third.outbox.save(Object.assign(taken, { state: 'held' }));
      assert.equal(await one.outbox.find(claimed.reference), null);
      assert.equal((await one.outbox.claim(ACCOUNT, now(), 10)).length, 1, 'the next one to that recipient');
    });

    it('keeps what came back to it because it was out of reach for too long: it is at it still', async () => {
      const third = redisStore({ url: redis.url, prefix, lockDuration: 300, stalledInterval: 50 });
      extra.push(third);
      await third.outbox.add([entry('+3202', { notBefore: now() + 3600_000 })]);
      const [first, second] = [entry('+3201'), entry('+3201')];
      await far.outbox.add([first, second]);
      assert.equal((await far.outbox.claim(ACCOUNT, now(), 10)).length, 1);
      way.cut();
      const isStalled = () => redis.cli('llen', `${prefix}:outbox-${ACCOUNT}:wait`) !== '0';
      for (const end = now() + 5000; !isStalled() && now() < end; ) await pause(20);
      way.mend();
      await soon(() => far.open());
      assert.deepEqual(await far.outbox.claim(ACCOUNT, now(), 10), []);
      assert.deepEqual(await third.outbox.claim(ACCOUNT, now(), 10), []);
      await pause(400);
      assert.deepEqual(await third.outbox.claim(ACCOUNT, now(), 10), [], 'its lock is renewed again');
      await far.outbox.remove(first.reference);
      assert.deepEqual(references(await third.outbox.claim(ACCOUNT, now(), 10)), [second.reference]);
    });

    it('ends a claim again when it did not hear that it was ended', async () => {
      await far.outbox.add([entry('+3201'), entry('+3201'), entry('+3202')]);
      const [first, second] = await far.outbox.claim(ACCOUNT, now(), 10);
      assert(first && second);
      Object.assign(first, { state: 'waiting', notBefore: now() + 50 });
      await unanswered(() => far.outbox.save(first));
      await far.outbox.save(first);
      await unanswered(() => far.outbox.remove(second.reference));
      await far.outbox.remove(second.reference);
      await pause(60);
      const [again] = await far.outbox.claim(ACCOUNT, now(), 10);
      assert.deepEqual([again?.reference, again?.attempts], [first.reference, 2]);
    });
  });

  it('look again, as long as another has claims that may become theirs', async () => {
    await one.outbox.add([entry('+3201')]);
    await one.outbox.claim(ACCOUNT, now(), 1);
    assert.equal(await one.outbox.nextDue(ACCOUNT), null, 'it is at it itself');
    const next = (await other.outbox.nextDue(ACCOUNT)) ?? 0;
    assert(next > now() && next <= now() + 5000, `in ${next - now()} ms`);
  });

  it('take in nothing for which BullMQ does not take a job', async () => {
    redis.cli('lpush', `${prefix}:outbox-${ACCOUNT}:id`, 'of another kind');
    const [refused, taken] = [entry('+3201'), entry('+3202', { account: 'another' })];
    const results = await Promise.allSettled([one.outbox.add([refused]), one.outbox.add([taken])]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
    assert.equal(await other.outbox.find(refused.reference), null);
    assert.equal((await other.outbox.claim('another', now(), 10)).length, 1);
  });

  it('replace a job that BullMQ has lost', async () => {
    const [lost, scheduled] = [entry('+3201'), entry('+3202', { notBefore: now() + 3600_000 })];
    await one.outbox.add([lost, scheduled]);
    redis.cli('del', `${prefix}:outbox-${ACCOUNT}:wait`);
    assert.deepEqual(await one.outbox.claim(ACCOUNT, now(), 10), []);
    const next = (await one.outbox.nextDue(ACCOUNT)) ?? 0;
    assert(next > now() && next < now() + 1000, 'it is not asked for again and again');
    const clock = sinon.useFakeTimers({ now: now() + 61_000, toFake: ['Date'] });
    try {
      assert.deepEqual(await one.outbox.claim(ACCOUNT, now(), 10), []);
      assert.deepEqual(references(await other.outbox.claim(ACCOUNT, now(), 10)), [lost.reference]);
    } finally {
      clock.restore();
    }
  });

  it('remember a message for a day, though it should be kept for less: a look-up has to know whose its record is', async () => {
    const brief = redisStore({ url: redis.url, prefix, keepDays: 0 });
    extra.push(brief);
    await Promise.all([brief.tracked.save(tracked('late')), brief.tracked.save(tracked('over', { final: true }))]);
    const due = await other.tracked.due(ACCOUNT, now(), 10);
    assert.deepEqual(
      due.map(({ id }) => id),
      ['late'],
    );
    for (const id of ['late', 'over']) {
      const left = Number(redis.cli('pttl', `${prefix}:tracked:${ACCOUNT}:${id}`));
      assert(left > DAY - 60_000 && left <= DAY, `${id}: ${left}`);
    }
  });
});
