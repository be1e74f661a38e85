/** The inbox: each SMS from a phone comes out once to each who reads. */
import assert from 'node:assert/strict';
import type { PollRequest } from '../../dist/src/delivery/inbox.js';
import { Inbox } from '../../dist/src/delivery/inbox.js';
import type { InboundQuery } from '../../dist/src/providers/provider.js';
import type { InboundMessage } from '../../dist/src/sms/types.js';
import { memoryStore, type Store } from '../../dist/src/store/index.js';
import { failing, rigs, wait } from './support.ts';

const rig = rigs();
const PHONE = '+32470112001';

async function poll(inbox: Inbox, more: Partial<PollRequest> = {}): Promise<string[]> {
  const got: InboundMessage[] = [];
  const request = { reader: 'reader', address: '666', since: null, limit: 1000, markRead: false, ...more };
  const count = await inbox.poll(request, (message) => got.push(message));
  assert.equal(count, got.length);
  return got.map(({ text }) => text);
}

describe('the inbox', () => {
  it('has nothing marked at the vendor that it could not keep', async () => {
    const store = memoryStore();
    const row = {
      id: '1',
      from: PHONE,
      to: '666',
      text: 'kept?',
      parts: 1,
      receivedAt: new Date().toISOString(),
      raw: null,
    };
    const marked: string[] = [];
    const inbox = new Inbox({
      account: { provider: 'p', account: 'a', accountName: 'A' },
      marks: failing(store.marks, 'set', 1),
      read: async () => (marked.length > 0 ? [] : [row]),
      mark: async (rows) => void marked.push(...rows.map(({ id }) => id)),
    });
    await assert.rejects(poll(inbox, { markRead: true }));
    assert.deepEqual(marked, []);
    assert.deepEqual(await poll(inbox, { markRead: true }), ['kept?']);
    assert.deepEqual(marked, ['1']);
  });

  it('gives each message once, oldest first, with the account it belongs to', async () => {
    const { sandbox: start, account: open } = rig();
    const sandbox = await start();
    const { inbox } = open(sandbox);
    for (const text of ['one', 'two', 'two']) sandbox.receive({ from: PHONE, to: '666', text });
    const got: InboundMessage[] = [];
    await inbox.poll({ reader: 'r', address: '666', since: null, limit: 9, markRead: false }, (m) => got.push(m));
    assert.deepEqual(
      got.map(({ text }) => text),
      ['one', 'two', 'two'],
      'two equal ones are two',
    );
    const { from, to, accountName, account } = got[0] ?? {};
    assert.deepEqual(
      { from, to, accountName, account },
      { from: PHONE, to: '666', accountName: 'Account', account: 'account' },
    );
    await wait(2);
    sandbox.receive({ from: PHONE, to: '666', text: 'three' });
    assert.deepEqual(await poll(inbox, { reader: 'r' }), ['three']);
    assert.deepEqual(await poll(inbox, { reader: 'r' }), []);
  });

  it('gives each message to each of two readers', async () => {
    const { sandbox: start, account: open } = rig();
    const sandbox = await start();
    const { inbox } = open(sandbox);
    sandbox.receive({ from: PHONE, to: '666', text: 'one' });
    assert.deepEqual(await poll(inbox, { reader: 'a' }), ['one']);
    assert.deepEqual(await poll(inbox, { reader: 'b' }), ['one']);
    assert.deepEqual(await poll(inbox, { reader: 'a' }), []);
  });

  for (const markRead of [false, true]) {
    it(`stops at the limit and gives the rest the next time${markRead ? ', marked as read or not' : ''}`, async () => {
      const { sandbox: start, account: open } = rig();
      const sandbox = await start();
      const { inbox } = open(sandbox);
      for (const text of ['1', '2', '3', '4', '5']) sandbox.receive({ from: PHONE, to: '666', text });
      assert.deepEqual(await poll(inbox, { limit: 2, markRead }), ['1', '2']);
      sandbox.receive({ from: PHONE, to: '666', text: '6' });
      assert.deepEqual(await poll(inbox, { limit: 3, markRead }), ['3', '4', '5']);
      assert.deepEqual(await poll(inbox, { markRead }), ['6']);
      assert.deepEqual(await poll(inbox, { markRead }), []);
    });
  }

  it('keeps what was marked as read when the flow could not take it', async () => {
    const { sandbox: start, account: open } = rig();
    const sandbox = await start();
    const { inbox } = open(sandbox);
    for (const text of ['1', '2', '3']) sandbox.receive({ from: PHONE, to: '666', text });
    const request = { reader: 'reader', address: '666', since: null, limit: 9, markRead: true };
    const breaks = (message: InboundMessage) => {
      if (message.text === '2') throw new Error('out of order');
    };
    await assert.rejects(inbox.poll(request, breaks), /out of order/);
    assert.deepEqual((await poll(inbox, { markRead: true })).at(-1), '3');
  });

  describe('on a list that is asked for by time', () => {
    let [store, queries]: [Store, InboundQuery[]] = [memoryStore(), []];
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const list: { id: string; text: string; receivedAt: string }[] = [];

    const inbox = () =>
      new Inbox({
        account: { provider: 'enco', account: 'account', accountName: 'Account' },
        marks: store.marks,
        mark: null,
        read: async (query) => {
          queries.push(query);
          return list
            .filter(({ receivedAt }) => receivedAt > query.since.toISOString())
            .map((row) => ({ ...row, from: PHONE, to: null, parts: 1, raw: null }));
        },
      });

    beforeEach(() => {
      [store, queries] = [memoryStore(), []];
      list.length = 0;
    });

    it('looks back a day at first, then from the last one with an overlap for what came late', async () => {
      list.push({ id: 'a', text: 'a', receivedAt: at(-60) });
      assert.deepEqual(await poll(inbox()), ['a']);
      list.unshift({ id: 'b', text: 'late', receivedAt: at(-65) });
      assert.deepEqual(await poll(inbox()), ['late'], 'another inbox on the same store goes on');
      const [first, second] = queries.map(({ since }) => Date.now() - since.getTime());
      assert(Math.abs((first ?? 0) - 24 * 3600_000) < 5000);
      assert(Math.abs((second ?? 0) - 70 * 60_000) < 5000);
    });

    it('begins where it is told to', async () => {
      list.push({ id: 'a', text: 'a', receivedAt: at(-10 * 24 * 60) });
      assert.deepEqual(await poll(inbox()), []);
      const since = new Date(at(-11 * 24 * 60));
      assert.deepEqual(await poll(inbox(), { since }), ['a']);
      assert.deepEqual(await poll(inbox(), { since }), []);
    });

    it('does not move on when the vendor did not answer', async () => {
      list.push({ id: 'a', text: 'a', receivedAt: at(-60) });
      const broken = new Inbox({
        account: { provider: 'enco', account: 'account', accountName: 'Account' },
        marks: store.marks,
        mark: null,
        read: () => Promise.reject(new Error('out')),
      });
      await assert.rejects(poll(broken), /out/);
      assert.deepEqual(await poll(inbox()), ['a']);
    });

    it('gives what a push told before only once', async () => {
      const one = inbox();
      const row = { id: 'a', text: 'a', receivedAt: at(-1), from: PHONE, to: null, parts: 1, raw: null };
      const got: string[] = [];
      for (let i = 0; i < 2; i += 1) await one.offer('reader', row, ({ text }) => got.push(text));
      list.push(row);
      assert.deepEqual([...got, ...(await poll(one))], ['a']);
    });
  });
});
