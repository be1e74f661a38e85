/** Comma-separated values that a spreadsheet can open and finds nothing to run in. */
import assert from 'node:assert/strict';
import { csvRow } from '../../dist/src/runtime/csv.js';

describe('a row of the file', () => {
  const rows: [values: string[], row: string][] = [
    [['a', 'b c', ''], 'a,b c,'],
    [['a,b', 'say "no"', 'one\r\ntwo'], '"a,b","say ""no""","one\r\ntwo"'],
    [['=1+1', '+1+1', '-1', '@SUM(A1)', '\tx'], "'=1+1,'+1+1,'-1,'@SUM(A1),'\tx"],
    [['=HYPERLINK("http://x","y")'], '"\'=HYPERLINK(""http://x"",""y"")"'],
    [['\r\n=1', '＝1'], '"\'\r\n=1",\'＝1'],
    [['+32470112001', '+32470112001 STOP'], "+32470112001,'+32470112001 STOP"],
  ];
  for (const [values, row] of rows) {
    it(`of ${JSON.stringify(values)}`, () => assert.equal(csvRow(values), `${row}\r\n`));
  }
});
