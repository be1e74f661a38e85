/** When the vendor is asked about a message that is on its way. */

import type { Clock } from './clock';

/** Seconds after acceptance, or after the time for which it is scheduled, at which a message is asked about, when nobody else tells: at most ten times. */
const SCHEDULE = [2, 6, 20, 60, 300, 1200, 3600, 4 * 3600, 12 * 3600, 24 * 3600];
/** The same when pushes or a status queue tell: asking is for what got lost. */
const SPARSE = [120, 900, 3600, 6 * 3600, 24 * 3600];
/** Milliseconds: no two questions about a message come closer. */
const SOON = 1000;
/** Milliseconds between questions when the schedule is over and the last word still missing. */
const LATE = 12 * 3600_000;

export const MOST_QUESTIONS = SCHEDULE.length;

/** By the clock; Infinity when so many were asked. @param from when it went out, or is to @param isTold somebody else tells, too */
export function nextQuestion(clock: Clock, from: number, asked: number, isTold: boolean): number {
  if (asked >= MOST_QUESTIONS) return Number.POSITIVE_INFINITY;
  // Who comes late, after a night switched off, does not make up for what was missed: the next time is one to come.
  const [now, passed] = [clock.now(), clock.since(from)];
  const after = (isTold ? SPARSE : SCHEDULE).find((seconds) => seconds * 1000 > passed + SOON);
  return after === undefined ? now + SOON + LATE : now + after * 1000 - passed;
}
