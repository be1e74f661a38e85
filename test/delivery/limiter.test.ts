/** The rate of an account in one process: slots, evenly spaced, and none that two use. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type sinon from 'sinon';
import { GOOD_FOR } from '../../dist/src/delivery/leaving.js';
import { Limiter } from '../../dist/src/delivery/limiter.js';

/** As a module of Node.js it has the timers that are promises, too. */
const { useFakeTimers } = createRequire(import.meta.url)('sinon') as typeof sinon;

const HOUR = 3600_000;
const { signal } = new AbortController();

describe('the limiter', () => {
  let clock: sinon.SinonFakeTimers;
  let left: number[];
  beforeEach(() => {
    clock = useFakeTimers({ now: 10 * HOUR, toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    left = [];
  });
  afterEach(() => clock.restore());

  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const elapse = async (milliseconds: number) => {
    for (let i = 0; i < milliseconds; i += 1) {
      await settle();
      await clock.tickAsync(1);
    }
    await settle();
  };
  /** The process stands still: a timer that came in between comes now. */
  const standStill = async (milliseconds: number) => {
    clock.jump(milliseconds);
    await settle();
    await settle();
  };
  const leave = async (limiter: Limiter, messages = 1) => {
    await limiter.leaving.turn(messages, signal);
    left.push(performance.now());
  };
  const gaps = () => left.slice(1).map((at, i) => Math.round(at - (left[i] ?? 0)));

  it('gives one slot after the other, to those who wait in the order in which they came', async () => {
    const limiter = new Limiter(20);
    for (let i = 0; i < 5; i += 1) leave(limiter);
    await elapse(205);
    assert.deepEqual(gaps(), [50, 50, 50, 50]);
  });

  it('lets one go and not all of them when the process stood still', async () => {
    const limiter = new Limiter(20);
    for (let i = 0; i < 10; i += 1) leave(limiter);
    await elapse(60);
    assert.equal(left.length, 2);
    await standStill(1000);
    assert.equal(left.length, 3);
    await elapse(400);
    assert.equal(left.length, 10);
    assert.deepEqual(gaps().slice(2), [50, 50, 50, 50, 50, 50, 50]);
  });

  it('has the queue wait behind those who wait in line, and after a call with many for as long as they need', async () => {
    const limiter = new Limiter(20);
    assert.equal(limiter.allowance(100, 10), 10);
    limiter.begin([{}, {}, {}, {}]);
    leave(limiter);
    await settle();
    assert.equal(limiter.pause(), 250);
    await elapse(205);
    assert.equal(left.length, 1);
    assert.equal(limiter.allowance(100, 10), 0);
    await elapse(50);
    assert.equal(limiter.allowance(100, 10), 10);
  });

  it('takes a slot that was not used soon for lost: its messages wait for another', async () => {
    const limiter = new Limiter(10);
    const [soon, late] = [{}, {}];
    limiter.begin([soon]);
    await elapse(GOOD_FOR);
    const began = performance.now();
    await limiter.leaving.renew([soon], signal);
    assert.equal(performance.now(), began);
    await elapse(100);
    limiter.begin([late]);
    await standStill(GOOD_FOR + 1);
    await limiter.leaving.renew([late], signal);
    assert.equal(limiter.pause(), 100, 'none was taken since: it is used, and the next comes after it');
    await elapse(100);
    limiter.begin([late]);
    leave(limiter);
    await elapse(101);
    limiter.leaving.renew([late], signal).then(() => left.push(performance.now()));
    await elapse(90);
    assert.equal(left.length, 1);
    await elapse(10);
    assert.deepEqual(gaps(), [100]);
  });

  it('keeps the spacing when the clock on the wall is put back or forth', async () => {
    const limiter = new Limiter(20);
    for (let i = 0; i < 6; i += 1) leave(limiter);
    for (const by of [-HOUR, 2 * HOUR]) {
      await elapse(60);
      clock.setSystemTime(Date.now() + by);
    }
    await elapse(200);
    assert.deepEqual(gaps(), [50, 50, 50, 50, 50]);
  });

  it('lets nobody wait for longer than the account lives', async () => {
    const limiter = new Limiter(1);
    const closing = new AbortController();
    limiter.begin([{}]);
    const turn = limiter.leaving.turn(1, closing.signal);
    const refused = assert.rejects(turn, { code: 'SMS_UNREACHABLE', outcome: 'not-sent', retryable: true });
    await elapse(10);
    closing.abort();
    await refused;
    assert.equal(limiter.leaving.waiting, 0);
  });
});
