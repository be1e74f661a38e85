/** Several messages in one call: each has an outcome of its own, and what holds for single calls holds for these. */
import assert from 'node:assert/strict';
import { Clock } from '../../dist/src/delivery/clock.js';
import { Health } from '../../dist/src/delivery/health.js';
import { Limiter } from '../../dist/src/delivery/limiter.js';
import { Outbox } from '../../dist/src/delivery/outbox.js';
import type { OutboxOptions, Settlement } from '../../dist/src/delivery/outbox-options.js';
import type { Accepted } from '../../dist/src/providers/provider.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { memoryStore, type OutboxEntry } from '../../dist/src/store/index.js';
import { wait } from './support.ts';

const number = (n: number) => `+${32_470_112_000 + n}`;
let count = 0;

function entry(to: string, text = 'Hello', more: Partial<OutboxEntry> = {}): OutboxEntry {
  const now = Date.now();
  count += 1;
  return {
    reference: `ref-${count}`,
    account: 'account',
    owner: 'send',
    follow: false,
    context: null,
    life: 'this one',
    createdAt: now,
    transactional: false,
    to,
    text,
    sender: null,
    options: {},
    provider: 'any',
    alphabet: 'GSM-7',
    parts: 1,
    fallback: [],
    dedupe: null,
    state: 'waiting',
    attempts: 0,
    at: null,
    notBefore: now,
    expiresAt: now + 60_000,
    startedAt: 0,
    unsentSince: null,
    lookups: 0,
    ...more,
  };
}

const accepted = (id: string): Accepted => ({
  id,
  status: 'queued',
  providerStatus: null,
  acceptedAt: new Date().toISOString(),
  raw: {},
});

const rejected = () => new SmsError('SMS_REJECTED', 'No.', { httpStatus: 400 });
const unavailable = () => new SmsError('SMS_UNREACHABLE', 'Later.', { httpStatus: 503, retryable: true });
const unknown = () => new SmsError('SMS_UNCERTAIN', 'Who knows.', { outcome: 'unknown', retryable: true });

