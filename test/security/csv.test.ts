/** An export is read back as it was, and a spreadsheet finds nothing in it to run. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { csvRow } from '../../dist/src/runtime/csv.js';

const pieces = ['=', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', '＝', "'", ' ', 'cmd|', '1', 'A1', '|', '\u00a0'];
const text = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((some) => some.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

describe('a row of an export', () => {
  it('is read back by RFC 4180, but for a mark before what would be a formula', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (values) => {
        const cells = read(csvRow(values));
        assert.equal(cells.length, values.length);
        for (const [i, cell] of cells.entries()) {
          assert.ok(cell === values[i] || cell === `'${values[i]}`);
          assert.ok(!/^[=+\-@\t\r\n＝＋－＠]/.test(cell) || /^\+\d+$/.test(cell), JSON.stringify(cell));
        }
      }),
      { numRuns: 5000 },
    );
  });
});

/** The cells of one row. */
function read(row: string): string[] {
  const cells: string[] = [];
  let rest = row;
  for (;;) {
    const found = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n$)/.exec(rest);
    assert.ok(found, JSON.stringify(rest));
    const [whole, quoted, plain = '', end] = found;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    rest = rest.slice(whole.length);
    if (end !== ',') return cells;
  }
}
