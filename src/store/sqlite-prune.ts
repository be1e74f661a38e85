/** Takes out of the embedded store what nobody will ask for any more, a little at a time. */
import type { Commits } from './sqlite-commits';
import type { SqliteFile } from './sqlite-file';
import { keptFor } from './states';

/** Milliseconds: the first time when Node-RED has settled down, then every hour, and in between the steps. */
const [FIRST, PAUSE, BETWEEN] = [60_000, 3600_000, 20];
/** Rows a step, and how many of an account are looked at for them: some milliseconds on a small machine. */
const [STEP, LOOKED_AT] = [200, 1000];

const SQL = {
  final: `DELETE FROM tracked WHERE rowid IN (SELECT rowid FROM tracked WHERE final = 1 AND keep_from < ? LIMIT ?)`,
  // Each is due before it is only kept: those that are not only kept yet will be, and let the others through.
  open: `DELETE FROM tracked WHERE rowid IN (SELECT id FROM (SELECT rowid AS id, keep_from FROM tracked INDEXED BY tracked_due
    WHERE final = 0 AND account = ? AND due < ? ORDER BY due LIMIT ${LOOKED_AT}) WHERE keep_from < ? LIMIT ?)`,
  nextAccount: 'SELECT min(account) AS account FROM tracked INDEXED BY tracked_due WHERE final = 0 AND account > ?',
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
    this.#keep = keptFor(keepDays);
  }

  /** There is a file, from now on. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#plan(FIRST);
  }

  /** One step, as of a time; resolves to whether there may be more. */
  async step(now: number): Promise<boolean> {
    const remove = (sql: string, ...which: (string | number)[]) => Number(this.#file.run(sql, ...which, STEP).changes);
    const before = now - this.#keep;
    const removed = await this.#commits.write(null, () => [
      remove(SQL.final, before),
      ...this.#accounts().map((account) => remove(SQL.open, account, before, before)),
      remove(SQL.marks, now),
    ]);
    return removed.some((count) => count === STEP);
  }

  /** Those that have messages without a final status; some may be gone. */
  #accounts(): string[] {
    const accounts: string[] = [];
    for (let last: string | null = ''; ; ) {
      last = this.#file.one<{ account: string | null }>(SQL.nextAccount, last)?.account ?? null;
      if (last === null) return accounts;
      accounts.push(last);
    }
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
