/** The tracker: one truth about each message, whoever tells it, and how often the vendor is asked. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { postOf } from '../../dist/src/delivery/post.js';
import { Tracker, type TrackerOptions } from '../../dist/src/delivery/tracker.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import type { Receipt, Status, StatusReport } from '../../dist/src/sms/types.js';
import { memoryStore } from '../../dist/src/store/index.js';

const ACCOUNT = { provider: 'enco', account: 'account', accountName: 'Account' };
const HOUR = 3600_000;

type Heard = Parameters<Tracker['report']>[0];

function heard(id: string, status: Status, more: Partial<Heard> = {}): Heard {
  const final = ['delivered', 'failed', 'expired'].includes(status);
  const [providerStatus, updatedAt] = [`word for ${status}`, new Date().toISOString()];
  return { id, to: '+3201', status, final, providerStatus, description: '', updatedAt, raw: null, ...more };
}

function receipt(id: string, status: Status = 'queued'): Receipt {
  return {
    ...ACCOUNT,
    id,
    to: '+3201',
    sender: null,
    text: 'Hello',
    parts: 1,
    alphabet: 'GSM-7',
    status,
    providerStatus: `word for ${status}`,
    acceptedAt: new Date().toISOString(),
    reference: `reference of ${id}`,
    raw: null,
  };
}

async function accept(tracker: Tracker, own: Receipt, owner: string | null, context: unknown = null, due?: number) {
  const { store, begin } = tracker.track(own, owner, context, false, undefined, undefined, due);
  await store();
  await begin();
}

describe('the tracker', () => {
  let clock: sinon.SinonFakeTimers;
  let told: (StatusReport & { owner: string | null })[];
  let asked: string[][];
  let answers: (id: string) => Heard | SmsError;
  let open: Tracker[];

  beforeEach(() => {
    const toFake = ['Date', 'setTimeout', 'clearTimeout'] as const;
    clock = sinon.useFakeTimers({ now: Date.parse('2026-11-22T10:00:00Z'), toFake: [...toFake] });
    [told, asked, open] = [[], [], []];
    answers = (id) => heard(id, 'sent');
  });

  afterEach(async () => {
    for (const tracker of open) await tracker.close();
    const left = clock.countTimers();
    clock.restore();
    assert.equal(left, 0, 'no timer is left');
  });

  function make(more: Partial<TrackerOptions> = {}): Tracker {
    const store = memoryStore();
    const { tracked, marks } = store;
    const tracker = new Tracker({
      account: ACCOUNT,
      store: tracked,
      marks,
      finalWithin: 72,
      ask: async (ids) => {
        asked.push([...ids]);
        return ids.map(answers);
      },
      post: postOf(store),
      tell: (letter, report) => {
        told.push({ ...report, owner: letter.owner });
      },
      heard: async () => {},
      failed: () => {},
      ...more,
    });
    open.push(tracker);
    return tracker;
  }

  const statuses = () => told.map(({ status }) => status);

  it('tells each status once, and only forward', async () => {
    const tracker = make({ ask: null });
    await accept(tracker, receipt('a'), 'send');
    for (const status of ['sent', 'sent', 'queued', 'delivered', 'sent', 'failed', 'delivered'] as const)
      await tracker.report(heard('a', status));
    assert.deepEqual(statuses(), ['sent', 'delivered']);
    assert.deepEqual(told[0], {
      ...heard('a', 'sent', { updatedAt: told[0]?.updatedAt ?? '' }),
      ...ACCOUNT,
      owner: 'send',
    });
  });

  describe('on a store that breaks off', () => {
    /** The next save is refused: after it was done, or before. */
    const breaking = (isDone: boolean) => {
      const store = memoryStore();
      let breaks = false;
      const tracked = new Proxy(store.tracked, {
        get(target, name) {
          const real = (Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>).bind(target);
          if (name !== 'save') return real;
          return async (...given: unknown[]) => {
            const isBroken = breaks;
            breaks = false;
            const answer = isBroken && !isDone ? undefined : await real(...given);
            if (isBroken) throw new SmsError('SMS_STORE', 'closed', { retryable: true });
            return answer;
          };
        },
      });
      const next = () => {
        breaks = true;
      };
      return { tracker: make({ store: tracked, post: postOf(store), ask: null }), store, next };
    };

    for (const isDone of [true, false]) {
      const when = isDone ? 'after it has saved what moves' : 'before it saves what moves';

      it(`${when}: it is told all the same, once`, async () => {
        const { tracker, next } = breaking(isDone);
        await accept(tracker, receipt('a'), 'send');
        next();
        await assert.rejects(tracker.report(heard('a', 'sent')), { code: 'SMS_STORE' });
        assert.equal(told.length, 0);
        await clock.tickAsync(1100);
        assert.deepEqual(statuses(), ['sent']);
        await tracker.report(heard('a', 'sent'));
        await tracker.report(heard('a', 'delivered'));
        await clock.tickAsync(60_000);
        assert.deepEqual(statuses(), ['sent', 'delivered']);
      });

      it(`${when}, and it is heard again at once: it is told once`, async () => {
        const { tracker, next } = breaking(isDone);
        await accept(tracker, receipt('a'), 'send');
        next();
        await assert.rejects(tracker.report(heard('a', 'delivered')), { code: 'SMS_STORE' });
        await Promise.all([tracker.report(heard('a', 'delivered')), tracker.report(heard('a', 'delivered'))]);
        await clock.tickAsync(60_000);
        assert.deepEqual(statuses(), ['delivered']);
      });
    }

    it('and is closed then: the letter is left to who comes after', async () => {
      const { tracker, store, next } = breaking(true);
      await accept(tracker, receipt('a'), 'send');
      next();
      await assert.rejects(tracker.report(heard('a', 'delivered')), { code: 'SMS_STORE' });
      await tracker.close();
      const letters = await postOf(store).pending('send');
      assert.deepEqual(
        letters.map(({ body }) => (body as { report: StatusReport }).report.status),
        ['delivered'],
      );
    });
  });

  it('tells another word of the vendor for the same stage, and a reply after the end', async () => {
    const tracker = make({ ask: null });
    await accept(tracker, receipt('a', 'sent'), 'send');
    await tracker.report(heard('a', 'sent', { providerStatus: 'still sent' }));
    await tracker.report(heard('a', 'unknown'));
    await tracker.report(heard('a', 'delivered'));
    const reply = { text: 'OK', receivedAt: new Date().toISOString() };
    for (let i = 0; i < 2; i += 1) await tracker.report(heard('a', 'delivered', { reply }));
    assert.deepEqual(statuses(), ['sent', 'unknown', 'delivered', 'delivered']);
    assert.deepEqual(told[3]?.reply, reply);
  });

  it('keeps a report that comes before its receipt, by id or by our reference, and of two the final one', async () => {
    const tracker = make({ ask: null });
    await tracker.report(heard('a', 'delivered'));
    await tracker.report(heard('a', 'sent'));
    await tracker.report(heard('', 'failed'), 'reference of b');
    assert.deepEqual(told, []);
    await accept(tracker, receipt('a'), 'send');
    await accept(tracker, receipt('b'), 'send');
    assert.deepEqual(
      told.map(({ id, status }) => [id, status]),
      [
        ['a', 'delivered'],
        ['b', 'failed'],
      ],
    );
  });

  it('loses no report that comes at the same moment as its receipt', async () => {
    for (let delay = 0; delay < 12; delay += 1) {
      const tracker = make({ ask: null });
      const late = (async () => {
        for (let i = 0; i < delay; i += 1) await undefined;
        await accept(tracker, receipt(`a${delay}`), 'send');
      })();
      await Promise.all([tracker.report(heard(`a${delay}`, 'delivered')), late]);
    }
    assert.equal(told.length, 12);
  });

  it('does not mix up accounts that share a store', async () => {
    const shared = memoryStore();
    const [one, other] = ['one', 'other'].map((account) =>
      make({ ask: null, store: shared.tracked, marks: shared.marks, account: { ...ACCOUNT, account } }),
    );
    assert(one && other);
    await accept(one, { ...receipt('a'), account: 'one' }, 'send');
    await other.report(heard('a', 'delivered'));
    assert.deepEqual(told, []);
  });

  it('asks at growing intervals, at most ten times, and gives up once when the time is over', async () => {
    const tracker = make();
    await accept(tracker, receipt('a'), 'send');
    await clock.tickAsync(7000);
    assert.equal(asked.length, 2);
    await clock.tickAsync(71 * HOUR);
    assert.equal(asked.length, 10);
    assert.deepEqual(statuses(), ['sent']);
    await clock.tickAsync(2 * HOUR);
    assert.deepEqual(statuses(), ['sent', 'unknown']);
    const { final, timedOut, providerStatus, owner } = told[1] ?? {};
    assert.deepEqual(
      { final, timedOut, providerStatus, owner },
      {
        final: true,
        timedOut: true,
        providerStatus: 'word for sent',
        owner: 'send',
      },
    );
    await tracker.report(heard('a', 'delivered'));
    await clock.tickAsync(200 * HOUR);
    assert.equal(asked.length, 10);
    assert.equal(told.length, 2, 'that was the last word');
  });

  it('gives up after fractions of an hour', async () => {
    const tracker = make({ finalWithin: 0.001, ask: null });
    await accept(tracker, receipt('a'), 'send');
    await clock.tickAsync(3599);
    assert.deepEqual(told, []);
    await clock.tickAsync(2);
    assert.deepEqual(statuses(), ['unknown']);
  });

  it('counts from the time for which the vendor has a message scheduled, also after a restart', async () => {
    answers = (id) => heard(id, 'scheduled');
    const store = memoryStore();
    const first = make({ store: store.tracked, marks: store.marks });
    await accept(first, receipt('a', 'scheduled'), 'send', null, Date.now() + 100 * HOUR);
    await clock.tickAsync(50 * HOUR);
    await first.close();
    const tracker = make({ store: store.tracked, marks: store.marks });
    await tracker.resume();
    await clock.tickAsync(50 * HOUR - 1);
    assert.deepEqual([asked, told], [[], []]);
    await clock.tickAsync(72 * HOUR);
    assert.equal(asked.length, 10);
    assert.deepEqual(statuses(), []);
    await clock.tickAsync(2);
    assert.deepEqual(statuses(), ['unknown']);
  });

  it('notices within a minute that the clock was put on, or that the machine was asleep', async () => {
    answers = (id) => heard(id, 'delivered');
    const tracker = make();
    await accept(tracker, receipt('a', 'scheduled'), 'send', null, Date.now() + 100 * HOUR);
    await clock.tickAsync(1000);
    clock.setSystemTime(Date.now() + 101 * HOUR);
    await clock.tickAsync(60_000);
    assert.deepEqual([asked.length, statuses()], [1, ['delivered']]);
  });

  it('asks no more about a message that is final', async () => {
    answers = (id) => heard(id, 'delivered');
    const tracker = make();
    await accept(tracker, receipt('a'), 'send');
    await clock.tickAsync(100 * HOUR);
    assert.equal(asked.length, 1);
    assert.deepEqual(statuses(), ['delivered']);
    assert.deepEqual(await tracker.sweep(10, 'open'), []);
    assert.equal(asked.length, 1);
  });

  it('goes on after a question that was not answered', async () => {
    let isOut = true;
    answers = (id) => (isOut ? new SmsError('SMS_UNREACHABLE', 'out') : heard(id, 'delivered'));
    const tracker = make();
    await accept(tracker, receipt('a'), 'send');
    await clock.tickAsync(3000);
    isOut = false;
    await clock.tickAsync(5000);
    assert.deepEqual(statuses(), ['delivered']);
  });

  it('does not make up for what it missed all at once', async () => {
    const tracker = make();
    await accept(tracker, { ...receipt('a'), acceptedAt: new Date(Date.now() - 10 * HOUR).toISOString() }, 'send');
    await clock.tickAsync(60_000);
    assert(asked.length <= 5, `${asked.length} questions in the first minute`);
  });

  it('asks less once a push has really come in', async () => {
    const tracker = make();
    tracker.addFeeder('push');
    await accept(tracker, receipt('a'), 'send');
    await clock.tickAsync(10_000);
    assert.equal(asked.length, 2, 'an address that no push reaches proves nothing');
    tracker.pushed();
    await accept(tracker, receipt('b'), 'send');
    asked = [];
    await clock.tickAsync(100_000);
    assert.deepEqual(
      asked.flat().filter((id) => id === 'b'),
      [],
    );
    await clock.tickAsync(30_000);
    assert.deepEqual(
      asked.flat().filter((id) => id === 'b'),
      ['b'],
    );
  });

  it('merges what pushes and questions tell', async () => {
    answers = (id) => heard(id, 'delivered');
    const tracker = make();
    await accept(tracker, receipt('a'), 'send');
    await tracker.report(heard('a', 'sent'), 'reference of a');
    await tracker.report(heard('', 'delivered'), 'reference of a');
    await clock.tickAsync(10 * HOUR);
    assert.deepEqual(statuses(), ['sent', 'delivered']);
    assert.equal(told[1]?.id, 'a');
    assert.deepEqual(asked, []);
  });

  describe('with a node that sweeps', () => {
    it('leaves the asking to it, which backs off: ten times in three days, however often it looks', async () => {
      const tracker = make();
      tracker.addFeeder('sweep');
      await accept(tracker, receipt('a'), 'send');
      const moved: StatusReport[] = [];
      for (let at = 0; at < 74 * HOUR; at += at < HOUR ? 5000 : 60_000) {
        moved.push(...(await tracker.sweep(200, 'due')));
        await clock.tickAsync(at < HOUR ? 5000 : 60_000);
      }
      assert.equal(asked.length, 10);
      assert.deepEqual(statuses(), ['sent', 'unknown']);
      assert.deepEqual(moved[0]?.status, 'sent');
    });

    it('asks about all that are open when a message wants it, those asked ten times left out', async () => {
      const tracker = make();
      tracker.addFeeder('sweep');
      for (let i = 0; i < 30; i += 1) await accept(tracker, receipt(`a${i}`), 'send');
      for (let i = 0; i < 10; i += 1) await tracker.sweep(30, 'open');
      assert.equal(asked.flat().length, 300);
      assert.deepEqual(await tracker.sweep(30, 'open'), []);
      await accept(tracker, receipt('new'), 'send');
      await tracker.sweep(5, 'open');
      assert.deepEqual(asked.at(-1), ['new'], 'the old ones do not stand before the new one');
    });

    it('asks by itself again when that node is gone', async () => {
      const tracker = make();
      const end = tracker.addFeeder('sweep');
      await accept(tracker, receipt('a'), 'send');
      await clock.tickAsync(10_000);
      assert.equal(asked.length, 0);
      end();
      await clock.tickAsync(5000);
      assert(asked.flat().includes('a'));
    });
  });
});
