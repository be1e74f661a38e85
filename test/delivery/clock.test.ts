/** A clock that is put back by hours: what waits does not wait for them to come again. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Clock } from '../../dist/src/delivery/clock.js';
import { embeddedStore } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';
import { rigs, send, until } from './support.ts';

const HOUR = 3600_000;
const TO = '+32470112001';

let shift = 0;
/** As by NTP, or by hand. */
const putBack = (milliseconds: number) => {
  shift -= milliseconds;
};

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
    putBack(-6 * HOUR);
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
    // What this vendor cannot schedule waits here.
    const sandbox = await start();
    const provider = { ...open(sandbox).provider, capabilities: [] };
    const account = open(sandbox, { id: 'scheduled', provider: provider as never });
    const at = Date.now() + 400;
    await send(account, TO, 'Hello', { at });
    putBack(700);
    await owner.until(() => owner.outcomes.length === 1);
    assert(Date.now() >= at, `${at - Date.now()} ms early`);
  });
});
