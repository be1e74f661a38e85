/** Belgian local time, on both sides of the days when the clocks change. */
import assert from 'node:assert/strict';
import { belgianTime } from '../../dist/src/sandbox/belgium.js';

describe('sandbox: Belgian time', () => {
  const cases: [string, string][] = [
    ['2016-12-28T15:51:40.727Z', '2016-12-28T16:51:40.727+01:00'],
    ['2026-07-01T22:30:00.000Z', '2026-07-02T00:30:00.000+02:00'],
    ['2026-03-29T00:59:59.999Z', '2026-03-29T01:59:59.999+01:00'],
    ['2026-03-29T01:00:00.000Z', '2026-03-29T03:00:00.000+02:00'],
    ['2026-10-25T00:59:59.999Z', '2026-10-25T02:59:59.999+02:00'],
    ['2026-10-25T01:00:00.000Z', '2026-10-25T02:00:00.000+01:00'],
    ['2026-12-31T23:00:00.000Z', '2027-01-01T00:00:00.000+01:00'],
  ];
  for (const [utc, local] of cases) {
    it(`is ${local} at ${utc}`, () => {
      assert.equal(belgianTime(utc), local);
      assert.equal(belgianTime(Date.parse(utc)), local);
    });
  }
});
