/** What became of a message in one word, and whether that is what is promised. */
import { type Cell, VENDORS } from './matrix.ts';
import type { Fate, Run, RunResult } from './run.ts';

/**
 * `sent`: accepted once, and the flow has its receipt. `held`, `dropped`: the flow knows that it is not known, and the
 * account did as it was set. `twice`: accepted more than once. `lost`: the flow knows nothing, or what is not so.
 */
export type Verdict = 'sent' | 'held' | 'dropped' | 'twice' | 'lost';

export function verdictOn({ cell, accepted, told }: Fate): Verdict {
  if (accepted > 1) return 'twice';
  const codes = new Set(told.flat().map(({ code }) => code));
  if (codes.size === 1 && codes.has(null) && accepted === 1) return 'sent';
  if (codes.size !== 1 || !codes.has('SMS_UNCERTAIN')) return 'lost';
  if (cell.policy === 'resend') return 'lost';
  return cell.policy === 'hold' ? 'held' : 'dropped';
}

/** Where the account is told to send again, and there is nothing to look in. */
export const mayBeTwice = ({ policy, vendor }: Cell) => policy === 'resend' && VENDORS[vendor].lookup === 'nothing';

/** What is not as it is promised, a sentence each. */
export function problemsOf({ step, store, cells }: Run, { fates, held, exitCode, late, log }: RunResult): string[] {
  const problems = fates.flatMap((fate) => problemsOfOne(fate, step === 'after-emit', step === 'before-store'));
  const kept = cells.flatMap((cell) => {
    const wanted = fates.filter((fate) => fate.cell === cell && verdictOn(fate) === 'held').length;
    const found = held.get(cell.id);
    return found === wanted ? [] : [`${named(cell)}: ${wanted} messages should be held, ${found} are`];
  });
  const ending = exitCode === 0 ? [] : [`Node-RED ended with ${exitCode}`];
  const crash = /uncaught|unhandled/i.test(log) ? ['Node-RED logged an uncaught error'] : [];
  return [...late, ...problems, ...kept, ...ending, ...crash].map((problem) => `${store}, ${step}: ${problem}`);
}

function problemsOfOne(fate: Fate, mayBeToldTwice: boolean, isNotTaken: boolean): string[] {
  const { cell, message, stopped, accepted, told, repeats, completed } = fate;
  const all = told.flat();
  const verdict = verdictOn(fate);
  const receipts = all.filter(({ code }) => code === null).length;
  const isOnRecord = VENDORS[cell.vendor].lookup !== 'nothing' && accepted > 0;
  const rules: [boolean, string][] = [
    [verdict !== 'lost', `lost: accepted ${accepted} times, told ${JSON.stringify(all)}`],
    [verdict !== 'twice' || mayBeTwice(cell), `accepted ${accepted} times`],
    [all.length === (mayBeToldTwice && stopped ? 2 : 1), `told ${all.length} times`],
    [!isOnRecord || receipts > 0, 'on the record of the vendor, and told as uncertain'],
    [all.every(({ whole }) => whole), 'came back without what it was given with'],
    [isCompleted(fate), `told ${all.length} times, and ${completed} times complete`],
    [repeats === (message.repeated && !isNotTaken ? 1 : 0), `${repeats} repeats were refused`],
  ];
  return rules.filter(([holds]) => !holds).map(([, problem]) => `${named(cell)}, message ${message.key}: ${problem}`);
}

/** A list is complete when all of it is settled, however that was; a message of one recipient, when it was accepted. */
function isCompleted({ message, told, repeats, completed }: Fate): boolean {
  const all = told.flat();
  if (message.repeated) return completed > repeats && completed <= repeats + all.length;
  return completed === all.filter(({ code }) => code === null).length;
}

const named = ({ vendor, fault, policy }: Cell) => `${vendor}, ${fault}, ${policy}`;
