/** What is under way, of which only the end counts. */
export class Running {
  #round = new Round();
  /** The end of the rounds before it. */
  #before: Promise<void> = Promise.resolve();

  /** @returns the same */
  begin<T>(work: Promise<T>): Promise<T> {
    const { ended } = this.#round;
    this.#round.count += 1;
    work.then(ended, ended);
    return work;
  }

  /** Resolves when all that is under way now has ended; what begins meanwhile is not waited for. */
  over(): Promise<void> {
    const round = this.#round;
    if (round.count > 0) {
      this.#round = new Round();
      // Without a result, which would hold that of the one before it, and so on.
      this.#before = Promise.all([this.#before, round.close()]).then(() => {});
    }
    return this.#before;
  }

  /** Resolves when nothing is under way, whatever begins meanwhile. */
  async none(): Promise<void> {
    for (let over: Promise<void> | undefined; over !== this.#before || this.#round.count > 0; ) {
      over = this.over();
      await over;
    }
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
