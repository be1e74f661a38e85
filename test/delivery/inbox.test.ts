/** The inbox: each SMS from a phone comes out once to each who reads. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { PollRequest } from '../../dist/src/delivery/inbox.js';
import { Inbox } from '../../dist/src/delivery/inbox.js';
import { postOf } from '../../dist/src/delivery/post.js';
import type { InboundQuery, ProviderInbound } from '../../dist/src/providers/provider.js';
import type { InboundMessage } from '../../dist/src/sms/types.js';
import { embeddedStore, memoryStore, type Store } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';
import { crashed } from './crash.ts';
import { failing, rigs, wait } from './support.ts';

const rig = rigs();
const PHONE = '+32470112001';

const REQUEST: PollRequest = {
  reader: 'reader',
  address: '666',
  since: null,
  limit: 1000,
  markRead: false,
  every: null,
};
const ACCOUNT = { provider: 'p', account: 'a', accountName: 'A' };
/** Nobody opts out. */
const optOuts = { heard: async () => {} };

const sms = (id: string, more: Partial<ProviderInbound> = {}): ProviderInbound => ({
  id,
  from: PHONE,
  to: '666',
  text: id,
  parts: 1,
  receivedAt: new Date(Date.now() - 60_000 + Number(id)).toISOString(),
  raw: null,
  ...more,
});

async function poll(inbox: Inbox, more: Partial<PollRequest> = {}): Promise<string[]> {
  const got: InboundMessage[] = [];
  const request = { ...REQUEST, ...more };
  const count = await inbox.poll(request, (message) => got.push(message));
  assert.equal(count, got.length);
  return got.map(({ text }) => text);
}

