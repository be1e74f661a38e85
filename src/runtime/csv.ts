/** Rows of comma-separated values by RFC 4180, in which a spreadsheet finds nothing to run. */

/** One row, with its end. */
export function csvRow(values: readonly string[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

/** What makes a spreadsheet take a text for a formula. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** A number in the international form computes nothing, and whoever reads the file wants it as it is. */
const PHONE = /^\+\d+$/;

function cell(value: string): string {
  const safe = FORMULA.test(value) && !PHONE.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
