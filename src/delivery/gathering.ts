/** Lets what does not have to be kept at once be kept together: a store makes one commit of what comes in one turn. */
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds. */
const GATHERING = 200;

export class Gathering {
  #next: Promise<void> | undefined;

  /** Resolves after a short while, for all who wait in the same turn of the event loop. */
  turn(): Promise<void> {
    this.#next ??= pause(GATHERING).then(() => {
      this.#next = undefined;
    });
    return this.#next;
  }
}
