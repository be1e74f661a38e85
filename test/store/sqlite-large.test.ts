/** The embedded store: what comes together, what is in the way of one call only, what was long ago. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import sinon from 'sinon';
import { embeddedStore, type OutboxEntry } from '../../dist/src/store/index.js';
import { Commits } from '../../dist/src/store/sqlite-commits.js';
import { SqliteFile } from '../../dist/src/store/sqlite-file.js';
import { SqliteMarks } from '../../dist/src/store/sqlite-marks.js';
import { Pruning } from '../../dist/src/store/sqlite-prune.js';
import { SqliteTracked } from '../../dist/src/store/sqlite-tracked.js';
import { ACCOUNT, entry, references, tracked } from './sqlite-entries.ts';
import { newFile, UNOBSERVED } from './sqlite-files.ts';

const DAY = 24 * 3600_000;

describe('the embedded store', () => {
  it('makes one commit for all messages that arrive together', async () => {
    const store = embeddedStore({ file: newFile() });
    const commits = sinon.spy(SqliteFile.prototype, 'transaction');
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.outbox.add([entry(`+32${i}`)])));
    commits.restore();
    assert.equal(commits.callCount, 1);
    assert.equal((await store.outbox.list(ACCOUNT, 'waiting')).length, 20);
    await store.close();
  });

  it('refuses the same reference twice, and only that of all that arrive together', async () => {
    const store = embeddedStore({ file: newFile() });
    const entries = [entry('+3201'), entry('+3202', { reference: 'twice' }), entry('+3203', { reference: 'twice' })];
    const commits = sinon.spy(SqliteFile.prototype, 'transaction');
    const results = await Promise.allSettled(entries.map((one) => store.outbox.add([one])));
    commits.restore();
    assert.equal(commits.returnValues.filter(Array.isArray).length, 1, 'the others still go together');
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    );
    assert.equal((await store.outbox.list(ACCOUNT, 'waiting')).length, 2);
    await store.close();
  });

  it('counts what is there when others of the same turn were refused, asked before, in between and after', async () => {
    const store = embeddedStore({ file: newFile() });
    const add = (reference: string, account = ACCOUNT) => store.outbox.add([entry('+3201', { reference, account })]);
    await Promise.all([add('there'), add('there', 'other'), add('too', 'other')].map((added) => added.catch(() => {})));
    assert.equal((await store.outbox.counts('other')).waiting, 1);
    await store.marks.set('scope', 'something', 'else', DAY);
    // The turn is undone and done again one by one.
    const turn = [add('a'), store.outbox.counts(ACCOUNT), add('b', 'other'), add('there', 'other'), add('c', 'other')];
    const results = await Promise.allSettled(turn);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal((await store.outbox.counts(ACCOUNT)).waiting, 2);
    assert.equal((await store.outbox.counts('other')).waiting, 3);
    await store.outbox.remove('b');
    assert.equal((await store.outbox.counts('other')).waiting, 2);
    await store.close();
  });

  it('keeps what it does not know, and a time that is no whole number', async () => {
    const store = embeddedStore({ file: newFile() });
    const given = { ...entry('+3201', { notBefore: 1.5 }), later: { a: ['b'] } } as OutboxEntry;
    await store.outbox.add([given]);
    assert.deepEqual(await store.outbox.list(ACCOUNT, 'waiting'), [given]);
    await store.close();
  });

  it('takes out what has expired in portions, and hands out none of it in between', async () => {
    const store = embeddedStore({ file: newFile() });
    const late = Array.from({ length: 2300 }, (_, i) => entry(`+32${i % 50}`, { expiresAt: 1000 }));
    await store.outbox.add([...late, entry('+33')]);
    const taken: string[] = [];
    for (let portion = -1; portion !== 0; ) {
      const expired = await store.outbox.takeExpired(ACCOUNT, 2000);
      portion = expired.length;
      taken.push(...references(expired));
      const left = taken.length < late.length;
      if (left) assert.deepEqual(await store.outbox.claim(ACCOUNT, 2000, 5), []);
    }
    assert.deepEqual(taken.sort(), references(late).sort());
    assert.equal((await store.outbox.claim(ACCOUNT, 2000, 5)).length, 1);
    await store.close();
  });

  it('tells what is due, least recently saved first, also when thousands are', async () => {
    const store = embeddedStore({ file: newFile() });
    const messages = Array.from({ length: 2500 }, (_, i) => tracked(`${i}`, { asked: i % 4, askAt: 5000 - i }));
    await Promise.all(messages.map((message) => store.tracked.save(message)));
    const due = await store.tracked.due(ACCOUNT, 4900, 7);
    assert.deepEqual(
      due.map(({ id }) => id),
      ['100', '101', '102', '103', '104', '105', '106'],
    );
    await store.close();
  });

  it('forgets by itself, a minute after it was opened, and again when there was more than a step to forget', async () => {
    const clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const file = newFile();
    const store = embeddedStore({ file, keepDays: 1 });
    assert.equal(clock.countTimers(), 0);
    await store.open();
    fs.copyFileSync(file, `${file}.copy`);
    fs.renameSync(`${file}.copy`, file);
    await Promise.all(Array.from({ length: 300 }, (_, i) => store.tracked.save(tracked(`${i}`, { final: true }))));
    assert.equal(clock.countTimers(), 1, 'also when the file was opened twice');
    const left = async () => (await store.tracked.sentTo(ACCOUNT, '+3201', 0)).length;
    clock.setSystemTime(Date.now() + DAY);
    const steps: number[] = [];
    for (const wait of [59_999, 1, 20, 3600_000]) {
      await clock.tickAsync(wait);
      await new Promise(setImmediate);
      steps.push(await left());
    }
    assert.deepEqual(steps, [300, 100, 0, 0]);
    await store.close();
    assert.equal(clock.countTimers(), 0);
    clock.restore();
  });

  it('forgets, step by step, final messages after their days and marks after their time, and nothing else', async () => {
    const file = new SqliteFile(newFile(), UNOBSERVED);
    file.open();
    const commits = new Commits(file);
    const [messages, marks] = [new SqliteTracked(file, commits), new SqliteMarks(file, commits)];
    await Promise.all(Array.from({ length: 450 }, (_, i) => messages.save(tracked(`${i}`, { final: true }))));
    await messages.save(tracked('open', { finalBy: Date.now() + 60 * DAY }));
    await marks.set('scope', 'dead', '', DAY);
    await marks.set('scope', 'alive', 'value', 90 * DAY);
    const pruning = new Pruning(file, commits, 30);
    assert.equal(await pruning.step(Date.now() + 29 * DAY), false);
    assert.equal((await messages.find(ACCOUNT, '0'))?.id, '0');
    let steps = 1;
    while (await pruning.step(Date.now() + 31 * DAY)) steps += 1;
    assert.equal(steps, 3);
    assert.equal(await messages.find(ACCOUNT, '449'), null);
    assert.equal((await messages.find(ACCOUNT, 'open'))?.id, 'open');
    assert.equal(await marks.get('scope', 'alive'), 'value');
    pruning.close();
    file.close();
  });

  it('keeps a final message for a day, though it should be kept for less: a look-up has to know whose its record is', async () => {
    const file = new SqliteFile(newFile(), UNOBSERVED);
    file.open();
    const commits = new Commits(file);
    const messages = new SqliteTracked(file, commits);
    await messages.save(tracked('over', { final: true }));
    const pruning = new Pruning(file, commits, 0);
    await pruning.step(Date.now() + 0.9 * DAY);
    assert.equal((await messages.find(ACCOUNT, 'over'))?.id, 'over');
    await pruning.step(Date.now() + DAY + 1000);
    assert.equal(await messages.find(ACCOUNT, 'over'), null);
    pruning.close();
    file.close();
  });

  it('forgets those without a final status long after their time, whose account is gone, too', async () => {
    const file = new SqliteFile(newFile(), UNOBSERVED);
    file.open();
    const commits = new Commits(file);
    const messages = new SqliteTracked(file, commits);
    const now = Date.now();
    const save = (account: string, i: number, finalBy: number) =>
      messages.save(tracked(`${i}`, { account, askAt: now + i, finalBy }));
    // They are due before the others, and kept for longer.
    const late = Array.from({ length: 1200 }, (_, i) => save('gone', i, now + 3 * DAY));
    const soon = Array.from({ length: 450 }, (_, i) => save('gone', 1200 + i, now + DAY));
    await Promise.all([...late, ...soon, save('other', 0, now + DAY)]);
    const left = async (account: string) => (await messages.open(account, 5000, 1)).length;
    const pruning = new Pruning(file, commits, 0);
    const prune = async (at: number) => {
      for (let isMore = true; isMore; ) isMore = await pruning.step(at);
      return [await left('gone'), await left('other')];
    };
    assert.deepEqual(await prune(now + 1.9 * DAY), [1650, 1], 'they may have to be told that they are overdue');
    assert.deepEqual(await prune(now + 2.1 * DAY), [1650, 0], 'no more than the first ones are looked at in a step');
    assert.deepEqual(await prune(now + 4.1 * DAY), [0, 0]);
    pruning.close();
    file.close();
  });
});
