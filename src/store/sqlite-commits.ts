/** One commit for all that comes together: what is asked for in one turn of the event loop is one transaction. */
import type { SmsError } from '../sms/errors';
import { storeError } from './sqlite-errors';
import type { SqliteFile } from './sqlite-file';

interface Job {
  work(): unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export class Commits {
  #file: SqliteFile;
  #jobs: Job[] = [];
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
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) return reject(this.#error(new Error('closed')));
      const job = { work, resolve: resolve as Job['resolve'], reject };
      // The turn's own end: whatever arrives with the same round of input is in.
      if (this.#jobs.push(job) === 1) setImmediate(() => this.#flush());
    });
  }

  /** Reads at once, or after the writes that were asked for before. */
  async read<T>(work: () => T): Promise<T> {
    if (this.#jobs.length > 0) return this.write(work);
    try {
      return this.#file.read(work);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Commits what is waiting; nothing is taken any more. */
  close(): void {
    this.#closed = true;
    this.#flush();
  }

  #flush(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    if (jobs.length > 0) this.#commit(jobs);
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
