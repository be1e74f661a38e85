/** Those that are under way, no more than a few at a time: the others wait as they came. */

export class Crowd {
  #most: number;
  #count = 0;
  #waiting: (() => void)[] = [];
  #over: PromiseWithResolvers<void> | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a place, which is to be left again: at once, with undefined, or when the promise resolves. */
  enter(): Promise<void> | undefined {
    if (this.#count >= this.#most) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#count += 1;
    return undefined;
  }

  leave(): void {
    const next = this.#waiting.shift();
    // Who waits has the place from now on.
    if (next) next();
    else this.#count -= 1;
    if (this.#count > 0) return;
    this.#over?.resolve();
    this.#over = undefined;
  }

  /** From now on there is a place for everybody. */
  open(): void {
    this.#most = Number.POSITIVE_INFINITY;
    this.#count += this.#waiting.length;
    for (const go of this.#waiting.splice(0)) go();
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Resolves when nobody has a place; the same promise for all who ask until then. */
  over(): Promise<void> {
    this.#over ??= Promise.withResolvers();
    return this.#over.promise;
  }
}
