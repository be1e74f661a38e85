/** Very many messages that come into sms-send at once. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import sinon from 'sinon';
import { SqliteFile } from '../../dist/src/store/sqlite-file.js';
import { account, flows } from './support.ts';

const { sandbox: start, load } = flows();
const SENDING = { type: 'sms-send', provider: 'account', follow: false };
const FLOOD = 1000;

describe('a flood of messages', () => {
  afterEach(() => sinon.restore());

  it('waits as it came, with few of them on their way into the store, and is sent in its order', async () => {
    const flow = await load(SENDING, [account(await start())]);
    const transaction = sinon.spy(SqliteFile.prototype, 'transaction');
    for (let i = 0; i < FLOOD; i += 1) {
      flow.give({ to: '+32470112001', payload: `Message ${i}` });
      // As Node-RED hands them over: each in a callback of its own.
      if (i % 2 === 0) await null;
    }
    await turn();
    await flow.until(() => flow.out[0].length === 20, 9000);
    const sizes = transaction.returnValues.map((results) => (results as unknown[]).length);
    assert(Math.max(...sizes) < 300, `${Math.max(...sizes)} in one commit`);
    const texts = flow.out[0].map(({ payload }) => (payload as { text: string }).text);
    assert.deepEqual(
      texts,
      texts.map((_text, i) => `Message ${i}`),
    );
  }).timeout(20_000);
});
