/** The tables of docs/delivery.md, out of what became of the messages. */
import { FAULTS, type Fault, POLICIES, type Policy, STEPS, type Step, type StoreKind, VENDORS } from './matrix.ts';
import type { Fate, Run } from './run.ts';
import { mayBeTwice, type Verdict, verdictOn } from './verdict.ts';

export interface Outcome {
  run: Run;
  fates: readonly Fate[];
}

const LOOKUPS = ['reference', 'text', 'nothing'] as const;
const COLUMNS = LOOKUPS.flatMap((lookup) => POLICIES.map((policy) => ({ lookup, policy })));

export function tables(outcomes: readonly Outcome[]): string {
  const ran = (step: Step) => outcomes.some(({ run }) => run.step === step);
  const steps = (Object.keys(STEPS) as Step[]).filter(ran);
  return [totals(outcomes, steps), ...steps.map((step) => tableOf(step, outcomes))].join('\n\n');
}

function totals(outcomes: readonly Outcome[], steps: readonly Step[]): string {
  const rows = steps.flatMap((step) => {
    const stores = outcomes.filter(({ run }) => run.step === step);
    return stores.map(({ run, fates }) => [STEPS[step], run.store, ...counts(step, fates)]);
  });
  return table(
    [
      'killed',
      'store',
      'messages',
      'lost',
      'sent twice',
      'the same, *resend* without a record',
      'held',
      'dropped',
      'the flow told twice',
      'not taken, given again',
    ],
    rows,
  );
}

function counts(step: Step, fates: readonly Fate[]): number[] {
  const are = (verdict: Verdict) => fates.filter((fate) => verdictOn(fate) === verdict).length;
  const toldTwice = fates.filter(({ told }) => told.flat().length > 1).length;
  const notTaken = step === 'before-store' ? fates.filter(({ stopped }) => stopped).length : 0;
  const asToldTo = fates.filter((fate) => verdictOn(fate) === 'twice' && mayBeTwice(fate.cell)).length;
  return [
    fates.length,
    are('lost'),
    are('twice') - asToldTo,
    asToldTo,
    are('held'),
    are('dropped'),
    toldTwice,
    notTaken,
  ];
}

function tableOf(step: Step, outcomes: readonly Outcome[]): string {
  const fates = outcomes.filter(({ run }) => run.step === step).flatMap((outcome) => outcome.fates);
  const rows = (Object.keys(FAULTS) as Fault[]).map((fault) => [
    FAULTS[fault],
    ...COLUMNS.map(({ lookup, policy }) => cell(fates, fault, lookup, policy)),
  ]);
  const head = COLUMNS.map(({ lookup, policy }) => `${LOOKUP_WORDS[lookup]}: ${policy}`);
  return `**Killed: ${STEPS[step]}**\n\n${table(['the vendor at first', ...head], rows)}`;
}

const LOOKUP_WORDS = { reference: 'by reference', text: 'by text', nothing: 'no record' };

/** One word where all messages of a cell, with all vendors and stores of its kind, met the same end. */
function cell(all: readonly Fate[], fault: Fault, lookup: (typeof LOOKUPS)[number], policy: Policy): string {
  const fates = all.filter((fate) => {
    return fate.cell.fault === fault && fate.cell.policy === policy && VENDORS[fate.cell.vendor].lookup === lookup;
  });
  const verdicts = [...new Set(fates.map(verdictOn))].sort();
  return verdicts.map((verdict) => WORDS[verdict]).join(' / ');
}

const WORDS: Record<Verdict, string> = {
  sent: 'sent',
  held: '*held*',
  dropped: '*dropped*',
  twice: '**sent twice**',
  lost: '**LOST**',
};

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const MARKS = { begin: '<!-- the matrix: npm run crash-matrix -->', end: '<!-- end of the matrix -->' };

/** The page with these tables between its marks. @throws Error when it has no marks */
export function withTables(page: string, text: string): string {
  const [begin, end] = [page.indexOf(MARKS.begin), page.indexOf(MARKS.end)];
  if (begin < 0 || end < begin) throw new Error(`The page lacks the lines ${MARKS.begin} and ${MARKS.end}`);
  return `${page.slice(0, begin + MARKS.begin.length)}\n\n${text}\n\n${page.slice(end)}`;
}

/** A page without the lines of some stores. */
export function withoutStores(page: string, stores: readonly StoreKind[]): string {
  const isOf = (line: string) => stores.some((store) => line.includes(`| ${store} |`));
  return page
    .split('\n')
    .filter((line) => !isOf(line))
    .join('\n');
}
