/**
 * Work that one process at a time does, of those that share a store. A store of this process alone costs nothing: there
 * whoever works sees to it that it does not work twice.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../store';
import { LIFE } from './life';

/** Milliseconds. */
export interface LeaseTimes {
  /** After which the work of a process that died is another's. */
  lasts: number;
  /** Between two looks whether it is free. */
  look: number;
}

const STANDARD: LeaseTimes = { lasts: 15_000, look: 200 };
/** How often it is renewed while it lasts. */
const RENEWALS = 3;
const SCOPE = 'lease';
/** A turn ends a little before the next one, which may come a little early. */
const TURN = 0.9;

export class Lease {
  #store: Pick<Store, 'marks' | 'rates'>;
  #name: string;
  #times: LeaseTimes;

  /** @param name the same in all processes, and for this work alone; ASCII */
  constructor(store: Pick<Store, 'marks' | 'rates'>, name: string, times = STANDARD) {
    this.#store = store;
    this.#name = name;
    this.#times = times;
  }

  /**
   * Does the work while nobody else does, or returns null when it was another's for so long.
   * @param patience milliseconds to wait for it
   * @throws SmsError SMS_STORE, and what the work throws
   */
  async during<T>(work: () => Promise<T>, patience = 0): Promise<T | null> {
    const { marks, rates } = this.#store;
    if (rates === null) return work();
    const { lasts, look } = this.#times;
    const end = Date.now() + patience;
    while (!(await marks.add(SCOPE, this.#name, lasts, LIFE))) {
      if (Date.now() >= end) return null;
      await pause(Math.min(look, end - Date.now()));
    }
    const renewing = setInterval(() => this.#renew(), lasts / RENEWALS).unref();
    try {
      return await work();
    } finally {
      clearInterval(renewing);
      await this.#letGo();
    }
  }

  /** Is it this process that does now what all of them together do once in so many milliseconds? */
  async turn(every: number): Promise<boolean> {
    const { marks, rates } = this.#store;
    return rates === null || (await marks.add('turn', this.#name, every * TURN, LIFE));
  }

  /** A store that is out of reach for a moment is asked again; beyond that, it is another's. */
  #renew(): void {
    const { marks } = this.#store;
    this.#isOurs()
      .then((isOurs) => (isOurs ? marks.set(SCOPE, this.#name, LIFE, this.#times.lasts) : undefined))
      .catch(() => {});
  }

  /** A store that does not let go now does by itself in a while. */
  async #letGo(): Promise<void> {
    try {
      if (await this.#isOurs()) await this.#store.marks.remove(SCOPE, this.#name);
    } catch {
      // It ends by itself.
    }
  }

  async #isOurs(): Promise<boolean> {
    return (await this.#store.marks.get(SCOPE, this.#name)) === LIFE;
  }
}
