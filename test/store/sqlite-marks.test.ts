/** What the embedded store knows of its marks without looking, and of the entries that sleep. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { embeddedStore } from '../../dist/src/store/index.js';
import { SqliteFile } from '../../dist/src/store/sqlite-file.js';
import { ACCOUNT, entry } from './sqlite-entries.ts';
import { newFile } from './sqlite-files.ts';

const LONG = 60_000;

/** The next commit fails, as on a disk in trouble. */
function failNextCommit() {
  const { statement } = SqliteFile.prototype;
  const stub = sinon.stub(SqliteFile.prototype, 'statement').callsFake(function (this: SqliteFile, sql) {
    if (sql !== 'COMMIT') return statement.call(this, sql);
    stub.restore();
    throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
  });
}

describe('a scope without a mark', () => {
  afterEach(() => sinon.restore());

  it('is looked into once', async () => {
    const store = embeddedStore({ file: newFile() });
    await store.marks.get('scope', 'one');
    const asked = sinon.spy(SqliteFile.prototype, 'one');
    assert.equal(await store.marks.get('scope', 'other'), null);
    assert.equal(asked.callCount, 0);
    await store.close();
  });

  it('has one as soon as one is set or added', async () => {
    const store = embeddedStore({ file: newFile() });
    await Promise.all([store.marks.get('set', 'key'), store.marks.get('added', 'key')]);
    await Promise.all([store.marks.set('set', 'key', 'a', LONG), store.marks.add('added', 'key', LONG, 'b')]);
    assert.deepEqual(await Promise.all([store.marks.get('set', 'key'), store.marks.get('added', 'key')]), ['a', 'b']);
    await store.close();
  });

  it('has its mark back when the removal of it never came to the disk', async () => {
    const store = embeddedStore({ file: newFile() });
    await store.marks.set('scope', 'key', 'value', LONG);
    failNextCommit();
    const lost = await Promise.allSettled([store.marks.remove('scope', 'key'), store.marks.get('scope', 'key')]);
    assert.deepEqual(
      lost.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await store.marks.get('scope', 'key'), 'value');
    await store.close();
  });

  it('is asked of the file again when that cannot be read any more', async () => {
    const store = embeddedStore({ file: newFile() });
    assert.equal(await store.marks.get('scope', 'key'), null);
    await store.close();
    await assert.rejects(store.marks.get('scope', 'key'), { code: 'SMS_STORE' });
  });
});

describe('an entry that sleeps', () => {
  it('wakes in the process that took it in, and in the one that comes after', async () => {
    const file = newFile();
    const at = Date.now() + 50_000;
    const sleepers = ['+3201', '+3202'].map((to) => entry(to, { notBefore: at }));
    for (const sleeper of sleepers) {
      const store = embeddedStore({ file });
      await store.outbox.add([sleeper]);
      const [claimed] = await store.outbox.claim(ACCOUNT, at, 1);
      assert.equal(claimed?.to, sleeper.to);
      await store.outbox.remove(sleeper.reference);
      await store.outbox.add([{ ...sleeper }]);
      await store.close();
      const next = embeddedStore({ file });
      const [again] = await next.outbox.claim(ACCOUNT, at, 1);
      assert.equal(again?.to, sleeper.to);
      await next.outbox.remove(sleeper.reference);
      await next.close();
    }
  });
});
