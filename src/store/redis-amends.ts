/** What is to be put right in Redis as soon as it answers, before anything else is done. */
import type { SmsError } from '../sms/errors';

export class Amends {
  #works = new Map<() => Promise<void>, 'waiting' | 'under way'>();

  /** @param work may be done more than once */
  owe(work: () => Promise<void>): void {
    this.#works.set(work, 'waiting');
  }

  /** Begins all of it in this turn; what fails is owed still. */
  make(): void {
    for (const [work, state] of this.#works) {
      if (state === 'under way') continue;
      this.#works.set(work, 'under way');
      work().then(
        () => this.#works.delete(work),
        (_error: SmsError) => this.#works.set(work, 'waiting'),
      );
    }
  }
}
