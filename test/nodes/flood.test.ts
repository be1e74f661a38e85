/** Very many messages that come into sms-send at once. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import sinon from 'sinon';
import { Account } from '../../dist/src/delivery/account.js';
import { SqliteFile } from '../../dist/src/store/sqlite-file.js';
import { account, flows, unload } from './support.ts';

const { sandbox: start, load } = flows();
const SENDING = { type: 'sms-send', provider: 'account', follow: false };
const FLOOD = 1000;
/** Without the queue; more than are under way at a time. */
const DIRECT = 400;

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

  it('without the queue: few of them are under way, and all are sent', async () => {
    const prepared = sinon.spy(Account.prototype, 'prepare');
    const flow = await load({ ...SENDING, queue: false }, [account(await start())]);
    for (let i = 0; i < DIRECT; i += 1) flow.give({ to: '+32470112001', payload: `Message ${i}` });
    await flow.until(() => prepared.callCount > 0);
    await turn();
    assert(prepared.callCount <= 250, `${prepared.callCount} at once`);
    await flow.until(() => flow.out[0].length === DIRECT, 20_000);
  }).timeout(30_000);

  it('without the queue: of those to another account none waits for a vendor that hangs', async () => {
    const hung = { ...account(await start()), id: 'hung', name: 'Hung' };
    const flow = await load({ ...SENDING, queue: false }, [account(await start()), hung]);
    for (let i = 0; i < 300; i += 1) flow.give({ to: '+32470110008', payload: 'x', account: 'hung' });
    flow.give({ to: '+32470112001', payload: 'x' });
    await flow.until(() => flow.out[0].length === 1);
  });

  it('without the queue: what waits when the flow is stopped is sent', async () => {
    const sandbox = await start();
    const flow = await load({ ...SENDING, queue: false }, [account(sandbox)]);
    for (let i = 0; i < DIRECT; i += 1) flow.give({ to: '+32470112001', payload: `Message ${i}` });
    await flow.until(() => flow.out[0].length > 0);
    await unload();
    assert.equal(sandbox.messages().length, DIRECT);
  }).timeout(30_000);

  it('without the queue: a list of recipients is no more at once than as many messages', async () => {
    const prepared = sinon.spy(Account.prototype, 'prepare');
    const flow = await load({ ...SENDING, queue: false }, [account(await start())]);
    flow.give({ to: Array.from({ length: DIRECT }, () => '+32470112001'), payload: 'x' });
    await flow.until(() => prepared.callCount > 0);
    assert(prepared.callCount <= 250, `${prepared.callCount} at once`);
    await flow.until(() => flow.out[0].length === DIRECT, 20_000);
  }).timeout(30_000);
});
