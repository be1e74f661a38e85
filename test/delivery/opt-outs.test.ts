/** The ledger of those who want no messages: who enters it, what it refuses, how one leaves it. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { OptOuts } from '../../dist/src/delivery/opt-outs.js';
import { takePush } from '../../dist/src/delivery/push.js';
import { providerOf } from '../../dist/src/providers/index.js';
import { startSandbox } from '../../dist/src/sandbox/index.js';
import { embeddedStore, memoryStore, type Store } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';
import { failing, rigs, send, wait } from './support.ts';

const PHONE = '+32470112010';
const BASE = Date.now() - 3600_000;
const at = (minutes: number) => new Date(BASE + minutes * 60_000).toISOString();
const says = (text: string, minutes: number, from = PHONE) => ({ from, text, receivedAt: at(minutes) });
const status = (providerStatus: string, minutes: number, more = {}) => ({
  id: '1',
  to: PHONE,
  status: 'failed' as const,
  final: true,
  providerStatus,
  description: '',
  updatedAt: at(minutes),
  raw: null,
  ...more,
});

for (const kind of ['memory', 'embedded']) {
  describe(`the ledger of opt-outs in a store that is ${kind}`, () => {
    const file = newFile();
    let [store, accounts]: [Store, number] = [memoryStore(), 0];
    before(() => {
      store = kind === 'memory' ? memoryStore() : embeddedStore({ file });
    });
    after(() => store.close());

    const on = (account: string) => new OptOuts({ account, marks: store.marks, statuses: ['FAILED_OPTOUT'] });
    const open = () => {
      accounts += 1;
      return on(`account-${accounts}`);
    };
    const isRefused = async (ledger: OptOuts, to = PHONE) =>
      (await ledger.refuse({ to, transactional: false })) !== null;

    it('refuses what goes to a phone that wrote STOP, with the way out, and nothing else', async () => {
      const ledger = open();
      await ledger.heard(says('Stop!', 0));
      const error = await ledger.refuse({ to: PHONE, transactional: false });
      assert(error);
      assert.deepEqual([error.code, error.outcome, error.retryable], ['SMS_OPTED_OUT', 'not-sent', false]);
      assert.match(error.message, /START/);
      assert.match(error.message, /transactional/);
      assert.equal(await ledger.refuse({ to: PHONE, transactional: true }), null);
      assert.equal(await isRefused(ledger, '+32470112011'), false);
      assert.equal(await isRefused(open()), false, 'another account');
      assert.deepEqual(await ledger.find(PHONE), { to: PHONE, since: at(0), source: 'reply', text: 'Stop!' });
    });

    it('is left by START, and entered again by another STOP', async () => {
      const ledger = open();
      await ledger.heard(says('STOP', 0));
      await ledger.heard(says('START', 1));
      assert.equal(await isRefused(ledger), false);
      await ledger.heard(says('STOP', 2));
      assert.equal(await isRefused(ledger), true);
    });

    it('goes by the last word that a phone wrote, in whichever order and how often its words are heard', async () => {
      const words = [says('STOP', 0), says('START', 1), says('hello', 2), says('STOP', 3), says('START', 4)];
      for (const length of [4, 5]) {
        for (let shift = 0; shift < length; shift += 1) {
          const some = words.slice(0, length);
          const heard = [...some.slice(shift), ...some.slice(0, shift)];
          const ledger = open();
          for (const word of [...heard, ...heard.reverse()]) await ledger.heard(word);
          assert.equal(await isRefused(ledger), length === 4, `${length} words from the ${shift}th`);
        }
      }
    });

    it('goes by the last word although all are heard at once', async () => {
      const ledger = open();
      const words = Array.from({ length: 21 }, (_, i) => says(i % 2 === 0 ? 'STOP' : 'START', i));
      await Promise.all([...words, ...words].reverse().map((word) => ledger.heard(word)));
      assert.equal(await isRefused(ledger), true);
      assert.equal((await ledger.find(PHONE))?.since, at(20));
    });

    it('takes the word of the vendor and a reply that comes with a status', async () => {
      const ledger = open();
      await ledger.heardStatus(status('FAILED', 0));
      assert.equal(await isRefused(ledger), false);
      await ledger.heardStatus(status('failed_optout', 1));
      assert.deepEqual(await ledger.find(PHONE), { to: PHONE, since: at(1), source: 'vendor' });
      await ledger.heardStatus(status('rep', 2, { reply: { text: 'start', receivedAt: at(2) } }));
      assert.equal(await isRefused(ledger), false);
      await ledger.heardStatus(status('FAILED_OPTOUT', 1));
      assert.equal(await isRefused(ledger), false, 'old news');
    });

    it('hears nobody who is no phone', async () => {
      const ledger = open();
      for (const from of ['666', 'SHOP', '', '+32']) await ledger.heard(says('STOP', 0, from));
      await ledger.heardStatus(status('FAILED_OPTOUT', 0, { to: '' }));
      assert.deepEqual(await ledger.list(), []);
    });

    it('takes a time that is to come, or that is none, for now', async () => {
      const clock = sinon.useFakeTimers({ now: Date.now(), toFake: ['Date'] });
      try {
        const ledger = open();
        await ledger.heard({ from: PHONE, text: 'START', receivedAt: '2999-01-01T00:00:00.000Z' });
        clock.tick(10 * 60_000);
        await ledger.heard({ from: PHONE, text: 'STOP', receivedAt: new Date().toISOString() });
        assert.equal(await isRefused(ledger), true);
        await ledger.heard({ from: '+32470112012', text: 'STOP', receivedAt: 'no time' });
        assert.equal(await isRefused(ledger, '+32470112012'), true);
      } finally {
        clock.restore();
      }
    });

    it('is kept by a person as well, whose word stands until a later one', async () => {
      const ledger = open();
      await ledger.heard(says('START', 1));
      const added = await ledger.add(PHONE);
      assert.equal(added.source, 'operator');
      assert.deepEqual(await ledger.add(PHONE), added);
      await ledger.heard(says('START', 1));
      assert.equal(await isRefused(ledger), true, 'old news');
      assert.deepEqual([await ledger.lift(PHONE), await ledger.lift(PHONE)], [true, false]);
      await ledger.heard(says('STOP', 2));
      assert.equal(await isRefused(ledger), false, 'older than the person');
    });

    it('is lifted by a person although the clock of the vendor is ahead', async () => {
      const ledger = open();
      const ahead = { from: PHONE, text: 'STOP', receivedAt: new Date(Date.now() + 2 * 60_000).toISOString() };
      await ledger.heard(ahead);
      await ledger.lift(PHONE);
      await ledger.heard(ahead);
      assert.equal(await isRefused(ledger), false);
    });

    it('is listed in pages, by number', async () => {
      const ledger = open();
      const numbers = Array.from({ length: 25 }, (_, i) => `+3247011${2100 + i}`);
      for (const to of [...numbers].reverse()) await ledger.add(to);
      const first = await ledger.list({ limit: 10 });
      const second = await ledger.list({ limit: 100, after: first.at(-1)?.to ?? '' });
      assert.deepEqual(
        [...first, ...second].map(({ to }) => to),
        numbers,
      );
      assert.equal(first.length, 10);
    });

    it('lets nothing go out that it cannot look up', async () => {
      const broken = new OptOuts({ account: 'broken', marks: failing(store.marks, 'get', 1), statuses: [] });
      await assert.rejects(broken.refuse({ to: PHONE, transactional: false }), /disk full/);
      await broken.heard(says('STOP', 0));
      assert.equal(await isRefused(broken), true, 'and goes on afterwards');
    });

    if (kind === 'embedded') {
      it('is there after a restart', async () => {
        const ledger = on('kept');
        await ledger.heard(says('ABMELDEN', 0));
        await store.close();
        store = embeddedStore({ file });
        assert.equal(await isRefused(on('kept')), true);
        await on('kept').heard(says('START', 1));
        await store.close();
        store = embeddedStore({ file });
        await on('kept').heard(says('ABMELDEN', 0));
        assert.equal(await isRefused(on('kept')), false);
      });
    }
  });
}

describe('a phone that opts out', () => {
  const rig = rigs();
  const POLL = { reader: 'reader', address: null, since: null, limit: 100, markRead: false, every: null };
  let end = async () => {};
  afterEach(() => end());

  async function open(vendor: string) {
    const sandbox = await startSandbox(vendor, { pace: 0.01 });
    end = () => sandbox.close();
    const { owner, account } = rig();
    return { sandbox, owner, account: account(sandbox, { provider: providerOf(vendor) }) };
  }

  async function until(holds: () => boolean | Promise<boolean>) {
    const limit = Date.now() + 8000;
    while (!(await holds())) {
      assert(Date.now() < limit, 'it did not happen');
      await wait(5);
    }
  }

  it('gets no more messages, those that wait included, but for transactional ones, until it writes START', async () => {
    const { sandbox, owner, account } = await open('enco');
    const to = '+32470000010';
    const poll = () => account.inbox.poll(POLL, () => {});
    const waiting = await send(account, to, 'Later', { at: new Date(Date.now() + 1200), follow: false });
    await send(account, to, 'One', { follow: false });
    await until(() => sandbox.inbox().length === 1);
    assert.equal(await poll(), 1);
    await assert.rejects(send(account, to, 'Two'), { code: 'SMS_OPTED_OUT', outcome: 'not-sent' });
    await send(account, to, 'Your code is 1234', { transactional: true, follow: false });
    await owner.until(() => owner.outcomes.length === 3);
    const refused = owner.outcomes.find(({ entry }) => entry.reference === waiting.reference);
    assert.equal(refused?.error?.code, 'SMS_OPTED_OUT');
    await until(() => sandbox.inbox().length === 2);
    assert.equal(await poll(), 1);
    sandbox.receive({ from: to, text: 'Start' });
    assert.equal(await poll(), 1);
    await send(account, to, 'Three', { follow: false });
    await owner.until(() => owner.outcomes.length === 4);
    assert.deepEqual(
      sandbox.messages().map(({ text }) => text),
      ['One', 'Your code is 1234', 'Three'],
    );
  });

  it('is known by the status that the vendor gives to what it was sent', async () => {
    const { sandbox, owner, account } = await open('zoomconnect');
    const to = '+27720000010';
    for (const count of [1, 2]) {
      await send(account, to, 'Hello', { follow: false });
      await owner.until(() => owner.outcomes.length === count);
      await until(() => sandbox.inbox().length === 1 && sandbox.messages().every(({ life }) => life.length > 1));
    }
    await until(() => sandbox.messages()[1]?.status === 'failed');
    assert.equal(await account.optOuts.find(to), null);
    const [report] = await account.status([sandbox.messages()[1]?.id ?? '']);
    assert(report && 'providerStatus' in report);
    assert.equal(report.providerStatus, 'FAILED_OPTOUT');
    await assert.rejects(send(account, to), { code: 'SMS_OPTED_OUT' });
    assert.equal((await account.optOuts.find(to))?.source, 'vendor');
  });

  it('is known by a reply that comes with a status', async () => {
    const { sandbox, owner, account } = await open('digitaleo');
    const to = '+33696300010';
    await send(account, to, 'Hello', { follow: false });
    await owner.until(() => owner.outcomes.length === 1);
    await until(() => sandbox.messages()[0]?.providerStatus === 'rep');
    await account.news({ reader: 'queue', limit: 100, every: null }, () => {});
    const { source, text } = (await account.optOuts.find(to)) ?? {};
    assert.deepEqual([source, text], ['reply', 'STOP']);
    await assert.rejects(send(account, to), { code: 'SMS_OPTED_OUT' });
  });

  it('is known by a push, of a status that does not say whose it is too', async () => {
    const { sandbox, owner, account } = await open('zoomconnect');
    const { webhook } = account.provider;
    const pushed = async (body: object) => {
      const request = { method: 'POST', headers: {}, query: {}, body: Buffer.from(JSON.stringify(body)) };
      assert(webhook);
      return takePush(account, 'hook', webhook.read(request));
    };
    const reply = { messageId: '7', from: '27721234567', message: 'stop' };
    assert.equal((await pushed(reply)).length, 1);
    assert.equal((await pushed(reply)).length, 0, 'pushed again');
    await assert.rejects(send(account, '+27721234567'), { code: 'SMS_OPTED_OUT' });
    await send(account, '+27721234568', 'Hello', { follow: false });
    await owner.until(() => owner.outcomes.length === 1);
    await pushed({ messageId: sandbox.messages()[0]?.id, status: 'FAILED_OPTOUT' });
    await assert.rejects(send(account, '+27721234568'), { code: 'SMS_OPTED_OUT' });
  });
});
