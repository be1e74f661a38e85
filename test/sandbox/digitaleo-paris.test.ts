/** Dates as Digitaleo writes them. */
import assert from 'node:assert/strict';
import { parisInstant, parisTime } from '../../dist/src/sandbox/digitaleo/paris.js';

const DATES: [string, string][] = [
  ['2026-01-15 12:00:00', '2026-01-15T11:00:00.000Z'],
  ['2026-07-15 12:00:00', '2026-07-15T10:00:00.000Z'],
  ['2026-07-15', '2026-07-14T22:00:00.000Z'],
  ['2026-03-29 01:59:59', '2026-03-29T00:59:59.000Z'],
  ['2026-03-29 03:00:00', '2026-03-29T01:00:00.000Z'],
  ['2026-10-25 01:59:59', '2026-10-24T23:59:59.000Z'],
  ['2026-10-25 03:00:00', '2026-10-25T02:00:00.000Z'],
];

describe('sandbox: Paris time', () => {
  it('is read and written across the changes of the clocks', () => {
    for (const [date, instant] of DATES) {
      const time = parisInstant(date);
      assert.equal(new Date(time ?? Number.NaN).toISOString(), instant, date);
      assert.ok(parisTime(instant).startsWith(date), date);
    }
  });

  it('takes an hour that the clocks skip for the one after it, and one that they repeat for one of the two', () => {
    assert.equal(parisTime(parisInstant('2026-03-29 02:30:00') ?? 0), '2026-03-29 03:30:00');
    assert.equal(parisTime(parisInstant('2026-10-25 02:30:00') ?? 0), '2026-10-25 02:30:00');
  });

  it('knows no date that is in no calendar', () => {
    for (const date of ['2026-02-29', '2026-13-01', '2026-01-01 24:00:00', '2026-01-01 12', 'today', '']) {
      assert.equal(parisInstant(date), undefined, date);
    }
  });
});
