/**
 * One hour's worth of alarms at once: 10,000 messages through five accounts and a vendor that fails one call in ten, then
 * 100 deploys while more come. Prints tables, and what was not as promised; LOAD_SEED=7 makes it another run.
 */
import { load } from '../test/load/run.ts';
import { problemsOf, tablesOf } from '../test/load/verdict.ts';

const [messages, redeploys] = [10_000, 100];
const result = await load({ messages, redeploys, spoils: 'all', seed: Number(process.env.LOAD_SEED ?? 1) });
const problems = problemsOf(result);
console.log(tablesOf(result));
for (const problem of problems) console.error(problem);
// Whatever a run that failed has left open ends with it.
process.exit(problems.length > 0 ? 1 : 0);
