/** The rate of an account over all processes that share its store: a message leaves in a slot that was taken there. */
import type { RateStore } from '../store';
import { GOOD_FOR, isGood, Leaving, type Pace, type Slot } from './leaving';

/**
 * Milliseconds that are added to each second: as messages leave a little after their slots, some more and some less,
 * no second sees more of them than the rate says.
 */
const LEEWAY = GOOD_FOR;

export interface SlotsOptions {
  rates: RateStore;
  account: string;
  /** Messages a second. */
  rate: number;
  /** As {@link Pace} has it. */
  ready(): Promise<void>;
}

export class Slots implements Pace {
  readonly leaving: Leaving;
  #rates: RateStore;
  #account: string;
  #spacing: number;
  #ready: () => Promise<void>;
  /** It is known that none is to be had before. */
  #next = 0;
  /** Given back. */
  #left: Slot = { at: 0, messages: 0 };

  constructor({ rates, account, rate, ready }: SlotsOptions) {
    this.#rates = rates;
    this.#account = account;
    this.#spacing = (1000 + LEEWAY) / rate;
    this.#ready = ready;
    this.leaving = new Leaving(this);
  }

  ready(): Promise<void> {
    return this.#ready();
  }

  wait(): number {
    const now = performance.now();
    return isGood(this.#left, now) ? 0 : Math.max(0, this.#next - now);
  }

  async take(messages: number): Promise<Slot | null> {
    if (this.wait() > 0) return null;
    await this.#ready();
    if (this.wait() > 0) return null;
    const at = performance.now();
    const left = this.#left;
    this.#left = { at: 0, messages: 0 };
    if (isGood(left, at)) {
      this.giveBack(left, left.messages - messages);
      return { at: left.at, messages: Math.min(messages, left.messages) };
    }
    const wait = await this.#rates.take(this.#account, this.#spacing, messages);
    this.#next = Math.max(this.#next, wait > 0 ? performance.now() + wait : at + this.#spacing * messages);
    return wait > 0 ? null : { at, messages };
  }

  /** Another process may have taken one. */
  revive(): boolean {
    return false;
  }

  /** So many messages did not leave in it: others may. */
  giveBack({ at }: Slot, messages: number): void {
    if (messages > 0) this.#left = { at, messages };
  }
}
