/** What the embedded store says when its file is in trouble, and that it works again when the trouble is over. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import sqlite from 'node:sqlite';
import { promisify } from 'node:util';
import sinon from 'sinon';
import { embeddedStore } from '../../dist/src/store/index.js';
import { Commits } from '../../dist/src/store/sqlite-commits.js';
import { storeError } from '../../dist/src/store/sqlite-errors.js';
import { SqliteFile } from '../../dist/src/store/sqlite-file.js';
import { SqliteMarks } from '../../dist/src/store/sqlite-marks.js';
import { ACCOUNT, entry } from './sqlite-entries.ts';
import { newFile, UNOBSERVED } from './sqlite-files.ts';

const DAY = 24 * 3600_000;
const child = path.join(import.meta.dirname, 'sqlite-child.ts');
const failsWith = (says: RegExp) => (error: { code?: string; message: string }) => {
  assert.equal(error.code, 'SMS_STORE');
  assert.match(error.message, says);
  return true;
};

describe('the file of the embedded store', () => {
  let file: string;
  const open = async () => {
    const store = embeddedStore({ file, keepDays: 30 });
    await store.open();
    return store;
  };
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    file = newFile();
    clock = sinon.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => clock.restore());

  it('is made with its folder, for nobody else to read, and is one file when closed', async () => {
    const store = await open();
    const files = fs.readdirSync(path.dirname(file)).map((name) => path.join(file, '..', name));
    const rights = [path.dirname(file), ...files].map((name) => fs.statSync(name).mode);
    assert(rights.length > 2 && rights.every((mode) => (mode & 0o077) === 0));
    await store.marks.set('scope', 'key', 'value', DAY);
    await store.close();
    assert.deepEqual(fs.readdirSync(path.dirname(file)), [path.basename(file)]);
    await assert.rejects(store.marks.get('scope', 'key'), failsWith(/closed/));
    await assert.rejects(store.marks.set('scope', 'key', 'value', DAY), failsWith(/closed/));
  });

  it('is kept for as long as what was asked for before the closing is not written', async () => {
    const store = await open();
    const writing = store.marks.set('scope', 'key', 'value', DAY);
    await store.close();
    await writing;
    const again = await open();
    assert.equal(await again.marks.get('scope', 'key'), 'value');
    await again.close();
  });

  it('is made by the first call, not before', async () => {
    const store = embeddedStore({ file });
    assert.equal(fs.existsSync(path.dirname(file)), false);
    assert.deepEqual(await store.outbox.claim('account', Date.now(), 1), []);
    assert.equal(fs.existsSync(file), true);
    await store.close();
    const unused = embeddedStore({ file: newFile() });
    await unused.close();
    await assert.rejects(unused.open(), failsWith(/is closed/));
  });

  it('belongs to one store at a time, and then to the other that asks again', async () => {
    const store = await open();
    const other = embeddedStore({ file });
    await assert.rejects(other.open(), failsWith(/in use by another process/));
    await store.close();
    await assert.rejects(other.marks.get('scope', 'key'), failsWith(/in use by another process/), 'not asked so soon');
    await assert.rejects(other.marks.set('scope', 'key', 'value', DAY), failsWith(/in use by another process/));
    clock.tick(500);
    await other.marks.set('scope', 'key', 'value', DAY);
    await other.open();
    await other.close();
  });

  it('is not asked for more often than every half second while it cannot be opened', async () => {
    fs.writeFileSync(path.dirname(file), '');
    const tries = sinon.spy(fs, 'mkdirSync');
    const store = embeddedStore({ file });
    for (let i = 0; i < 10; i += 1) {
      const calls = [store.open(), store.marks.get('scope', 'key'), store.outbox.remove('reference')];
      for (const call of calls) await assert.rejects(call, failsWith(/see that its folder exists/));
      clock.tick(100);
    }
    tries.restore();
    assert.equal(tries.callCount, 2);
    await store.close();
  });

  it('is free again when the process that had it was killed', async () => {
    const other = spawn(process.execPath, [child, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(other.stdout, 'data');
    await assert.rejects(open(), failsWith(/in use by another process/));
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await open()).close();
  });

  it('is not touched when a later version or another program wrote it', async () => {
    await (await open()).close();
    sql('PRAGMA user_version = 1000');
    await assert.rejects(open(), failsWith(/later version/));
    fs.rmSync(file);
    sql('CREATE TABLE theirs (x)');
    const before = fs.readFileSync(file);
    await assert.rejects(open(), failsWith(/another program/));
    assert.deepEqual(fs.readFileSync(file), before);
  });

  it('is made complete when it was empty', async () => {
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, '');
    const store = await open();
    assert.equal(await store.marks.add('scope', 'key', DAY), true);
    await store.close();
  });

  it('may be damaged, or not be one: what is in its place afterwards is taken', async () => {
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, 'no database '.repeat(1000));
    const store = embeddedStore({ file });
    await assert.rejects(store.open(), failsWith(/is no database; stop Node-RED/));
    fs.rmSync(file);
    fs.mkdirSync(file);
    clock.tick(500);
    await assert.rejects(store.open(), failsWith(/could not be opened/));
    fs.rmdirSync(file);
    clock.tick(500);
    await store.marks.set('scope', 'key', 'value', DAY);
    await store.close();
  });

  it('cannot be in a folder that is a file', async () => {
    fs.writeFileSync(path.dirname(file), '');
    await assert.rejects(open(), failsWith(/see that its folder exists/));
  });

  it('is written anew with all that was in it when someone deletes its folder', async () => {
    const store = await open();
    await store.marks.set('scope', 'before', 'kept', DAY);
    fs.rmSync(path.dirname(file), { recursive: true });
    await assert.rejects(store.marks.set('scope', 'lost', '', DAY), failsWith(/was deleted while it was in use/));
    await store.marks.set('scope', 'after', 'kept, too', DAY);
    await store.close();
    const again = await open();
    assert.equal(await again.marks.get('scope', 'before'), 'kept');
    assert.equal(await again.marks.get('scope', 'lost'), null);
    assert.equal(await again.marks.get('scope', 'after'), 'kept, too');
    await again.close();
  });

  it('is made whole when someone deletes its journal', async () => {
    const store = await open();
    await store.marks.set('scope', 'before', 'kept', DAY);
    fs.rmSync(`${file}-wal`);
    await assert.rejects(store.marks.set('scope', 'lost', '', DAY), failsWith(/was deleted while it was in use/));
    await store.marks.set('scope', 'after', 'kept', DAY);
    const copy = newFile();
    fs.mkdirSync(path.dirname(copy));
    for (const end of ['', '-wal']) fs.copyFileSync(file + end, copy + end);
    await store.close();
    const again = embeddedStore({ file: copy, keepDays: 30 });
    assert.deepEqual(
      [await again.marks.get('scope', 'before'), await again.marks.get('scope', 'after')],
      ['kept', 'kept'],
    );
    await again.close();
  });

  it('counts as it is when a person puts a copy in its place', async () => {
    let store = await open();
    await store.marks.set('scope', 'in the copy', 'yes', DAY);
    await store.close();
    fs.copyFileSync(file, `${file}.copy`);
    store = await open();
    await store.marks.set('scope', 'since', 'yes', DAY);
    fs.renameSync(`${file}.copy`, file);
    await store.marks.set('scope', 'after', 'yes', DAY);
    assert.equal(await store.marks.get('scope', 'in the copy'), 'yes');
    assert.equal(await store.marks.get('scope', 'after'), 'yes');
    assert.equal(await store.marks.get('scope', 'since'), null);
    await store.close();
  });

  it('counts what is in it, also when another took its place', async () => {
    const store = await open();
    await store.outbox.add([entry('+3201'), entry('+3202')]);
    await store.close();
    fs.copyFileSync(file, `${file}.copy`);
    const again = await open();
    await again.outbox.add([entry('+3203')]);
    assert.equal((await again.outbox.counts(ACCOUNT)).waiting, 3);
    fs.renameSync(`${file}.copy`, file);
    await again.outbox.add([entry('+3204')]);
    assert.equal((await again.outbox.counts(ACCOUNT)).waiting, 3);
    assert.equal((await again.outbox.list(ACCOUNT, 'waiting')).length, 3);
    await again.close();
  });

  it('is written to the disk itself with each turn', () => {
    const inner = new SqliteFile(file, UNOBSERVED);
    inner.open();
    const settings = ['synchronous', 'journal_mode', 'locking_mode'].map((name) => inner.one(`PRAGMA ${name}`));
    assert.deepEqual(
      settings.map((row) => Object.values(row ?? {})[0]),
      [2, 'wal', 'exclusive'],
    );
    inner.close();
  });

  it('says so when Node has no node:sqlite', async () => {
    const run = promisify(execFile)(process.execPath, ['--no-experimental-sqlite', child, file]);
    await assert.rejects(run, ({ stderr }) => /SMS_STORE/.test(stderr) && /update Node to 22.13 or newer/.test(stderr));
  });

  describe('on a disk', () => {
    const make = () => {
      const inner = new SqliteFile(file, UNOBSERVED);
      inner.open();
      const commits = new Commits(inner);
      return { inner, marks: new SqliteMarks(inner, commits) };
    };

    it('that is full: refuses, keeps what it has, and goes on when there is space', async () => {
      const { inner, marks } = make();
      await marks.set('scope', 'before', 'kept', DAY);
      inner.statement('PRAGMA max_page_count = 1').get();
      const refused = await Promise.allSettled(
        [1, 2].map((key) => marks.set('scope', `${key}`, 'x'.repeat(20_000), DAY)),
      );
      for (const result of refused) {
        assert(result.status === 'rejected' && failsWith(/the disk is full; free some space/)(result.reason));
      }
      assert.equal(await marks.get('scope', 'before'), 'kept');
      assert.equal(await marks.get('scope', '1'), null);
      inner.statement('PRAGMA max_page_count = 100000').get();
      await marks.set('scope', '1', 'x'.repeat(20_000), DAY);
      inner.close();
    });

    it('that became read-only: refuses, and goes on when it may write', async () => {
      const { inner, marks } = make();
      inner.statement('PRAGMA query_only = 1').run();
      await assert.rejects(marks.set('scope', 'key', '', DAY), failsWith(/cannot be written to; give the user/));
      await marks.set('scope', 'key', 'value', DAY);
      assert.equal(await marks.get('scope', 'key'), 'value');
      inner.close();
    });

    it('that fails in other ways: a sentence that says what to do', () => {
      const says = (error: object) => storeError(Object.assign(new Error('detail'), error), 'the file').message;
      assert.match(says({ errcode: 10 | (4 << 8) }), /could not be read or written; look after the disk\. \(detail\)/);
      assert.match(says({ errcode: 11 }), /is damaged; stop Node-RED/);
      assert.match(says({ syscall: 'open', code: 'ENOSPC' }), /the disk is full/);
      assert.match(says({ syscall: 'open', code: 'EROFS' }), /cannot be written to/);
      assert.match(says({ syscall: 'mkdir', code: 'EACCES' }), /see that its folder exists/);
    });
  });

  function sql(statement: string): void {
    const db = new sqlite.DatabaseSync(file);
    db.exec(statement);
    db.close();
  }
});
