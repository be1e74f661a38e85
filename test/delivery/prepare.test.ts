/** What is checked before anything is sent, when a message leaves, and what is not sent a second time. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { providerOf } from '../../dist/src/providers/index.js';
import { direct, failing, request, rigs, send, wait } from './support.ts';

const rig = rigs();
const TO = '+32470112001';

describe('a message', () => {
  const wrong: [string, unknown, unknown, object, string][] = [
    ['no number', undefined, 'Hello', {}, 'SMS_INVALID_NUMBER'],
    ['letters for a number', 'call me', 'Hello', {}, 'SMS_INVALID_NUMBER'],
    ['a national number without a region', '0470 11 20 01', 'Hello', {}, 'SMS_INVALID_NUMBER'],
    ['an empty text', TO, '', {}, 'SMS_EMPTY_TEXT'],
    ['no text', TO, undefined, {}, 'SMS_EMPTY_TEXT'],
    ['an object for a text', TO, { a: 1 }, {}, 'SMS_INVALID_TEXT'],
    ['characters that cannot be folded', TO, 'Привет', { alphabet: 'gsm' }, 'SMS_INVALID_TEXT'],
    ['too many parts', TO, 'x'.repeat(161), { maxParts: 1 }, 'SMS_TOO_LONG'],
    ['an unknown option', TO, 'Hello', { options: { colour: 'red' } }, 'SMS_INVALID_OPTION'],
    ['an option of the wrong kind', TO, 'Hello', { options: { callbackURL: 'ftp://x' } }, 'SMS_INVALID_OPTION'],
    ['options that are a text', TO, 'Hello', { options: 'forceCharacterLimit' }, 'SMS_INVALID_OPTION'],
    ['a field that is missing', TO, 'Hello {{name}}', { fields: { to: TO } }, 'SMS_INVALID_TEXT'],
    ['a sender that is none', TO, 'Hello', { sender: 'No such sender!' }, 'SMS_INVALID_SENDER'],
    ['an object for a sender', TO, 'Hello', { sender: {} }, 'SMS_INVALID_SENDER'],
    ['a time that is none', TO, 'Hello', { at: 'soon' }, 'SMS_INVALID_OPTION'],
  ];
  for (const [what, to, text, more, code] of wrong) {
    it(`with ${what} is refused with ${code} before the vendor is asked`, async () => {
      const { sandbox: start, account: open } = rig();
      const sandbox = await start();
      const account = open(sandbox);
      await assert.rejects(account.prepare(request(to, text, more)), { name: 'SmsError', code, outcome: 'not-sent' });
      assert.equal(sandbox.requests().count, 0);
    });
  }

  it('carries the options of the vendor and the sender asked for', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const sandbox = await start();
    const account = open(sandbox, { sender: '8888' });
    await send(account, TO, 'one', { options: { forceCharacterLimit: true } });
    await send(account, TO, 'two', { sender: '666' });
    await owner.until(() => owner.outcomes.length === 2);
    assert.deepEqual(
      sandbox.messages().map(({ from }) => from),
      ['8888', '666'],
    );
    assert.match(sandbox.requests('enco.outbound.sendFrom').log[0]?.url ?? '', /forceCharacterLimit=true/);
    assert.equal(owner.outcomes[1]?.receipt?.sender, '666');
  });

  it('fails with SMS_CONFIG when the account has no credentials', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const account = open({ ...(await start()), credentials: {} });
    await send(account, TO);
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error?.code, 'SMS_CONFIG');
    assert.match(owner.outcomes[0]?.error?.message ?? '', /clientId and clientSecret/);
  });
});

describe('a time to send at', () => {
  it('is held by the outbox until it comes; later messages pass', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const sandbox = await start();
    const account = open(sandbox);
    const at = new Date(Date.now() + 1000);
    await send(account, TO, 'scheduled', { at: at.toISOString() });
    await send(account, TO, 'now');
    await owner.until(() => owner.outcomes.length === 2);
    assert.deepEqual(
      sandbox.messages().map(({ text }) => text),
      ['now', 'scheduled'],
    );
    assert(Date.parse(sandbox.messages()[1]?.acceptedAt ?? '') >= at.getTime());
  });

  it('that is over means now', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const account = open(await start());
    await send(account, TO, 'now', { at: Date.now() - 60_000 });
    await owner.until(() => owner.outcomes.length === 1);
  });

  it("may be given by the vendor's own name, too", async () => {
    const { account: open } = rig();
    const line = { baseUrl: 'http://127.0.0.1:1', credentials: { email: 'a@b.c', token: 't' } };
    const account = open(line, { provider: providerOf('zoomconnect') });
    for (const [dateToSend, at, expires] of [
      ['209904282055', '2099-04-28T18:55:00.000Z', '2099-04-28T18:56:00.000Z'],
      ['2099-04-28T20:55:30+02:00', '2099-04-28T18:55:30.000Z', '2099-04-28T18:56:30.000Z'],
    ]) {
      const entry = await account.prepare(
        request(TO, 'Hello', { options: { dateToSend, campaign: 'a' }, queue: false }),
      );
      assert.equal(new Date(entry.at ?? 0).toISOString(), at);
      assert.equal(new Date(entry.expiresAt).toISOString(), expires);
      assert.deepEqual(entry.options, { campaign: 'a' });
    }
    for (const dateToSend of ['201404282055', '209913452055']) {
      const { at, options } = await account.prepare(request(TO, 'Hello', { options: { dateToSend } }));
      assert.deepEqual([at, options], [null, { dateToSend }]);
    }
  });

  it('counts the time to expire from then', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const account = open(await start());
    await send(account, TO, 'later', { at: Date.now() + 1000, expires: 0.9 });
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error, undefined);
  });

  it('cannot be kept without the queue by a vendor that does not schedule', async () => {
    const { sandbox: start, account: open } = rig();
    const account = open(await start());
    const later = { at: Date.now() + 60_000, queue: false };
    await assert.rejects(account.prepare(request(TO, 'Hello', later)), { code: 'SMS_UNSUPPORTED' });
  });
});

describe('a key', () => {
  afterEach(() => {
    sinon.restore();
  });

  it('is sent once within its time, for each recipient', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(() => 'accept');
    const account = open(vendor);
    const keyed = { dedupe: 'alarm 7', dedupeSeconds: 60 };
    await send(account, TO, 'one', keyed);
    await assert.rejects(send(account, TO, 'two', keyed), { code: 'SMS_DUPLICATE' });
    await send(account, '+32470112002', 'one', keyed);
    await send(account, TO, 'another key', { ...keyed, dedupe: { alarm: 8 } });
    await owner.until(() => owner.outcomes.length === 3);
    const { now } = Date;
    sinon.stub(Date, 'now').callsFake(() => now.call(Date) + 60_000);
    await send(account, TO, 'again', keyed);
    await owner.until(() => owner.outcomes.length === 4);
    assert.equal(vendor.calls.length, 4);
  });

  it('that a later message has by now is not freed by the failure of an earlier one', async () => {
    const { owner, vendor: start, account: open } = rig();
    const account = open(await start(() => 503));
    const keyed = (more: object) => send(account, TO, 'one', { dedupe: 'alarm 7', ...more });
    await keyed({ dedupeSeconds: 0.1, expires: 0.4 });
    await wait(110);
    await keyed({ dedupeSeconds: 60 });
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error?.code, 'SMS_EXPIRED');
    await assert.rejects(keyed({ dedupeSeconds: 60 }), { code: 'SMS_DUPLICATE' });
  });

  it('lets one of many through that come at once', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const sandbox = await start();
    const account = open(sandbox);
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => send(account, TO, 'x', { dedupe: 'key' })));
    assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(sandbox.messages().length, 1);
  });

  it('is free again after a definite failure, with and without the queue', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const account = open(await start());
    const bad = '+32470000005';
    for (let i = 1; i <= 2; i += 1) {
      await send(account, bad, 'x', { dedupe: 'key' });
      await owner.until(() => owner.outcomes.length === i);
    }
    for (let i = 0; i < 2; i += 1) {
      const entry = await account.prepare(request(bad, 'x', { dedupe: 'key', queue: false }));
      await assert.rejects(direct(account, owner, entry), { code: 'SMS_REJECTED' });
    }
  });

  it('is kept while it is not known whether the message was sent', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const account = open(await start(), { lookups: [0.03] });
    await send(account, '+32470000009', 'x', { dedupe: 'key' });
    await owner.until(() => owner.outcomes.length === 1);
    await assert.rejects(send(account, '+32470000009', 'x', { dedupe: 'key' }), { code: 'SMS_DUPLICATE' });
  });

  it('is free again when the store would not take the message', async () => {
    const { sandbox: start, account: open, store } = rig();
    const broken = { ...store, outbox: failing(store.outbox, 'add', 2) };
    const account = open(await start(), { store: broken });
    for (let i = 0; i < 2; i += 1)
      await assert.rejects(send(account, TO, 'x', { dedupe: 'key' }), { code: 'SMS_STORE', message: /disk full/ });
  });
});

describe('a recipient who opted out', () => {
  it('gets no message that waited for its time meanwhile, unless it is transactional', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(() => 'accept');
    const account = open(vendor);
    const at = Date.now() + 700;
    await send(account, TO, 'advertisement', { at, dedupe: 'key' });
    await send(account, TO, 'your code', { at, transactional: true });
    await account.optOuts.add(TO);
    await owner.until(() => owner.outcomes.length === 2);
    const [refused, sent] = owner.outcomes;
    assert.deepEqual([refused?.error?.code, refused?.error?.outcome], ['SMS_OPTED_OUT', 'not-sent']);
    assert.equal(refused?.entry.attempts, 0);
    assert.equal(sent?.receipt?.text, 'your code');
    assert.equal(vendor.calls.length, 1);
    await account.optOuts.lift(TO);
    await send(account, TO, 'the key is free again', { dedupe: 'key' });
  });

  it('is refused before anything is stored, with and without the queue', async () => {
    const { vendor: start, account: open, store } = rig();
    const vendor = await start(() => 'accept');
    const account = open(vendor);
    await account.optOuts.add(TO);
    for (const queue of [true, false]) {
      await assert.rejects(account.prepare(request(TO, 'Hello', { queue })), { code: 'SMS_OPTED_OUT' });
    }
    assert.equal((await store.outbox.counts('account')).oldest, null);
    assert.equal(vendor.calls.length, 0);
  });
});

describe('the rate of an account', () => {
  it('spaces what leaves, with and without the queue, over all who send', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(() => 'accept');
    const account = open(vendor, { rate: 20 });
    const began = Date.now();
    const others = Array.from({ length: 5 }, async (_, i) =>
      direct(account, owner, await account.prepare(request(`+3247011300${i}`, 'direct', { queue: false }))),
    );
    for (let i = 0; i < 10; i += 1) await send(account, `+3247011200${i % 5}`, 'queued');
    await Promise.all([...others, owner.until(() => owner.outcomes.length === 15)]);
    assert.equal(vendor.calls.length, 15);
    // One that comes late, as a machine is slow, is no sign of a rate that is too high.
    for (const [i, { at }] of vendor.calls.entries()) {
      assert(at - began >= i * 50 - 1, `${i + 1} messages within ${at - began} ms`);
    }
  });

  for (const queue of [true, false]) {
    it(`holds behind a login that takes long, ${queue ? 'queued' : 'or not'}: nothing leaves in a bunch`, async () => {
      const { owner, vendor: start, account: open } = rig();
      const vendor = await start(() => 'accept');
      let began = Number.POSITIVE_INFINITY;
      const connect = async () => {
        await wait(300);
        began = Date.now();
        return vendor;
      };
      const account = open(vendor, { rate: 40, connect });
      const to = (i: number) => `+324701140${10 + i}`;
      const give = async (i: number) => {
        if (queue) return send(account, to(i), 'queued');
        return direct(account, owner, await account.prepare(request(to(i), 'direct', { queue: false })));
      };
      await Promise.all(Array.from({ length: 12 }, (_, i) => give(i)));
      await owner.until(() => owner.outcomes.length === 12);
      assert.equal(vendor.calls.length, 12);
      // A slot is used within 50 ms, or lost.
      for (const [i, { at }] of vendor.calls.entries()) {
        assert(at - began >= i * 25 - 51, `${i + 1} messages within ${at - began} ms`);
      }
    });
  }
});

describe('one attempt without the queue', () => {
  it('is SMS_UNCERTAIN at once when nobody knows how it ended, and is not made again', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const sandbox = await start();
    const account = open(sandbox);
    const entry = await account.prepare(request('+32470000008', 'Hello', { queue: false }));
    await assert.rejects(direct(account, owner, entry), { code: 'SMS_UNCERTAIN', outcome: 'unknown' });
    await wait(50);
    assert.equal(sandbox.messages().length, 1);
  });

  it('is made once more after a token that was refused, and not after a 503', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const sandbox = await start();
    const account = open(sandbox);
    const sendNow = async (to: string) =>
      direct(account, owner, await account.prepare(request(to, 'Hello', { queue: false })));
    assert.equal((await sendNow('+32470000012')).to, '+32470000012');
    await assert.rejects(sendNow('+32470000006'), { code: 'SMS_UNREACHABLE' });
    assert.equal(sandbox.messages().length, 1);
  });
});
