/** Calls to the vendor, and how many more there may be: a vendor that hangs leaves room for what tries whether it is back. */
import type { Breaker } from './breaker';
import type { Clock } from './clock';

/** Milliseconds until a look-up for which there was no place is tried again; as long as none has ended, if that is longer. */
const PUT_OFF = 250;
const LONGEST_PUT_OFF = 4000;

export class Places {
  #breaker: Breaker;
  #clock: Clock;
  #concurrency: number;
  /** How many calls with messages the vendor has not answered. */
  #sending = 0;
  /** How many look-ups are under way. */
  #lookingUp = 0;
  /** When the last one began or ended, epoch milliseconds. */
  #lookedUpAt = 0;
  /** How many of the messages that are being taken in have a place. */
  #promised = 0;

  /** @param concurrency calls under way at once */
  constructor(breaker: Breaker, clock: Clock, concurrency: number) {
    this.#breaker = breaker;
    this.#clock = clock;
    this.#concurrency = concurrency;
  }

  /** For calls with messages. */
  free(now: number): number {
    const sending = this.#sending + this.#promised;
    const left = this.#concurrency - this.#underWay - this.#promised;
    return Math.min(this.#breaker.places(now, this.#concurrency, sending), left);
  }

  /** For look-ups: many messages may be unknown together. */
  get freeToLookUp(): number {
    return Math.min(Math.max(1, this.#concurrency - 1) - this.#lookingUp, this.#concurrency - this.#underWay);
  }

  /** For calls with messages that were claimed together with so many look-ups. */
  besides(lookups: number, free: number): number {
    return Math.min(free, Math.max(0, this.#concurrency - this.#underWay - lookups));
  }

  /** For messages that are being taken in; fewer when they are. */
  promise(more: number): void {
    this.#promised += more;
  }

  /** A call with messages begins. Returns what is told when the vendor has answered it: the first time that is true. */
  send(): () => boolean {
    this.#sending += 1;
    let isUnderWay = true;
    return () => {
      if (!isUnderWay) return false;
      isUnderWay = false;
      this.#sending -= 1;
      return true;
    };
  }

  /** A look-up begins. Returns what ends it. */
  lookUp(): () => void {
    this.#lookUps(1);
    return () => this.#lookUps(-1);
  }

  /** Many may wait for a vendor that hangs, and each time that one of them is put off it is stored. */
  get putOffUntil(): number {
    const now = this.#clock.now();
    return now + Math.min(Math.max(PUT_OFF, now - this.#lookedUpAt), LONGEST_PUT_OFF);
  }

  /** One that was answered makes room for the next while its end is stored. */
  get #underWay(): number {
    return this.#sending + this.#lookingUp;
  }

  #lookUps(more: 1 | -1): void {
    this.#lookingUp += more;
    this.#lookedUpAt = this.#clock.now();
  }
}
