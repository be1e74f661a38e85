/** A clock that is put back by hours: what waits does not wait for them to come again. One that is put on: nothing comes hours late. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { Account } from '../../dist/src/delivery/account.js';
import { Clock } from '../../dist/src/delivery/clock.js';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import { embeddedStore } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';
import { type Rig, rigs, send, until } from './support.ts';

const HOUR = 3600_000;
const TO = '+32470112001';

let shift = 0;
/** As by NTP, or by hand. */
const putBack = (milliseconds: number) => {
  shift -= milliseconds;
};

const putOn = (milliseconds: number) => putBack(-milliseconds);

function setClocks(): void {
  beforeEach(() => {
    const { now } = Date;
    shift = 0;
    sinon.stub(Date, 'now').callsFake(() => now.call(Date) + shift);
  });
  afterEach(() => {
    sinon.restore();
  });
}

describe('the clock by which things wait', () => {
  setClocks();

  it('goes on when the one on the wall is put back, and follows it when it is put on', async () => {
    const clock = new Clock();
    const before = performance.now();
    const begun = clock.now();
    const steady = performance.now();
    /** What a machine takes between two looks is no fault of the clock; each of them is cut to a whole millisecond. */
    const assertShows = (expected: () => number, shown: () => number) => {
      const from = performance.now();
      const off = shown() - expected();
      const took = performance.now() - from + steady - before;
      assert(Math.abs(off) <= took + 2, `${off} ms off, looked at in ${took} ms`);
    };
    const passed = () => begun + performance.now() - steady;
    putBack(5 * HOUR);
    // Looked at so often, and not once in a whole millisecond, it loses none of the parts of one.
    for (let last = begun, next = steady; next < steady + 30; next += 1.6) {
      while (performance.now() < next);
      assert(clock.now() >= last, 'never back');
      last = clock.now();
    }
    assertShows(passed, () => clock.now());
    assertShows(passed, () => clock.at(Date.now()));
    assertShows(
      () => performance.now() - steady,
      () => clock.since(begun),
    );
    assertShows(
      () => 100,
      () => clock.since(Date.now() - 100),
    );
    putOn(6 * HOUR);
    assertShows(
      () => Date.now(),
      () => clock.now(),
    );
  });
});

describe('a clock that is put back', () => {
  const rig = rigs(() => embeddedStore({ file: newFile() }));
  setClocks();

  it('does not keep what waits: for a retry, behind one, for the vendor to be back, or new', async () => {
    const { owner, vendor: start, account: open } = rig();
    let isOut = true;
    const vendor = await start(() => (isOut ? 503 : 'accept'));
    const account = open(vendor);
    const phones = Array.from({ length: 6 }, (_, i) => `+3247011200${i}`);
    for (const to of [...phones, TO]) await send(account, to);
    await until(() => vendor.calls.length >= 3);
    putBack(5 * HOUR);
    isOut = false;
    await send(account, TO, 'new');
    await owner.until(() => owner.outcomes.length === 8);
    assert(owner.outcomes.every(({ receipt }) => receipt));
    assert.equal(vendor.taken.length, 8);
  });

  it('does not keep a look-up', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(() => 'lose');
    const account = open(vendor, { lookups: [0.3, 0.6] });
    await send(account, TO);
    await until(() => vendor.taken.length === 1);
    putBack(5 * HOUR);
    await owner.until(() => owner.outcomes.length === 1);
    assert(owner.outcomes[0]?.receipt);
  });

  it('does not keep a question for the status, of what was accepted before nor after', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const account = open(await start());
    await send(account, '+32470110000', 'before');
    await owner.until(() => owner.outcomes.length === 1);
    putBack(5 * HOUR);
    await send(account, '+32470110000', 'after');
    await owner.until(() => owner.reports.filter(({ status }) => status === 'delivered').length === 2);
  });

  it('does not make a message last longer, nor one expire that came after', async () => {
    const { owner, vendor: start, account: open } = rig();
    const vendor = await start(() => 503);
    const account = open(vendor);
    await send(account, TO, 'old', { expires: 0.6 });
    await until(() => vendor.calls.length === 1);
    putBack(5 * HOUR);
    const young = await send(account, '+32470112002', 'young', { expires: 30 });
    await owner.until(() => owner.outcomes.length === 1);
    assert.equal(owner.outcomes[0]?.error?.code, 'SMS_EXPIRED');
    assert.equal(owner.outcomes[0]?.entry.text, 'old');
    assert(await account.settings.store.outbox.find(young.reference));
  });

  it('is right about when a message is to be sent', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const account = unscheduled(open, await start());
    const at = Date.now() + 400;
    await send(account, TO, 'Hello', { at });
    putBack(700);
    await owner.until(() => owner.outcomes.length === 1);
    assert(Date.now() >= at, `${at - Date.now()} ms early`);
  });

  it('and is right again later: what is to be sent at a time goes by it each time', async () => {
    const { owner, store, sandbox: start, account: open } = rig();
    const account = unscheduled(open, await start());
    const at = Date.now() + 300;
    const { reference } = await send(account, TO, 'Hello', { at, expires: 3600 });
    putBack(5 * HOUR);
    await until(async () => ((await store.outbox.find(reference))?.notBefore ?? 0) > at + 1000);
    // It is looked at again within a minute, and not in five hours.
    putOn(5 * HOUR + 60_000);
    account.outbox.wake();
    await owner.until(() => owner.outcomes.length === 1);
    assert(owner.outcomes[0]?.receipt);
  });

  it('does not keep what is to be sent at a time after a restart either', async () => {
    const { owner, sandbox: start, account: open } = rig();
    const sandbox = await start();
    const account = unscheduled(open, sandbox);
    putBack(5 * HOUR);
    await send(account, TO, 'Hello', { at: Date.now() + 500 });
    await account.close();
    await unscheduled(open, sandbox).resume();
    await owner.until(() => owner.outcomes.length === 1);
    assert(owner.outcomes[0]?.receipt);
  });
});

describe('a clock that is put on', () => {
  const rig = rigs(() => embeddedStore({ file: newFile() }));
  setClocks();

  it('brings what is to be sent at a time, though nothing else happens', async () => {
    minutesAreShort();
    const { owner, sandbox: start, account: open } = rig();
    const account = unscheduled(open, await start());
    await send(account, TO, 'Hello', { at: Date.now() + 5 * HOUR });
    await send(account, '+32470112002');
    await owner.until(() => owner.reports.some(({ final }) => final));
    putOn(5 * HOUR);
    await owner.until(() => owner.outcomes.length === 2);
    assert(owner.outcomes[1]?.receipt);
  });
});

/** A minute that is waited for is over in a tenth of a second, and hours are not. */
function minutesAreShort(): void {
  const { setTimeout: wait } = globalThis;
  const short = (work: () => void, time = 0, ...more: []) =>
    wait(work, time > 50_000 && time <= 60_000 ? 100 : time, ...more);
  sinon.stub(globalThis, 'setTimeout').callsFake(short as never);
}

/** What this vendor cannot schedule waits here. */
function unscheduled(open: Rig['account'], sandbox: Sandbox): Account {
  const provider = { ...open(sandbox).provider, capabilities: [] };
  return open(sandbox, { id: 'scheduled', provider: provider as never });
}
