/** What is to be put right in Redis as soon as it answers, before anything else is done. */

export class Amends {
  #owed = new Set<() => Promise<void>>();
  #making = new Set<Promise<void>>();

  /** @param work may be done more than once */
  owe(work: () => Promise<void>): void {
    this.#owed.add(work);
  }

  /** Begins all of it in this turn; what fails is owed again. Never rejects. */
  async make(): Promise<void> {
    for (const work of this.#owed) {
      this.#owed.delete(work);
      const making = work()
        .catch(() => this.owe(work))
        .finally(() => this.#making.delete(making));
      this.#making.add(making);
    }
    await Promise.all(this.#making);
  }
}
