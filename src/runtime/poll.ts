/** Work that a node repeats: at an interval, when a message asks for it, never twice at once, and not after its end. */
import type { Node } from 'node-red';

export class Repeater {
  #work: () => Promise<void>;
  #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  /**
   * @param interval milliseconds between the end of one round and the start of the next; 0 for none
   * @param work must not reject
   */
  constructor(node: Node, interval: number, work: () => Promise<void>) {
    this.#work = work;
    this.#interval = Math.min(interval, LONGEST_TIMER);
    node.on('close', (_removed: boolean, done: () => void) => {
      this.#closed = true;
      clearTimeout(this.#timer);
      Promise.resolve(this.#running).finally(done);
    });
    if (interval > 0) this.#plan(Math.min(interval, FIRST_ROUND_AFTER));
  }

  /** Does something else in between, after the round that is running; what it throws is the caller's. */
  async between<T>(work: () => Promise<T>): Promise<T> {
    while (this.#running) await this.#running;
    const result = work();
    this.#running = result.then(nothing, nothing).finally(() => {
      this.#running = undefined;
    });
    return result;
  }

  async #round(): Promise<void> {
    if (this.#closed) return;
    await this.between(this.#work);
    this.#plan(this.#interval);
  }

  #plan(wait: number): void {
    if (this.#closed || this.#interval === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#round().catch(nothing), wait);
  }
}

/** So that the first round of a long interval does not wait for all of it. */
const FIRST_ROUND_AFTER = 1000;

/** A longer time makes setTimeout fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

function nothing(): void {}
