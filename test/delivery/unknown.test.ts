/** Attempts of which nobody knows how they ended: looked up first, and then as the account wants it. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { request, rigs, STORES, send, until, wait } from './support.ts';

const rig = rigs();
const LOST = '+32470000008';
const NOWHERE = '+32470000009';

describe('an attempt of unknown outcome', () => {
  it('is found on the record of the vendor, though its list lags', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const sandbox = await start({ logsLag: 800 });
    const account = open(sandbox, { lookups: [0.5, 0.6, 1.1] });
    await send(account, LOST);
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.receipt?.id, sandbox.messages()[0]?.id);
    assert.equal(sandbox.requests('enco.logs.interval').count, 3);
    assert.equal(sandbox.messages().length, 1);
  });

  it('is held when no look-up finds it: told, kept, and later messages to that recipient go on', async () => {
    const { owner, store, vendor: start, account: open } = rig();
    const vendor = await start(({ nth }) => (nth === 1 ? 'reset' : 'accept'));
    const account = open(vendor, { lookups: [0.03, 0.06, 0.09] });
    const first = await send(account, '+32470000001', 'first');
    await send(account, '+32470000001', 'second');
    await owner.until(() => owner.outcomes.length === 2);
    const [held, sent] = owner.outcomes;
    assert.equal(held?.error?.code, 'SMS_UNCERTAIN');
    assert.match(held?.error?.message ?? '', /3 look-ups.*held/);
    assert.equal(sent?.receipt?.text, 'second');
    assert.deepEqual(
      vendor.calls.map(({ text }) => text),
      ['first', 'second'],
      'the order is kept, and nothing is sent again',
    );
    const kept = await store.outbox.list('account', 'held');
    assert.deepEqual(
      kept.map(({ reference }) => reference),
      [first.reference],
    );
  });

  it('is held when the record cannot be read for long, even where the account would send again; the next one goes on', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(({ nth }) => (nth === 1 ? 'reset' : 'accept'));
    vendor.trouble = 500;
    const account = open(vendor, { uncertain: 'resend', lookups: [0.03, 0.06] });
    await send(account, '+32470000001', 'first', { expires: 3600 });
    await send(account, '+32470000001', 'second', { expires: 3600 });
    while (!vendor.asked.has('/logs')) await wait(10);
    const clock = sinon.useFakeTimers({ now: Date.now() + 3 * 60_000, toFake: ['Date'] });
    try {
      account.outbox.wake();
      await owner.until(() => owner.outcomes.length === 2, 9000);
    } finally {
      clock.restore();
    }
    const [held, sent] = owner.outcomes;
    assert.deepEqual([held?.error?.code, sent?.receipt?.text], ['SMS_UNCERTAIN', 'second']);
    assert.match(held?.error?.message ?? '', /held/);
    assert.equal(vendor.calls.length, 2, 'nothing was sent again');
  });

  it('is looked up again soon when a look-up is not answered, and not later than it must', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(() => 'lose');
    [vendor.trouble, vendor.troubled] = [500, 3];
    const account = open(vendor, { lookups: [0.03] });
    const begun = performance.now();
    await send(account, '+32470000001');
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.receipt?.id, 'id-1');
    assert.equal(vendor.asked.get('/logs'), 4);
    assert(performance.now() - begun >= 750, 'not at once');
  });

  it('waits for its look-up without a stir where many are made at once, and lets what is to be sent go first', async () => {
    const { owner, store, vendor: start, account: open } = rig();
    const vendor = await start(({ text }) => (text === 'lost' ? 'lose' : 'accept'));
    vendor.silent = true;
    const account = open(vendor, { lookups: [0.03], timeout: 3000 });
    // With some that are accepted between them, so that it is no outage.
    for (let i = 0; i < 80; i += 1) await send(account, `+324700001${10 + i}`, i % 2 ? 'fine' : 'lost');
    const unknown = async () => (await store.outbox.list('account', 'unknown', { limit: 100 })).length;
    await until(async () => vendor.asked.has('/logs') && (await unknown()) === 40);
    let claims = 0;
    const { claim } = store.outbox;
    store.outbox.claim = (...given) => {
      claims += 1;
      return claim.apply(store.outbox, given);
    };
    await wait(600);
    assert(claims < 50, `the store was asked ${claims} times`);
    await send(account, '+32470000001', 'sent');
    await owner.until(() => owner.of('+32470000001').length === 1, 1500);
    assert.equal(owner.of('+32470000001')[0]?.receipt?.text, 'sent');
  });

  it('waits the longer the longer no look-up has ended: a vendor that hangs costs the store little', async () => {
    const { store, vendor: start, account: open } = rig();
    const vendor = await start(() => 'accept');
    vendor.silent = true;
    const account = open(vendor, { timeout: 9000 });
    const all = Array.from({ length: 300 }, (_, i) => account.prepare(request(`+32470${100_000 + i}`, 'Hello')));
    const before = { state: 'unknown', attempts: 1, startedAt: Date.now() } as const;
    await store.outbox.add((await Promise.all(all)).map((entry) => ({ ...entry, ...before })));
    account.resume();
    while (!vendor.asked.has('/logs')) await wait(10);
    await wait(1500);
    const save = sinon.spy(store.outbox, 'save');
    await wait(1000);
    const { callCount } = save;
    await vendor.close();
    assert(callCount <= 300, `stored ${callCount} times in a second`);
  });

  it('is told with the words of the vendor at the end', async () => {
    const { owner, vendor: start, account: open } = rig();
    const account = open(await start(() => 500), { uncertain: 'drop', lookups: [0.03] });
    await send(account, '+32470000001');
    await owner.until(() => owner.outcomes.length === 1);
    const { code, providerCode, providerMessage, httpStatus } = owner.outcomes[0]?.error ?? {};
    assert.deepEqual([code, providerCode, providerMessage, httpStatus], ['SMS_UNCERTAIN', '500', 'No', 500]);
  });

  it('is dropped where the account says so: told, and not kept', async () => {
    const { owner, store, sandbox: start, account: open } = rig();
    const account = open(await start(), { uncertain: 'drop', lookups: [0.03] });
    await send(account, NOWHERE);
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error?.code, 'SMS_UNCERTAIN');
    for (const state of ['held', 'unknown', 'waiting', 'sending'] as const)
      assert.deepEqual(await store.outbox.list('account', state), []);
  });

  it('is sent again where the account says so, after it was looked up', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(({ nth }) => (nth === 1 ? 'reset' : 'accept'));
    const account = open(vendor, { uncertain: 'resend', lookups: [0.03, 0.06] });
    await send(account, '+32470000001');
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.entry.attempts, 2);
    assert(owner.outcomes[0]?.receipt);
    assert.equal(vendor.asked.get('/logs'), 2);
    assert.equal(vendor.calls.length, 2);
  });

  it('is not sent again once it is found, even where the account would', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const sandbox = await start();
    const account = open(sandbox, { uncertain: 'resend' });
    await send(account, LOST);
    await owner.until(() => owner.outcomes.length === 1);
    await wait(100);
    assert.equal(sandbox.requests('enco.outbound.send').count, 1);
  });

  it('is settled at once by a look-up that is refused', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(() => 'reset');
    vendor.trouble = 403;
    const account = open(vendor, { lookups: [0.03, 5] });
    await send(account, '+32470000001');
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error?.code, 'SMS_UNCERTAIN');
    assert.match(owner.outcomes[0]?.error?.message ?? '', /403/);
    assert.doesNotMatch(owner.outcomes[0]?.error?.message ?? '', /look-ups/);
  });
});

for (const [kind, make] of STORES) {
  describe(`one record of the vendor, in a store that is ${kind},`, () => {
    const rig = rigs(make);

    it('does not settle a second message of the same text that got lost', async () => {
      const { owner, vendor: start, account: open } = rig();
      const vendor = await start(({ nth }) => (nth === 1 ? 'accept' : 'reset'));
      const account = open(vendor, { lookups: [0.03, 0.06] });
      await send(account, '+32470000001', 'the same');
      await send(account, '+32470000001', 'the same');
      await owner.until(() => owner.outcomes.length === 2);
      assert.equal(owner.outcomes[0]?.receipt?.id, 'id-1');
      assert.equal(owner.outcomes[1]?.error?.code, 'SMS_UNCERTAIN');
    });

    it('does not settle one of another account at the same vendor', async () => {
      const { owner, vendor: start, account: open } = rig();
      const vendor = await start(({ nth }) => (nth === 1 ? 'accept' : 'reset'));
      const [first, second] = [open(vendor, { id: 'first' }), open(vendor, { id: 'second', lookups: [0.03, 0.06] })];
      await send(first, '+32470000001', 'the same');
      await owner.until(() => owner.outcomes.length === 1);
      await send(second, '+32470000001', 'the same');
      await owner.until(() => owner.outcomes.length === 2);
      assert.equal(owner.outcomes[1]?.error?.code, 'SMS_UNCERTAIN');
    });

    it('does not settle it either when the ids of the record are not those of the answers', async () => {
      const { owner, sandbox: start, account: open } = rig();
      const sandbox = await start({ assumptions: { logsRequestIdIsDeliveryinfoId: false } });
      const account = open(sandbox, { lookups: [0.03, 0.06] });
      // Accepted, then lost before it was accepted: as the other story, with the same number.
      await send(account, LOST, 'the same');
      await owner.until(() => owner.outcomes.length === 1);
      await send(account, LOST, 'the same');
      await owner.until(() => owner.outcomes.length === 2);
      const ids = owner.outcomes.map(({ receipt }) => receipt?.id);
      assert.equal(new Set(ids).size, 2, 'each has a record of its own');
    });

    it('settles two of the same text that both got lost, each with its own', async () => {
      const { owner, vendor: start, account: open } = rig();
      const account = open(await start(() => 'lose'));
      await send(account, '+32470000001', 'the same');
      await send(account, '+32470000001', 'the same');
      await owner.until(() => owner.outcomes.length === 2);
      assert.deepEqual(
        owner.outcomes.map(({ receipt }) => receipt?.id),
        ['id-1', 'id-2'],
      );
    });

    it('that may be of a message that is held does not settle the next one', async () => {
      const { owner, vendor: start, account: open } = rig();
      const vendor = await start(({ nth }) => (nth === 1 ? 'lose' : 'reset'));
      const account = open(vendor, { lookups: [0.03, 0.06] });
      vendor.trouble = 403;
      await send(account, '+32470000001', 'the same');
      await owner.until(() => owner.outcomes.length === 1);
      vendor.trouble = null;
      await send(account, '+32470000001', 'the same');
      await owner.until(() => owner.outcomes.length === 2);
      assert.deepEqual(
        owner.outcomes.map(({ error }) => error?.code),
        ['SMS_UNCERTAIN', 'SMS_UNCERTAIN'],
      );
    });
  });
}
