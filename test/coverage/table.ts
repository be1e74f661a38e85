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

/** @throws when a row has no test */
export function refuseGaps(covered: readonly Covered[]): void {
  const gaps = covered.filter(({ by }) => by.length === 0).map(({ id }) => id);
  if (gaps.length > 0) throw new Error(`No passed test covers ${gaps.join(', ')}`);
}

export const mochaHooks = {
  afterAll(this: Mocha.Context): void {
    const root = rootOf(this.test?.parent);
    if (!root || !isWhole(root)) return;
    const passed = testsOf(root)
      .filter(isOfItsOwn)
      .map((test) => test.fullTitle());
    const covered = coverage(rows, passed);
    console.log(table(covered));
    refuseGaps(covered);
  },
};

/** What is said of every operation in the same words, by the contract and by the forms of the editor, covers none. */
function isOfItsOwn(test: Mocha.Test): boolean {
  return test.state === 'passed' && !/keeps the contract/.test(test.fullTitle()) && !test.file?.includes('/editor/');
}

function rootOf(suite: Mocha.Suite | undefined): Mocha.Suite | undefined {
  return suite?.parent ? rootOf(suite.parent) : suite;
}

function testsOf(suite: Mocha.Suite): Mocha.Test[] {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)];
}

/** Every test file took part, and nothing was left out by --grep: a part of the tests says nothing about gaps. */
function isWhole(root: Mocha.Suite): boolean {
  const files = new Set(root.suites.map(({ file }) => file));
  const all = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  return all.every((file) => files.has(`${TESTS}${file}`)) && testsOf(root).every((test) => test.state || test.pending);
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
