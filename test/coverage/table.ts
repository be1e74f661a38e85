/** After a whole run: a table of every documented operation and service with the test that covers it; a gap fails the run. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Row {
  id: string;
  what: string;
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TESTS = fileURLToPath(new URL('..', import.meta.url));

export const rows = JSON.parse(readFileSync(`${HERE}rows.json`, 'utf8')) as Row[];

/** Whether a test names a row: its id, not the beginning of a longer one. */
export function names(title: string, id: string): boolean {
  const at = title.indexOf(id);
  if (at < 0) return false;
  const before = title[at - 1] ?? ' ';
  const after = title.slice(at + id.length);
  if (!/[\w.]/.test(before) && !/^(\w|\.\w)/.test(after)) return true;
  return names(title.slice(at + 1), id);
}

export type Covered = Row & { by: string[] };

/** Each row with the tests that name it. */
export function coverage(all: readonly Row[], passed: readonly string[]): Covered[] {
  return all.map((row) => ({ ...row, by: passed.filter((title) => names(title, row.id)) }));
}

/** The rows that no test names. */
export function gaps(covered: readonly Covered[]): string[] {
  return covered.filter(({ by }) => by.length === 0).map(({ id }) => id);
}

/** What became of one test. */
export interface Told {
  title: string;
  file: string;
  passed: boolean;
}

/** Prints the table after a whole run, and answers how many rows have no test. */
export function report(told: readonly Told[]): number {
  if (!isWhole(told)) return 0;
  const covered = coverage(
    rows,
    told.filter(isOfItsOwn).map(({ title }) => title),
  );
  console.log(table(covered));
  const missing = gaps(covered);
  if (missing.length > 0) console.log(`  No passed test covers ${missing.join(', ')}`);
  return missing.length;
}

/** What is said of every operation in the same words, by the contract and by the forms of the editor, covers none. */
function isOfItsOwn({ title, file, passed }: Told): boolean {
  return passed && !/keeps the contract/.test(title) && !file.includes('/editor/');
}

/** Every test file took part: a part of the tests says nothing about gaps. */
function isWhole(told: readonly Told[]): boolean {
  const files = new Set(told.map(({ file }) => file));
  const all = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  return all.every((file) => files.has(`${TESTS}${file}`));
}

function table(covered: readonly Covered[]): string {
  const width = Math.max(...covered.map(({ id }) => id.length));
  const lines = covered.map(({ id, by }, i) => {
    const [first = 'NO TEST'] = by;
    const title = first.slice(first.indexOf(id)).slice(0, 90);
    return `  ${String(i + 1).padStart(3)}  ${id.padEnd(width)}  ${String(by.length).padStart(3)}  ${title}`;
  });
  return ['', '  What the vendors document, how many tests name it, and the first of them:', ...lines, ''].join('\n');
}
