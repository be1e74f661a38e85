/** What is under way, of which only the end counts. */
export class Running {
  #round = new Round();
  /** The end of the rounds before it. */
  #before: Promise<unknown> = Promise.resolve();

  /** @returns the same */
  begin<T>(work: Promise<T>): Promise<T> {
    const { ended } = this.#round;
    this.#round.count += 1;
    work.then(ended, ended);
    return work;
  }

  /** Resolves when all that is under way now has ended; what begins meanwhile is not waited for. */
  over(): Promise<unknown> {
    const round = this.#round;
    if (round.count > 0) {
      this.#round = new Round();
      this.#before = Promise.all([this.#before, round.close()]);
    }
    return this.#before;
  }

  /** Resolves when nothing is under way, whatever begins meanwhile. */
  async none(): Promise<void> {
    while (this.#round.count > 0) await this.over();
    await this.#before;
  }
}

/** What began before somebody waited for it. */
class Round {
  count = 0;
  #isClosed = false;
  #over = Promise.withResolvers<void>();

  /** The same for all, so that one that begins costs next to nothing. */
  readonly ended = (): void => {
    this.count -= 1;
    if (this.count === 0 && this.#isClosed) this.#over.resolve();
  };

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#over.promise;
  }
}
