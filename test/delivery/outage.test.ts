/** Outages: what pauses, what goes on, and when another account takes over. */
import assert from 'node:assert/strict';
import { CONNECTIONS } from '../../dist/src/providers/http.js';
import { request, rigs, send, wait } from './support.ts';

const rig = rigs();
/** Without a story. */
const number = (n: number) => `+32470${112_000 + n}`;
const UNREACHABLE = {
  baseUrl: 'http://127.0.0.1:1/sms',
  tokenUrl: 'http://127.0.0.1:1/token',
  credentials: { clientId: 'client', clientSecret: 'secret' },
};

describe('an outage of the vendor', () => {
  it('pauses the account: one message at a time tries whether it is over, then all go on', async () => {
    const { owner, vendor: start, account: open } = rig();
    let isOut = true;
    const vendor = await start(async () => {
      if (!isOut) return 'accept';
      await wait(30);
      return 503;
    });
    const account = open(vendor);
    for (let i = 0; i < 100; i += 1) await send(account, number(i));
    while (vendor.calls.length === 0) await wait(2);
    await wait(300);
    const before = vendor.calls.length;
    assert(before <= CONNECTIONS + 2, `hardly more than there are connections, not ${before}`);
    const probes = () => vendor.calls.length - before;
    while (probes() === 0) await wait(5);
    await wait(900);
    assert(probes() <= 5, `${probes()} probes`);
    isOut = false;
    await owner.until(() => owner.outcomes.length === 100);
    assert(owner.outcomes.every(({ receipt }) => receipt));
    assert.equal(vendor.taken.length, 100);
  });

  it('has one probe under way at a time, however long it takes', async () => {
    const { vendor: start, account: open } = rig();
    let isSlow = false;
    const vendor = await start(async () => {
      if (isSlow) await wait(500);
      return 503;
    });
    const account = open(vendor);
    for (let i = 0; i < 3; i += 1) await send(account, number(i));
    await wait(100);
    isSlow = true;
    for (let i = 3; i < 20; i += 1) await send(account, number(i));
    await wait(1200);
    assert.equal(vendor.underWay() <= 1, true, `${vendor.underWay()} probes at once`);
  });

  it('is none while the vendor answers most calls: those go on, and nobody waits for the others', async () => {
    const { owner, vendor: start, account: open } = rig();
    const first = new Set<string>();
    // Of ten numbers one fails once.
    const vendor = await start(({ to }) => {
      const fails = to.endsWith('5') && !first.has(to);
      first.add(to);
      return fails ? (to.endsWith('15') ? 500 : 'reset') : 'accept';
    });
    const account = open(vendor, { rate: 50 });
    const gaps: number[] = [];
    for (let i = 0; i < 60; i += 1) await send(account, number(i));
    await owner.until(() => vendor.calls.length >= 60);
    for (let i = 1; i < 60; i += 1) gaps.push((vendor.calls[i]?.at ?? 0) - (vendor.calls[i - 1]?.at ?? 0));
    gaps.sort((a, b) => a - b);
    assert((gaps[50] ?? 0) < 200, 'no pause after each failure');
    assert(gaps.filter((gap) => gap >= 230).length <= 1, `nobody waited for the shortest pause: ${gaps.slice(-6)}`);
  });

  it('gives a vendor that says 429 the pause that it asks for, though others are accepted meanwhile', async () => {
    const { owner, vendor: start, account: open } = rig();
    let refusedAt = 0;
    const vendor = await start(async ({ nth }) => {
      if (nth === 3) refusedAt = performance.now();
      if (nth > 3) return 'accept';
      if (nth === 3) return { status: 429, headers: { 'retry-after': '1' } };
      await wait(100);
      return 'accept';
    });
    const account = open(vendor);
    for (let i = 0; i < 3; i += 1) await send(account, number(i));
    await owner.until(() => owner.outcomes.length === 2);
    for (let i = 3; i < 6; i += 1) await send(account, number(i));
    await owner.until(() => owner.outcomes.length === 6);
    assert(vendor.calls.length === 7 && performance.now() - refusedAt >= 990);
    assert(
      vendor.calls.slice(3).every(({ at }) => at - (vendor.calls[2]?.at ?? 0) >= 990),
      'none came before',
    );
  });

  it('is not told by one recipient: the others go on', async () => {
    const { owner, store, vendor: start, account: open } = rig();
    const bad = number(99);
    const vendor = await start(({ to }) => (to === bad ? 503 : 'accept'));
    const account = open(vendor);
    await send(account, bad);
    while (vendor.calls.length === 0) await wait(2);
    while ((await store.outbox.list('account', 'waiting')).length === 0) await wait(2);
    const begun = Date.now();
    for (let i = 0; i < 20; i += 1) await send(account, number(i));
    await owner.until(() => owner.outcomes.length === 20);
    assert(Date.now() - begun < 230, 'nobody waited for the shortest pause');
    assert.deepEqual(owner.of(bad), []);
  });

  it('leads to SMS_EXPIRED for what could not be sent in its time, once, with nothing sent', async () => {
    const { owner, account: open } = rig();
    const account = open(UNREACHABLE);
    await send(account, number(1), 'late', { expires: 0.3 });
    await send(account, number(2), 'late', { expires: 0.3 });
    await owner.until(() => owner.outcomes.length === 2);
    assert.deepEqual(
      owner.outcomes.map(({ error }) => error?.code),
      ['SMS_EXPIRED', 'SMS_EXPIRED'],
    );
    await wait(100);
    assert.equal(owner.outcomes.length, 2);
  });

  it('tells thousands that expired without a pause between them', async () => {
    const { owner, vendor: start, account: open } = rig();
    const account = open(await start(() => 'accept'), { rate: 0.1 });
    await send(account, number(0), 'takes the only place');
    const all = Array.from({ length: 2500 }, (_, i) => request(`+3247012${1000 + i}`, 'late', { expires: 0.2 }));
    await account.submit(await Promise.all(all.map((one) => account.prepare(one))));
    await wait(300);
    account.outbox.wake();
    await owner.until(() => owner.outcomes.length === 2501, 3000);
  });

  it('keeps the order to each recipient, while others go on', async () => {
    const { owner, vendor: start, account: open } = rig();
    const refused = new Map<string, number>();
    // The first call to every other number is refused, and a definite no is among them.
    const vendor = await start(({ to, text }) => {
      const count = (refused.get(to) ?? 0) + 1;
      refused.set(to, count);
      if (text.startsWith('1') && to === number(2)) return 400;
      return count === 1 && to === number(1) ? 503 : 'accept';
    });
    const account = open(vendor);
    for (let text = 0; text < 5; text += 1)
      for (const n of [1, 2, 3]) await send(account, number(n), `${text} to ${n}`);
    await owner.until(() => owner.outcomes.length === 15);
    for (const n of [1, 2, 3]) {
      const texts = vendor.taken.filter(({ to }) => to === number(n)).map(({ text }) => text[0]);
      assert.deepEqual(texts, n === 2 ? ['0', '2', '3', '4'] : ['0', '1', '2', '3', '4']);
    }
    assert.equal(owner.of(number(2)).filter(({ error }) => error?.code === 'SMS_REJECTED').length, 1);
    const firstOfOne = owner.of(number(1))[0]?.at ?? 0;
    assert(
      owner.of(number(3)).every(({ at }) => at <= firstOfOne),
      'the others did not wait for the retried one',
    );
  });
});

