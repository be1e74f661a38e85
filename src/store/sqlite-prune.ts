/** Takes out of the embedded store what nobody will ask for any more, a little at a time. */
import type { Commits } from './sqlite-commits';
import type { SqliteFile } from './sqlite-file';

const DAY = 24 * 3600_000;
/** Milliseconds: the first time when Node-RED has settled down, then every hour, and in between the steps. */
const [FIRST, PAUSE, BETWEEN] = [60_000, 3600_000, 20];
/** Rows a step: some milliseconds on a small machine. */
const STEP = 200;

const STEPS = {
  tracked: 'DELETE FROM tracked WHERE rowid IN (SELECT rowid FROM tracked WHERE keep_from < ? LIMIT ?)',
  marks: `DELETE FROM mark WHERE (scope, key) IN (SELECT scope, key FROM mark WHERE until < ? LIMIT ?)`,
};

export class Pruning {
  #file: SqliteFile;
  #commits: Commits;
  #keep: number;
  #timer: NodeJS.Timeout | undefined;
  #begun = false;
  #closed = false;

  /** @param keepDays how long final messages stay */
  constructor(file: SqliteFile, commits: Commits, keepDays: number) {
    this.#file = file;
    this.#commits = commits;
    this.#keep = keepDays * DAY;
  }

  /** There is a file, from now on. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#plan(FIRST);
  }

  /** One step, as of a time; resolves to whether there may be more. */
  async step(now: number): Promise<boolean> {
    const { tracked, marks } = STEPS;
    const remove = (sql: string, before: number) => Number(this.#file.run(sql, before, STEP).changes);
    const removed = await this.#commits.write(null, () => [remove(tracked, now - this.#keep), remove(marks, now)]);
    return removed.some((count) => count === STEP);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #plan(wait: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      // A store in trouble has those who tell of it; pruning can wait.
      const next = this.step(Date.now()).then(
        (isMore) => (isMore ? BETWEEN : PAUSE),
        () => PAUSE,
      );
      next.then((pause) => this.#plan(pause));
    }, wait);
    this.#timer.unref();
  }
}
