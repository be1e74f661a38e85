/** What is to be put right in Redis as soon as it answers, before anything else is done. */

export class Amends {
  #owed = new Set<() => Promise<void>>();
  #making = new Set<Promise<void>>();
  /** The last that was tried failed. */
  #isFailing = false;

  /** @param work may be done more than once */
  owe(work: () => Promise<void>): void {
    this.#owed.add(work);
  }

  /** Begins it in this turn. There may be thousands: while Redis fails, one of them is tried for all. */
  begin(): void {
    for (const work of this.#owed) {
      if (this.#isFailing && this.#making.size > 0) return;
      this.#try(work);
    }
  }

  /** Does all of it; what fails is owed again. Never rejects. */
  async make(): Promise<void> {
    this.begin();
    while (this.#making.size > 0) await Promise.all(this.#making);
  }

  #try(work: () => Promise<void>): void {
    this.#owed.delete(work);
    const making: Promise<void> = work().then(
      () => this.#ended(making, false),
      () => {
        this.owe(work);
        this.#ended(making, true);
      },
    );
    this.#making.add(making);
  }

  #ended(making: Promise<void>, hasFailed: boolean): void {
    this.#making.delete(making);
    const isBack = this.#isFailing && !hasFailed;
    this.#isFailing = hasFailed;
    if (isBack) this.begin();
  }
}