describe('the inbox', () => {
  it('has nothing marked at the vendor that it could not keep', async () => {
    const store = memoryStore();
    const marked: string[] = [];
    const inbox = new Inbox({
      account: ACCOUNT,
      store: { ...store, marks: failing(store.marks, 'add', 1) },
      optOuts,
      read: async () => (marked.length > 0 ? [] : [sms('1')]),
      mark: async (rows) => void marked.push(...rows.map(({ id }) => id)),
    });
    await assert.rejects(poll(inbox, { markRead: true }));
    assert.deepEqual(marked, []);
    assert.deepEqual(await poll(inbox, { markRead: true }), ['1']);
    assert.deepEqual(marked, ['1']);
    assert.deepEqual(await poll(inbox, { markRead: true }), []);
  });

  it('gives each message once, oldest first, with the account it belongs to', async () => {
    const { sandbox: start, account: open } = rig();
    const sandbox = await start();
    const { inbox } = open(sandbox);
    for (const text of ['one', 'two', 'two']) sandbox.receive({ from: PHONE, to: '666', text });
    const got: InboundMessage[] = [];
    await inbox.poll({ ...REQUEST, reader: 'r' }, (m) => got.push(m));
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
    const request = { ...REQUEST, markRead: true };
    const breaks = (message: InboundMessage) => {
      if (message.text === '2') throw new Error('out of order');
    };
    await assert.rejects(inbox.poll(request, breaks), /out of order/);
    assert.deepEqual(await poll(inbox, { markRead: true }), ['2', '3']);
    assert.deepEqual(await poll(inbox, { markRead: true }), []);
  });

  for (const method of ['set', 'add'] as const) {
    it(`tells once what a store could keep half of only (${method} fails)`, async () => {
      const store = memoryStore();
      const marks = failing(store.marks, method, 1);
      const inbox = new Inbox({ account: ACCOUNT, store: { ...store, marks }, optOuts, read: null, mark: null });
      const got: string[] = [];
      const offer = () => inbox.offer('reader', sms('1'), ({ text }) => got.push(text));
      await assert.rejects(offer(), /disk full/);
      assert.deepEqual(got, []);
      assert.deepEqual([await offer(), await offer()], [true, false]);
      assert.deepEqual(got, ['1']);
      await postOf({ ...store, marks }).flush();
      assert.deepEqual(await store.marks.list('post:reader'), []);
    });
  }

  it('takes what is heard several times at once only once', async () => {
    const store = memoryStore();
    const inbox = new Inbox({ account: ACCOUNT, store, optOuts, read: async () => [sms('1'), sms('1')], mark: null });
    const got: string[] = [];
    const offer = () => inbox.offer('reader', sms('1'), ({ text }) => got.push(text));
    const polled = poll(inbox);
    await Promise.all([offer(), offer(), polled, offer()]);
    assert.deepEqual([...got, ...(await polled)], ['1']);
  });

  it('has in the ledger of opt-outs what phones wrote, had by the flow before or not, before it is told', async () => {
    const heard: string[] = [];
    const store = memoryStore();
    const ledger = { heard: async ({ text }: { text: string }) => void heard.push(text) };
    const read = async () => [sms('1', { text: 'STOP' }), sms('2')];
    const inbox = new Inbox({ account: ACCOUNT, store, optOuts: ledger, read, mark: null });
    await inbox.poll({ ...REQUEST, limit: 1 }, () => assert.deepEqual(heard, ['STOP', '2']));
    await inbox.offer('reader', sms('1', { text: 'STOP' }), () => assert.fail('it came out before'));
    assert.deepEqual(heard, ['STOP', '2', 'STOP']);
  });

  it('takes nothing that the ledger of opt-outs could not keep', async () => {
    const store = memoryStore();
    let isFull = true;
    const heard = async () => {
      if (isFull) throw new Error('disk full');
    };
    const inbox = new Inbox({ account: ACCOUNT, store, optOuts: { heard }, read: async () => [sms('1')], mark: null });
    await assert.rejects(poll(inbox), /disk full/);
    isFull = false;
    assert.deepEqual(await poll(inbox), ['1']);
  });

  describe('over weeks', () => {
    let [store, list, clock]: [Store, ProviderInbound[], sinon.SinonFakeTimers | null] = [memoryStore(), [], null];
    const DAY = 24 * 3600_000;
    const inbox = () =>
      new Inbox({
        account: ACCOUNT,
        store,
        optOuts,
        mark: null,
        read: async ({ since }) => list.filter(({ receivedAt }) => Date.parse(receivedAt) >= since.getTime()),
      });
    beforeEach(() => {
      clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
      [store, list] = [memoryStore(), [sms('1'), sms('2')]];
    });
    afterEach(() => clock?.restore());

    it('tells nothing a second time, however far back it reads', async () => {
      const since = new Date(Date.now() - DAY);
      assert.deepEqual(await poll(inbox(), { since }), ['1', '2']);
      for (let weeks = 2; weeks <= 20; weeks += 2) {
        clock?.tick(14 * DAY + 3600_000);
        assert.deepEqual(await poll(inbox(), { since }), [], `after ${weeks} weeks`);
      }
    });

    it('goes on where it was after a long time switched off', async () => {
      assert.deepEqual(await poll(inbox()), ['1', '2']);
      clock?.tick(30 * DAY);
      list.push(sms('3'));
      clock?.tick(60 * DAY);
      assert.deepEqual(await poll(inbox()), ['3']);
      assert.deepEqual(await poll(inbox()), []);
    });
  });

  describe('after a crash', () => {
    const ROWS = ['1', '2', '3', '4'];
    type Moment = 'before' | 'first' | 'second' | 'marking' | 'after';

    /** Polls, and dies at that moment; what had come out, what the vendor had marked, and the file as it was. */
    async function poll1(moment: Moment, markRead: boolean) {
      const file = newFile();
      const store = embeddedStore({ file });
      const [got, marked]: [string[], Set<string>] = [[], new Set()];
      let left: { got: string[]; marked: Set<string>; file: string } | undefined;
      const dies = (now: Moment) => {
        if (now === moment) left ??= { got: [...got], marked: new Set(marked), file: crashed(file) };
      };
      const inbox = vendor(store, marked, () => dies('marking'));
      dies('before');
      await inbox.poll({ ...REQUEST, markRead }, ({ text }) => {
        dies(got.length === 0 ? 'first' : 'second');
        got.push(text);
      });
      await postOf(store).flush();
      dies('after');
      await store.close();
      assert.deepEqual(got, ROWS);
      assert(left);
      return left;
    }

    function vendor(store: Store, marked: Set<string>, marking = () => {}) {
      return new Inbox({
        account: ACCOUNT,
        store,
        optOuts,
        read: async () => ROWS.filter((id) => !marked.has(id)).map((id) => sms(id)),
        mark: async (rows) => {
          marking();
          for (const { id } of rows) marked.add(id);
        },
      });
    }

    for (const markRead of [false, true]) {
      for (const moment of ['before', 'first', 'second', 'marking', 'after'] as const) {
        if (moment === 'marking' && !markRead) continue;
        it(`(${moment}${markRead ? ', marked as read' : ''}) what came in comes out, and not again`, async () => {
          const left = await poll1(moment, markRead);
          const store = embeddedStore({ file: left.file });
          const again = vendor(store, left.marked);
          const told: string[] = [];
          // As at the start of a node: what was left is told before it asks.
          const end = postOf(store).open('reader', ({ body }) => told.push((body as InboundMessage).text));
          if (moment === 'first' || moment === 'second') while (told.length < 3) await wait(2);
          told.push(...(await poll(again, { markRead })), ...(await poll(again, { markRead })));
          end();
          await store.close();
          assert.deepEqual([...new Set([...left.got, ...told])], ROWS, 'all, in their order');
          assert.equal(new Set(told).size, told.length, 'each once by the second process');
          if (moment === 'first') assert.deepEqual([left.got, told], [[], ROWS]);
          if (moment === 'after') assert.deepEqual(told, []);
        });
      }
    }
  });

  describe('on a list that is asked for by time', () => {
    let [store, queries]: [Store, InboundQuery[]] = [memoryStore(), []];
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const list: { id: string; text: string; receivedAt: string }[] = [];

    const inbox = () =>
      new Inbox({
        account: { provider: 'enco', account: 'account', accountName: 'Account' },
        store,
        optOuts,
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

    it('asks for nothing that is still to come, which a vendor may refuse', async () => {
      assert.deepEqual(await poll(inbox(), { since: new Date(at(60)) }), []);
      assert.deepEqual(queries, []);
    });

    it('does not move on when the vendor did not answer', async () => {
      list.push({ id: 'a', text: 'a', receivedAt: at(-60) });
      const broken = new Inbox({
        account: { provider: 'enco', account: 'account', accountName: 'Account' },
        store,
        optOuts,
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
