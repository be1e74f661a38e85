/** The history of an account: what is counted, in which slot, what it costs the store, and what outlives a restart. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { History, type HistoryReport } from '../../dist/src/delivery/history.js';
import { embeddedStore, memoryStore, type OutboxCounts, type Store } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';
import { failing, rigs, send, until, wait } from './support.ts';

const MINUTE = 60_000;
/** A day from now on the hour: marks that end are measured by the clock. */
const T = Math.ceil(Date.now() / 3600_000) * 3600_000;
const EMPTY: OutboxCounts = { waiting: 0, sending: 0, unknown: 0, held: 0, expired: 0, oldest: null };

const sentIn = ({ slots }: HistoryReport) => slots.map(({ sent }) => sent);

describe('the history of an account', () => {
  let store: Store;
  let now = T;
  let counts = EMPTY;
  let opened: History[] = [];
  const open = (marks = store.marks, every = 1e6) => {
    const history = new History({ account: 'account', marks, counts: async () => counts, now: () => now, every });
    opened.push(history);
    return history;
  };

  beforeEach(() => {
    store = memoryStore();
    now = T;
    counts = EMPTY;
  });
  afterEach(async () => {
    for (const history of opened) await history.close();
    opened = [];
    await store.close();
  });

  it('counts in slots of five minutes, half an hour and three hours', async () => {
    const history = open();
    history.count('sent');
    now += 5 * MINUTE;
    history.count('sent');
    history.count('delivered');
    now += 20 * MINUTE;
    history.count('failed');
    const hour = await history.report('hour');
    assert.deepEqual([hour.step, hour.slots.length], [5 * MINUTE, 12]);
    assert.deepEqual(sentIn(hour), [0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
    assert.equal(hour.slots[11]?.at, new Date(T + 25 * MINUTE).toISOString());
    assert.deepEqual(hour.total, { sent: 2, delivered: 1, failed: 1 });
    const day = await history.report('day');
    assert.deepEqual([day.step, sentIn(day).slice(-2)], [30 * MINUTE, [0, 2]]);
    const week = await history.report('week');
    assert.deepEqual([week.slots.length * week.step, sentIn(week).at(-1)], [7 * 24 * 60 * MINUTE, 2]);
  });

  it('leaves out what is older', async () => {
    const history = open();
    history.count('sent');
    await history.store();
    now += 60 * MINUTE;
    assert.equal((await history.report('hour')).total.sent, 0);
    assert.equal((await history.report('day')).total.sent, 1);
    now += 7 * 24 * 60 * MINUTE;
    assert.equal((await history.report('week')).total.sent, 0);
  });

  it('tells the most that waited and were held in a slot', async () => {
    const history = open();
    for (const [waiting, held] of [
      [3, 0],
      [1, 2],
      [0, 0],
    ]) {
      counts = { ...EMPTY, waiting: waiting ?? 0, held: held ?? 0 };
      await history.report('hour');
    }
    const { waiting, held } = (await history.report('hour')).slots.at(-1) ?? {};
    assert.deepEqual([waiting, held], [3, 2]);
  });

  it('is kept for the next start, in the same hour too', async () => {
    const file = newFile();
    for (const round of [1, 2, 3]) {
      const embedded = embeddedStore({ file });
      const history = open(embedded.marks);
      history.count('sent');
      assert.equal((await history.report('hour')).total.sent, round, 'stored or not');
      await history.close();
      await embedded.close();
    }
  });

  it('adds up what several processes have counted', async () => {
    await store.marks.set(
      'history:account',
      `${new Date(T).toISOString().slice(0, 13)} another`,
      '[[0,5,4,1,7,0]]',
      1e9,
    );
    const history = open();
    history.count('sent');
    const { total, slots } = await history.report('hour');
    assert.deepEqual([total, slots.at(-1)?.waiting], [{ sent: 6, delivered: 4, failed: 1 }, 7]);
  });

  it('asks nothing of the store for a message, and writes once for many', async () => {
    const set = sinon.spy(store.marks, 'set');
    const history = open(store.marks, 20);
    for (let i = 0; i < 1000; i += 1) history.count('sent');
    assert.equal(set.callCount, 0);
    await until(() => set.callCount === 1);
    await wait(60);
    assert.equal(set.callCount, 1, 'nothing was counted since');
    assert.equal((await history.report('hour')).total.sent, 1000);
    await history.close();
  });

  it('counts none twice and forgets none when the store fails', async () => {
    const history = open(failing(store.marks, 'set', 2));
    history.count('sent');
    await assert.rejects(history.store(), /disk full/);
    history.count('sent');
    await assert.rejects(history.store(), /disk full/);
    assert.equal((await history.report('hour')).total.sent, 2);
    await history.store();
    await history.store();
    assert.equal((await history.report('hour')).total.sent, 2);
    await history.close();
  });
});

describe('the history of what an account sends', () => {
  const rig = rigs();
  const TO = '+32470120000';
  const INVALID = '+32470120005';
  const FAILED = '+32470120002';
  const LOST = '+32470120009';

  it('has what was sent, delivered, refused, failed later and held', async () => {
    const { account: open, sandbox, owner } = rig();
    const account = open(await sandbox());
    for (const to of [TO, INVALID, FAILED, LOST]) await send(account, to, `To ${to}`);
    await owner.until(() => owner.outcomes.length === 4);
    await until(async () => {
      await account.tracker.sweep(10, 'open');
      const { total } = await account.history.report('hour');
      return total.delivered === 1 && total.failed === 2;
    });
    const { total, slots } = await account.history.report('hour');
    assert.deepEqual([total, slots.at(-1)?.held], [{ sent: 2, delivered: 1, failed: 2 }, 1]);
    const refusals = await account.history.refusals(10);
    assert.deepEqual(
      refusals.map(({ to, text }) => [to, text]),
      [[INVALID, `To ${INVALID}`]],
    );
  });

  it('has when a message was taken in, and when it took each status', async () => {
    const { account: open, sandbox, owner, store } = rig();
    const account = open(await sandbox());
    const { createdAt } = await send(account, TO);
    await owner.until(() => owner.outcomes.length === 1);
    await until(async () => (await account.tracker.sweep(10, 'open')).some(({ final }) => final));
    const [message] = await store.tracked.recent(account.id, 1);
    assert.equal(message?.takenAt, createdAt);
    const steps = message?.steps ?? [];
    assert.equal(steps.at(-1)?.status, 'delivered');
    assert(steps.length > 1 && steps.every(({ at }, i) => at >= (steps[i - 1]?.at ?? createdAt - 1000)));
  });
});