describe('another account takes over', () => {
  const other = { id: 'other', name: 'Other' };

  it('at once when the vendor refuses the account', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const [first, second] = [await start(), await start()];
    const account = open({ ...first, credentials: { clientId: 'nobody', clientSecret: 'wrong' } });
    open(second, other);
    const begun = Date.now();
    await send(account, number(1), 'Hello', { fallback: ['other'] });
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.account, 'other');
    assert.equal(owner.outcomes[0]?.receipt?.account, 'other');
    assert.equal(owner.outcomes[0]?.receipt?.accountName, 'Other');
    assert(Date.now() - begun < 1000);
    assert.equal(first.messages().length, 0);
    assert.equal(second.messages().length, 1);
  });

  it('at once when an account lacks what it needs to reach the vendor, be it the first or one of the others', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const bare = { ...(await start()), credentials: {} };
    const account = open(bare);
    open(bare, other);
    open(await start(), { id: 'third', name: 'Third' });
    await send(account, number(1), 'Hello', { fallback: ['other', 'third'] });
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.receipt?.account, 'third');
  });

  it('passes over accounts that are gone, and ends with the error of the last one', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const wrong = { ...(await start()), credentials: { clientId: 'nobody', clientSecret: 'wrong' } };
    const account = open(wrong);
    open(wrong, other);
    await send(account, number(1), 'Hello', { fallback: ['gone', 'account', 'other'] });
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error?.code, 'SMS_AUTH');
    assert.equal(owner.outcomes[0]?.account, 'other');
  });

  it('when the vendor stays out of reach for failoverAfter: then for all that wait, in order, and at once for new ones', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const second = await start();
    const account = open(UNREACHABLE, { failoverAfter: 0.6 });
    open(second, other);
    const begun = Date.now();
    for (let i = 0; i < 30; i += 1) await send(account, number(i % 10), `${i}`, { fallback: ['other'] });
    await send(account, number(11), 'without another account');
    await owner.until(() => owner.outcomes.length === 30);
    const [earliest, latest] = [owner.outcomes[0]?.at ?? 0, owner.outcomes[29]?.at ?? 0];
    assert(earliest - begun >= 600, `not before its time, but after ${earliest - begun} ms`);
    assert(latest - earliest < 700, `all together, not over ${latest - earliest} ms`);
    for (let i = 0; i < 10; i += 1) {
      const texts = second.messages().filter(({ to }) => to === number(i));
      assert.deepEqual(
        texts.map(({ text }) => text),
        [`${i}`, `${i + 10}`, `${i + 20}`],
      );
    }
    const asked = Date.now();
    await send(account, number(12), 'new', { fallback: ['other'] });
    await owner.until(() => owner.outcomes.length === 31);
    assert(Date.now() - asked < 300, 'a new one does not wait');
    assert.deepEqual(owner.of(number(11)), [], 'who has no other account waits');
    assert.equal(second.messages().length, 31);
  });

  it('when the vendor asks for a pause that is longer, also when others were accepted meanwhile', async () => {
    const { owner, vendor: start, account: open } = rig();
    const first = await start(async ({ nth }) => {
      if (nth > 1) return { status: 429, headers: { 'retry-after': '60' } };
      await wait(100);
      return 'accept';
    });
    const second = await start(() => 'accept');
    const account = open(first, { failoverAfter: 0.5 });
    open(second, other);
    for (let i = 0; i < 2; i += 1) await send(account, number(i), 'Hello', { fallback: ['other'] });
    await owner.until(() => owner.outcomes.length === 1);
    await send(account, number(2), 'new', { fallback: ['other'] });
    await owner.until(() => owner.outcomes.length === 3);
    assert.deepEqual([first.calls.length, second.calls.length], [2, 2]);
    const left = second.calls.map(({ at }) => at - (first.calls[1]?.at ?? 0));
    assert(
      left.every((after) => after >= 450),
      `not before its time, but after ${left} ms`,
    );
  });

  it('never for a bad recipient', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const [first, second] = [await start(), await start()];
    const account = open(first, { failoverAfter: 0 });
    open(second, other);
    await send(account, '+32470000005', 'Hello', { fallback: ['other'] });
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error?.code, 'SMS_REJECTED');
    assert.equal(owner.outcomes[0]?.account, 'account');
    assert.equal(second.requests().count, 0);
  });

  it('never while the outcome of an attempt is unknown', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const [first, second] = [await start(), await start()];
    const account = open(first, { failoverAfter: 0 });
    open(second, other);
    for (const to of ['+32470000008', '+32470000009']) await send(account, to, 'Hello', { fallback: ['other'] });
    await owner.until(() => owner.outcomes.length === 2);
    assert.equal(owner.of('+32470000008')[0]?.receipt?.account, 'account');
    assert.equal(owner.of('+32470000009')[0]?.error?.code, 'SMS_UNCERTAIN');
    assert.equal(second.messages().length, 0);
  });
});
