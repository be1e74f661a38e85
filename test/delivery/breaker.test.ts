/** When an account stops to send, for how long, and what lets it go on. */
import assert from 'node:assert/strict';
import { Breaker, backoff } from '../../dist/src/delivery/breaker.js';
import { SmsError, type SmsErrorDetails } from '../../dist/src/sms/errors.js';

const lost = () => new SmsError('SMS_UNREACHABLE', 'broke', { retryable: true, outcome: 'unknown' });
const answered = (httpStatus: number, more: SmsErrorDetails = {}) =>
  new SmsError(httpStatus === 429 ? 'SMS_RATE_LIMITED' : 'SMS_UNREACHABLE', 'no', {
    ...{ retryable: true, httpStatus },
    ...more,
  });
const MOST = 32;

describe('a breaker', () => {
  let breaker: Breaker;
  beforeEach(() => {
    breaker = new Breaker();
  });
  /** Fails so many times in a row, each to another number. */
  const fail = (times: number, now: number, error = lost) => {
    for (let n = 0; n < times; n += 1) breaker.failed(error(), `+${now}${n}`, now);
  };

  for (const [what, error] of [
    ['that broke off', lost],
    ['that was answered 500', () => answered(500)],
  ] as const) {
    it(`lets all go on after one call ${what}, and after two; the third in a row stops it`, () => {
      fail(2, 1000, error);
      assert.deepEqual([breaker.wait(1000), breaker.places(1000, MOST, 5), breaker.downFor(1100)], [0, 27, 0]);
      fail(1, 1100, error);
      const wait = breaker.wait(1100);
      assert.ok(wait >= 250 && wait <= 500, `${wait} ms`);
      assert.equal(breaker.places(1100, MOST, 0), 0);
      assert.equal(breaker.downFor(2000), 1000, 'since the first of them');
    });
  }

  it('begins to count anew with each answer: one message in ten that fails stops nobody', () => {
    for (let n = 0; n < 1000; n += 1) {
      if (n % 10 < 2) fail(1, n);
      else breaker.succeeded();
      assert.equal(breaker.wait(n), 0);
    }
    fail(2, 1000);
    breaker.failed(new SmsError('SMS_REJECTED', 'a definite no', { httpStatus: 400 }), '+1', 1000);
    fail(2, 1000);
    assert.equal(breaker.wait(1000), 0);
  });

  it('counts what is answered by a failure once for each recipient', () => {
    for (let n = 0; n < 50; n += 1) breaker.failed(answered(503), '+1', n);
    assert.equal(breaker.wait(50), 0);
  });

  it('counts nothing that was long ago', () => {
    fail(2, 1000);
    fail(2, 1000 + 3600_000);
    assert.equal(breaker.wait(1000 + 3600_000), 0);
  });

  it('lets one try behind the pause, waits longer each time that it fails, and goes on at the first answer', () => {
    let now = 1000;
    fail(3, now);
    let before = 0;
    for (let n = 0; n < 12; n += 1) {
      now += breaker.wait(now);
      assert.deepEqual([breaker.places(now, MOST, 0), breaker.places(now, MOST, 1)], [1, 0]);
      fail(1, now);
      const wait = breaker.wait(now);
      assert.ok(wait >= before / 2 && wait <= 60_000 && wait > 0, `${wait} ms after ${before}`);
      before = wait;
    }
    assert.ok(before >= 30_000);
    breaker.succeeded();
    assert.deepEqual([breaker.wait(now), breaker.places(now, MOST, 0), breaker.downFor(now)], [0, MOST, 0]);
  });

  it('takes those that fail together for one failure', () => {
    fail(32, 1000);
    assert.ok(breaker.wait(1000) <= 500);
  });

  it('gives a vendor the pause that it asks for, whatever is answered meanwhile', () => {
    breaker.failed(answered(429, { retryAfter: 2000 }), '+1', 1000);
    breaker.succeeded();
    assert.deepEqual([breaker.wait(1000), breaker.places(2999, MOST, 0), breaker.downFor(2999)], [2000, 0, 1999]);
    assert.deepEqual([breaker.wait(3000), breaker.downFor(3000)], [0, 0]);
    // A look-up was refused.
    breaker.refused(answered(429, { retryAfter: 500 }), 4000);
    assert.deepEqual([breaker.wait(4000), breaker.places(4500, MOST, 0), breaker.downFor(4500)], [500, MOST, 0]);
  });

  it('waits longer each time that a vendor says that there are too many, without a word of how long', () => {
    let now = 1000;
    for (let n = 0; n < 4; n += 1) {
      breaker.failed(answered(429), '+1', now);
      const wait = breaker.wait(now);
      assert.ok(wait >= 250 * 2 ** n && wait <= 500 * 2 ** n, `${wait} ms after ${n + 1}`);
      now += wait;
    }
  });
});

describe('the pauses', () => {
  it('between two tries double, up to a minute', () => {
    for (const [failures, longest] of [
      [1, 500],
      [2, 1000],
      [5, 8000],
      [50, 60_000],
    ] as const) {
      const pause = backoff(failures);
      assert.ok(pause >= longest / 2 && pause <= longest, `${pause} ms`);
    }
  });
});
