/**
 * One commit for all that comes together: what is asked for in one turn of the event loop is one transaction, and so is
 * what more of it keeps coming in the turns behind it.
 */
import type { SmsError } from '../sms/errors';
import { storeError } from './sqlite-errors';
import type { SqliteFile } from './sqlite-file';

/** What a piece of work reads or writes: a table, or a scope of the marks. */
export type Topic = 'outbox' | 'tracked' | `mark:${string}`;

interface Job {
  work(): unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Milliseconds, for a disk that hangs. */
const LONGEST_GATHERING = 20;

export class Commits {
  #file: SqliteFile;
  #jobs: Job[] = [];
  /** What they are about. */
  #topics = new Set<Topic>();
  /** Milliseconds that the last commit took. */
  #took = 0;
  #closed = false;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  /** Opens the file now; otherwise the first call does. */
  async open(): Promise<void> {
    try {
      this.#file.open();
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Resolves after the commit. The work may be done over, when another's failed in the same transaction. */
  write<T>(topic: Topic | null, work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) return reject(this.#error(new Error('closed')));
      const job = { work, resolve: resolve as Job['resolve'], reject };
      if (topic !== null) this.#topics.add(topic);
      if (this.#jobs.push(job) === 1) this.#gather(performance.now(), 0);
    });
  }

  /** Reads at once, or after the writes about the same that were asked for before. */
  async read<T>(topic: Topic, work: () => T): Promise<T> {
    if (this.isToCome(topic)) return this.write(topic, work);
    try {
      return this.#file.read(work);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Whether something about it waits for its commit. */
  isToCome(topic: Topic): boolean {
    return this.#topics.has(topic);
  }

  /** Commits what is waiting; nothing is taken any more. */
  close(): void {
    this.#closed = true;
    this.#flush();
  }

  /**
   * Waits for the turn's own end: whatever arrives with the same round of input is in. While each turn brings more, the
   * commit waits for the next one, no longer than it takes itself: on a slow disk more goes into each.
   */
  #gather(since: number, known: number): void {
    setImmediate(() => {
      const count = this.#jobs.length;
      const isOver = performance.now() - since >= Math.min(this.#took, LONGEST_GATHERING);
      if (count === known || isOver) this.#flush();
      else this.#gather(since, count);
    });
  }

  #flush(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    this.#topics.clear();
    if (jobs.length === 0) return;
    const before = performance.now();
    this.#commit(jobs);
    this.#took = performance.now() - before;
  }

  #commit(jobs: readonly Job[]): void {
    for (let left = jobs; left.length > 0; ) {
      let current: Job | undefined;
      const work = (job: Job) => {
        current = job;
        return job.work();
      };
      try {
        const results = this.#file.transaction(() => left.map(work));
        for (const [i, job] of left.entries()) job.resolve(results[i]);
        return;
      } catch (thrown) {
        const error = this.#error(thrown);
        // A trouble of the file is everybody's; of one that is at fault itself the others are rid, and still go together.
        const failed = error.retryable || !current ? left : [current];
        for (const job of failed) job.reject(error);
        left = left.filter((job) => !failed.includes(job));
      }
    }
  }

  #error(thrown: unknown): SmsError {
    return storeError(thrown, this.#file.file);
  }
}
