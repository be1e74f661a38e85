/** The table of coverage knows a gap when there is one. */
import assert from 'node:assert/strict';
import { coverage, gaps, names, rows } from './table.ts';

describe('the table of coverage', () => {
  it('has every row of the documents once', () => {
    assert.equal(rows.length, 136);
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
  });

  it('takes a test for a row when it names the row itself, not a longer one', () => {
    assert.ok(names('Vendor vendor.sms.read: by its id', 'vendor.sms.read'));
    assert.ok(!names('vendor.sms.read.dateRange: a range', 'vendor.sms.read'));
    assert.ok(names('vendor.sms.read.dateRange and vendor.sms.read.', 'vendor.sms.read'));
    assert.ok(!names('other.vendor.sms.read: x', 'vendor.sms.read'));
  });

  it('fails a run in which a row has no test', () => {
    const all = [
      { id: 'a.one', what: 'one' },
      { id: 'a.two', what: 'two' },
    ];
    assert.deepEqual(gaps(coverage(all, ['a.one: works'])), ['a.two']);
    assert.deepEqual(gaps(coverage(all, ['a.one: works', 'suite a.two: works'])), []);
  });
});
