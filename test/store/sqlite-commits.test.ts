/** What goes into one commit of the embedded store, and what does not wait for it. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import sinon from 'sinon';
import { embeddedStore } from '../../dist/src/store/index.js';
import { SqliteFile } from '../../dist/src/store/sqlite-file.js';
import { ACCOUNT, entry, handOut } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

const LONG = 60_000;

/** Milliseconds of a disk that takes its time. */
const SLOW = 15;

/** The commits from now on; each takes so long. */
function watched(milliseconds = 0) {
  const { transaction } = SqliteFile.prototype;
  return sinon.stub(SqliteFile.prototype, 'transaction').callsFake(function (this: SqliteFile, work) {
    for (const end = performance.now() + milliseconds; performance.now() < end; );
    return transaction.call(this, work);
  });
}

describe('the commits of the embedded store', () => {
  afterEach(() => sinon.restore());

  it('take in what keeps coming in the turns after the first, on a disk that is slow', async () => {
    const store = embeddedStore({ file: newFile() });
    const commits = watched(SLOW);
    await store.marks.set('scope', 'first', '', LONG);
    const sets: Promise<void>[] = [];
    for (let i = 0; i < 5; i += 1) {
      sets.push(store.marks.set('scope', `${i}`, '', LONG));
      await turn();
    }
    await Promise.all(sets);
    assert.equal(commits.callCount, 2);
    await store.close();
  });

  it('wait for more no longer than a commit takes', async () => {
    const store = embeddedStore({ file: newFile() });
    watched(SLOW);
    await store.marks.set('scope', 'first', '', LONG);
    const begun = performance.now();
    let isOver = false;
    const set = store.marks.set('scope', 'second', '', LONG).then(() => {
      isOver = true;
    });
    const others: Promise<void>[] = [];
    while (!isOver && performance.now() - begun < 1000) {
      others.push(store.marks.set('scope', `${others.length}`, '', LONG));
      await turn();
    }
    await Promise.all([set, ...others]);
    assert(isOver && performance.now() - begun < 500, `${performance.now() - begun} ms`);
    await store.close();
  });

  it('are waited for by who reads what they are about, and by nobody else', async () => {
    const store = embeddedStore({ file: newFile() });
    await store.marks.set('other', 'key', 'value', LONG);
    const order: string[] = [];
    const noting = <T>(name: string, work: Promise<T>) =>
      work.then((result) => {
        order.push(name);
        return result;
      });
    const [, same, other, found] = await Promise.all([
      noting('write', store.marks.set('scope', 'key', 'new', LONG)),
      noting('same', store.marks.get('scope', 'key')),
      noting('other', store.marks.get('other', 'key')),
      noting('found', store.tracked.find(ACCOUNT, 'id')),
    ]);
    assert.deepEqual([same, other, found], ['new', 'value', null]);
    assert.deepEqual(order, ['other', 'found', 'write', 'same']);
    await store.close();
  });

  it('that are made over without what failed hand out what they take in all the same', async () => {
    const store = embeddedStore({ file: newFile() });
    await store.outbox.add([entry('+3209', { reference: 'twice', state: 'held' })]);
    const all = handOut(Date.now(), 9);
    const [first, failed, next] = await Promise.allSettled([
      store.outbox.add([entry('+3201')], all),
      store.outbox.add([entry('+3202'), entry('+3203', { reference: 'twice' })], all),
      store.outbox.add([entry('+3202')], all),
    ]);
    assert.equal(failed.status, 'rejected');
    for (const added of [first, next]) assert.equal(added.status === 'fulfilled' && added.value.length, 1);
    await store.close();
  });

  it('hand out in the same piece what they take in', async () => {
    const store = embeddedStore({ file: newFile() });
    await store.open();
    const commits = watched();
    const now = Date.now();
    const [, expired, claimed] = await Promise.all([
      store.outbox.add([entry('+3201'), entry('+3202', { expiresAt: 1 })]),
      store.outbox.takeExpired(ACCOUNT, now),
      store.outbox.claim(ACCOUNT, now, 10),
    ]);
    assert.deepEqual([expired.length, claimed.length], [1, 1]);
    assert.equal(commits.callCount, 1);
    await store.close();
  });
});
