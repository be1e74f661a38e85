/** The whole matrix: every step on every store, several processes at a time. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/packed.ts';
import { type Choice, cellsOf, STEPS, type Step, type StoreKind } from './matrix.ts';
import type { Outcome } from './page.ts';
import { type Run, type RunResult, run } from './run.ts';
import { problemsOf } from './verdict.ts';

export interface Plan extends Choice {
  stores: readonly StoreKind[];
  steps?: readonly Step[];
  /** How many Node-REDs run at once; beside them those that wait for Redis to notice that a process is dead. */
  atOnce: number;
  /** A Redis of the run's own: its URL. */
  redis?: () => Promise<string>;
  /** Told of each run that is over. */
  done?: (run: Run, problems: readonly string[], milliseconds: number) => void;
}

export interface Matrix {
  outcomes: Outcome[];
  /** What is not as promised. */
  problems: string[];
}

const REDIS_AT_ONCE = 3;

/** What is in memory promises nothing beyond the process: there nothing is killed. */
const isMeant = (step: Step, store: StoreKind) => store !== 'memory' || step === 'never';

export async function runAll({ stores, steps, atOnce, redis, done, ...choice }: Plan): Promise<Matrix> {
  const wanted = steps ?? (Object.keys(STEPS) as Step[]);
  const runs: Run[] = stores.flatMap((store) =>
    wanted.filter((step) => isMeant(step, store)).map((step) => ({ step, store, cells: cellsOf(choice) })),
  );
  const over = new Map<Run, { outcome: Outcome; problems: string[] }>();
  const waiting = runs.filter(({ store }) => store === 'redis');
  const others = runs.filter(({ store }) => store !== 'redis');
  const work = async (left: Run[]) => {
    for (let next = left.shift(); next; next = left.shift()) {
      const begun = Date.now();
      const shared = next.store === 'redis' ? { redisUrl: await redis?.(), prepare: withBullmq } : {};
      const result: RunResult = await run({ ...next, ...shared }).catch((error) => {
        throw new Error(`${next.store}, ${next.step}: ${error.message}`, { cause: error });
      });
      const problems = problemsOf(next, result);
      over.set(next, { outcome: { run: next, fates: result.fates }, problems });
      done?.(next, problems, Date.now() - begun);
    }
  };
  const workers = (count: number, left: Run[]) => Array.from({ length: count }, () => work(left));
  await Promise.all([...workers(REDIS_AT_ONCE, waiting), ...workers(atOnce, others)]);
  const results = runs.flatMap((one) => over.get(one) ?? []);
  return {
    outcomes: results.map(({ outcome }) => outcome),
    problems: results.flatMap(({ problems }) => problems),
  };
}

/** Who chooses Redis installs it beside the package. */
function withBullmq(userDir: string): void {
  mkdirSync(join(userDir, 'node_modules'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', 'bullmq'), join(userDir, 'node_modules', 'bullmq'), 'junction');
}
