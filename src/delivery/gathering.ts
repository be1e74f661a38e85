/** Lets what does not have to be kept at once be kept together: a store makes one commit of what comes in one turn. */
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds. */
const GATHERING = 50;

export class Gathering<T> {
  #keep: (all: readonly T[]) => Promise<void>;
  #waiting: T[] = [];
  #next: Promise<void> | undefined;

  /** @param keep takes what came within a short while */
  constructor(keep: (all: readonly T[]) => Promise<void>) {
    this.#keep = keep;
  }

  /** The promise that is made when something begins to wait, for all that comes until it is kept; undefined for the others. */
  add(one: T): Promise<void> | undefined {
    this.#waiting.push(one);
    if (this.#next) return undefined;
    this.#next = pause(GATHERING).then(() => this.#flush());
    return this.#next;
  }

  #flush(): Promise<void> {
    const all = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    return this.#keep(all);
  }
}