describe('a batch', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  /** An outbox whose vendor does what the test says; `calls` are the texts of each call. */
  function open(send: (entries: readonly OutboxEntry[], nth: number) => unknown, more: Partial<OutboxOptions> = {}) {
    const { outbox: store } = memoryStore();
    const calls: { texts: string[]; to: string[]; at: number }[] = [];
    const settled: Settlement[] = [];
    let [underWay, most] = [0, 0];
    const outbox = new Outbox({
      account: 'account',
      store,
      limiter: new Limiter(0),
      concurrency: 4,
      lookups: [0.02, 0.04],
      uncertain: 'hold',
      failoverAfter: 30,
      batch: 10,
      batchKey: ({ sender }) => String(sender),
      lookup: null,
      isShared: false,
      clock: new Clock(),
      refuse: async () => null,
      recall: async () => null,
      remember: async () => {},
      outOfSight: () => null,
      alone: (_reference, work) => work(),
      settling: (settlement) => ({
        mark: { scope: 'letters', key: settlement.entry.reference },
        store: async () => {},
        tell: () => {
          settled.push({ ...settlement, entry: { ...settlement.entry } });
        },
        giveUp: () => {},
      }),
      health: new Health({
        store: {},
        probe: async () => {},
        troubled: (error) => assert.fail(error),
        recovered: () => {},
      }),
      handOver: () => false,
      async send(entries) {
        calls.push({ texts: entries.map(({ text }) => text), to: entries.map(({ to }) => to), at: Date.now() });
        underWay += 1;
        most = Math.max(most, underWay);
        try {
          return (await send(entries, calls.length)) as Accepted[];
        } finally {
          underWay -= 1;
        }
      },
      ...more,
    });
    ends.push(() => outbox.close());
    const told = async (messages: number) => {
      const end = Date.now() + 6000;
      while (settled.length < messages) {
        assert(Date.now() < end, `${settled.length} of ${messages} settled in ${calls.length} calls`);
        await wait(5);
      }
      await wait(10);
      assert.equal(settled.length, messages, 'each is settled once');
    };
    return { outbox, store, calls, settled, told, most: () => most };
  }

  const all = (entries: readonly OutboxEntry[]) => entries.map(({ reference }) => accepted(reference));
  const many = (n: number, more: (i: number) => Partial<OutboxEntry> = () => ({})) =>
    Array.from({ length: n }, (_, i) => entry(number(i), `${i}`, more(i)));

  it('takes what waits together in as few calls as the vendor allows, each message its own receipt', async () => {
    const { outbox, calls, settled, told } = open(all);
    await outbox.submit(many(25));
    await told(25);
    assert.deepEqual(
      calls.map(({ texts }) => texts.length),
      [10, 10, 5],
    );
    for (const { entry: own, accepted: answer } of settled) assert.equal(answer?.id, own.reference);
  });

  it('has messages of one key only', async () => {
    const { outbox, calls, told } = open(all);
    await outbox.submit(many(6, (i) => ({ sender: i % 2 ? 'odd' : 'even' })));
    await told(6);
    assert.deepEqual(
      calls.map(({ texts }) => texts.join('')),
      ['024', '135'],
    );
  });

  it('may end in a different way for each: only what was not sent is sent again', async () => {
    const found: string[] = [];
    const { outbox, calls, settled, told } = open(
      (entries, nth) =>
        nth > 1 ? all(entries) : [accepted('first'), rejected(), unavailable(), unknown(), undefined, accepted('last')],
      {
        lookup: async ({ text }) => {
          found.push(text);
          return text === '3' ? accepted('found') : null;
        },
      },
    );
    await outbox.submit(many(6));
    await told(6);
    assert.deepEqual(
      calls.map(({ texts }) => texts),
      [['0', '1', '2', '3', '4', '5'], ['2']],
    );
    const ends = settled.map(({ entry: { text }, accepted: yes, error }) => `${text} ${yes?.id ?? error?.code}`).sort();
    assert.deepEqual(ends.slice(0, 2), ['0 first', '1 SMS_REJECTED']);
    assert.match(ends[2] ?? '', /^2 ref-/);
    assert.deepEqual(ends.slice(3), ['3 found', '4 SMS_UNCERTAIN', '5 last']);
    assert.deepEqual(found.sort(), ['3', '4', '4']);
  });

  it('of which nobody knows how it ended is looked up one by one, and nothing is sent twice', async () => {
    const { outbox, store, calls, settled, told } = open(() => Promise.reject(unknown()), {
      lookup: async ({ text }) => (Number(text) % 2 ? accepted(`found ${text}`) : null),
    });
    await outbox.submit(many(8));
    await told(8);
    assert.equal(calls.length, 1);
    for (const { entry: own, accepted: yes, error } of settled) {
      if (Number(own.text) % 2) assert.equal(yes?.id, `found ${own.text}`);
      else assert.equal(error?.code, 'SMS_UNCERTAIN');
    }
    assert.equal((await store.list('account', 'held')).length, 4);
  });

  it('looks no more up at once than there are connections', async () => {
    let [now, most] = [0, 0];
    const { outbox, told } = open(() => Promise.reject(unknown()), {
      batch: 50,
      lookup: async ({ text }) => {
        now += 1;
        most = Math.max(most, now);
        await wait(5);
        now -= 1;
        return accepted(`found ${text}`);
      },
    });
    await outbox.submit(many(50));
    await told(50);
    assert(most <= 4, `${most} at once`);
  });

  it('of which nobody knows how it ended is looked up all at once in an outage, and leaves a place for what tries', async () => {
    const back = Promise.withResolvers<void>();
    let [now, most] = [0, 0];
    const { outbox, calls, told } = open((entries, nth) => (nth === 1 ? Promise.reject(unknown()) : all(entries)), {
      lookup: async ({ text }) => {
        now += 1;
        most = Math.max(most, now);
        await back.promise;
        now -= 1;
        return accepted(`found ${text}`);
      },
    });
    await outbox.submit(many(10));
    while (calls.length === 0) await wait(5);
    await outbox.submit([entry(number(20), 'later')]);
    await told(1);
    assert.deepEqual(calls.at(-1)?.texts, ['later']);
    while (now < 3) await wait(5);
    assert.equal(most, 3, 'of four connections');
    back.resolve();
    await told(11);
  });

  it('makes no more calls at once than there are connections, whatever the keys', async () => {
    const { outbox, calls, told, most } = open((entries) => wait(5).then(() => all(entries)));
    await outbox.submit(many(40, (i) => ({ sender: `own ${i}` })));
    await told(40);
    assert.equal(calls.length, 40);
    assert(most() <= 4, `${most()} at once`);
    assert.equal(new Set(calls.flatMap(({ texts }) => texts)).size, 40);
  });

  it('counts for all of its messages at the rate of the account', async () => {
    const { outbox, calls, told } = open(all, { limiter: new Limiter(40) });
    const began = Date.now();
    await outbox.submit(many(25));
    await told(25);
    assert.deepEqual(
      calls.map(({ texts }) => texts.length),
      [10, 10, 5],
    );
    for (const [i, { at }] of calls.entries())
      assert(at - began >= i * 250 - 1, `call ${i + 1} after ${at - began} ms`);
  });

  it('at a rate keeps it with keys that differ, too', async () => {
    const { outbox, calls, told } = open(all, { limiter: new Limiter(40) });
    await outbox.submit(many(30, (i) => ({ sender: `own ${i % 15}` })));
    const begun = Date.now();
    await told(30);
    assert(Date.now() - begun >= 450, `30 messages in ${Date.now() - begun} ms`);
    assert(calls.length >= 15);
  });

  it('has one message a recipient, and keeps their order though calls fail', async () => {
    const failed = new Set<string>();
    const { outbox, calls, told } = open((entries) =>
      entries.map(({ reference, text, to }) => {
        if (text !== '1' || failed.has(to)) return accepted(reference);
        failed.add(to);
        return unavailable();
      }),
    );
    const texts = ['0', '1', '2', '3'];
    await outbox.submit(texts.flatMap((text) => [1, 2].map((n) => entry(number(n), text))));
    await told(8);
    for (const { to } of calls) assert.equal(new Set(to).size, to.length);
    for (const n of [1, 2]) {
      const order = calls.flatMap(({ to, texts: sent }) => sent.filter((_, i) => to[i] === number(n)));
      assert.deepEqual(order, ['0', '1', '1', '2', '3']);
    }
  });

  it('that meets an outage is one failure; one call at a time tries whether it is over, whatever the keys', async () => {
    let isOut = true;
    const { outbox, calls, told } = open(async (entries) => {
      if (!isOut) return all(entries);
      await wait(20);
      throw unavailable();
    });
    await outbox.submit(many(60, (i) => ({ sender: `own ${i % 6}` })));
    await wait(150);
    const first = calls.length;
    assert(first <= 6, `${first} calls before the pause`);
    await wait(600);
    const probes = calls.slice(first);
    assert(probes.length >= 1 && probes.length <= 2, `${probes.length} probes`);
    isOut = false;
    await told(60);
  });

  it('that is refused as a whole is tried one by one: a bad recipient does not stop the others', async () => {
    const bad = number(2);
    const { outbox, calls, settled, told } = open((entries) => {
      if (entries.some(({ to }) => to === bad)) throw rejected();
      return all(entries);
    });
    await outbox.submit(many(5));
    await told(5);
    assert.deepEqual(
      settled.filter(({ error }) => error).map(({ entry: { to } }) => to),
      [bad],
    );
    assert.deepEqual(
      calls.map(({ texts }) => texts.length),
      [5, 1, 1, 1, 1, 1],
    );
  });

  it('that is refused with the account is not', async () => {
    const { outbox, calls, told } = open(() => {
      throw new SmsError('SMS_AUTH', 'Who are you?', { httpStatus: 401, accountRefused: true });
    });
    await outbox.submit(many(5));
    await told(5);
    assert.equal(calls.length, 1);
  });
});
