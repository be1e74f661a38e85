/** How many commits of the embedded store a message costs on its way. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { embeddedStore } from '../../dist/src/store/index.js';
import { SqliteFile } from '../../dist/src/store/sqlite-file.js';
import { newFile } from '../store/sqlite-files.ts';
import { request, rigs, send, wait } from './support.ts';

describe('messages that come together', () => {
  let file: string;
  const rig = rigs(() => {
    file = newFile();
    return embeddedStore({ file });
  });
  afterEach(() => sinon.restore());

  it('are taken in and handed to the vendor with one commit', async () => {
    const { owner, vendor: start, account: open, store } = rig();
    let isSlow = false;
    const vendor = await start(async () => {
      if (isSlow) await wait(300);
      return 'accept' as const;
    });
    const account = open(vendor);
    await send(account, '+32470120000');
    await owner.until(() => owner.outcomes.length === 1);
    await account.post.flush();
    const entries = await Promise.all(
      Array.from({ length: 10 }, (_, i) => account.prepare(request(`+3247012${1000 + i}`, 'Hello'))),
    );
    isSlow = true;
    const commits = sinon.spy(SqliteFile.prototype, 'transaction');
    await Promise.all(entries.map((entry) => account.submit([entry])));
    assert.equal(commits.thisValues.filter((one) => (one as SqliteFile).file === file).length, 1);
    assert.equal((await store.outbox.counts('account')).sending, 10);
  });
});
