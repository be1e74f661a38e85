import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { type SmsError, toInstant } from '../../dist/src/sms/index.js';

const EPOCH = 1_795_343_400_000;
const ISO = new Date(EPOCH).toISOString();

describe('reading the time to send at', () => {
  it('takes nothing as now', () => {
    for (const at of [undefined, null, '', '  ']) assert.equal(toInstant(at), null);
  });

  it('takes epoch milliseconds, as a number or as digits', () => {
    assert.equal(toInstant(EPOCH)?.toISOString(), ISO);
    assert.equal(toInstant(String(EPOCH))?.toISOString(), ISO);
    assert.equal(toInstant(0)?.getTime(), 0);
  });

  it('takes a Date, also of another realm, and gives one of its own', () => {
    const date = new Date(EPOCH);
    assert.deepEqual(toInstant(date), date);
    assert.notEqual(toInstant(date), date);
    assert.equal(toInstant(runInNewContext(`new Date(${EPOCH})`))?.toISOString(), ISO);
  });

  it('takes ISO 8601 with an offset', () => {
    const same = [
      '2026-11-22T10:30:00Z',
      '2026-11-22T10:30Z',
      '2026-11-22t10:30:00.000z',
      '2026-11-22T11:30:00+01:00',
      '2026-11-22T11:30:00+0100',
      '2026-11-22 11:30 +01',
      '2026-11-22T05:00:00-05:30',
      ' 2026-11-22T10:30:00,000Z ',
    ];
    for (const at of same) assert.equal(toInstant(at)?.toISOString(), '2026-11-22T10:30:00.000Z', at);
    assert.equal(toInstant('2026-11-22T10:30:00.123456Z')?.getUTCMilliseconds(), 123);
    assert.equal(toInstant('2026-11-22T10:30:00.29Z')?.getUTCMilliseconds(), 290);
    assert.equal(toInstant('2024-02-29T00:00Z')?.toISOString(), '2024-02-29T00:00:00.000Z');
    assert.equal(toInstant('2026-11-22T24:00Z')?.toISOString(), '2026-11-23T00:00:00.000Z');
  });

  it('takes ISO 8601 without an offset as local time, a date alone as its midnight', () => {
    assert.equal(toInstant('2026-11-22T10:30')?.getTime(), new Date(2026, 10, 22, 10, 30).getTime());
    assert.equal(toInstant('2026-07-22 10:30:05')?.getTime(), new Date(2026, 6, 22, 10, 30, 5).getTime());
    assert.equal(toInstant('2026-11-22')?.getTime(), new Date(2026, 10, 22).getTime());
  });

  it('refuses epoch seconds, which would lie in 1970', () => {
    refuses(/multiply it by 1000/, 1_795_343_400);
    refuses(/multiply it by 1000/, '1795343400');
  });

  it('refuses anything else, with the forms it takes', () => {
    const wrong = [
      'tomorrow',
      '22/11/2026',
      '10:30',
      '2026',
      '20261122',
      '2026-11-22T10',
      '2026-13-01',
      '2026-02-29',
      '2026-11-31T10:00Z',
      '2026-11-22T25:00Z',
      '2026-11-22T24:01Z',
      '2026-11-22T10:60Z',
      '2026-11-22T10:30+15:00',
      '2026-11-22T10:30:00Z tomorrow',
      Number.NaN,
      Number.POSITIVE_INFINITY,
      EPOCH * 1000,
      new Date(Number.NaN),
      {},
      [],
      true,
      'x'.repeat(100_000),
    ];
    for (const at of wrong) refuses(/ISO 8601.*epoch milliseconds or a Date/, at);
  });
});

function refuses(message: RegExp, at: unknown): void {
  assert.throws(
    () => toInstant(at),
    (error: SmsError) => {
      assert.equal(error.code, 'SMS_INVALID_OPTION');
      assert.match(error.message, message);
      assert.ok(error.message.length < 300);
      return true;
    },
    String(at).slice(0, 50),
  );
}
