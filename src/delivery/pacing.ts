/** The speed of an account: when its messages may leave. */
import type { Store } from '../store';
import { isClosing } from './calls';
import { GOOD_FOR, type Leaving } from './leaving';
import { Limiter } from './limiter';
import { Slots } from './slots';

export interface PacingOptions {
  account: string;
  store: Store;
  /** Messages a second; 0 for no limit. */
  rate: number;
  /** Waits for what a message needs in order to leave at once; never rejects. */
  ready(): Promise<void>;
  /** The account is being closed. */
  signal: AbortSignal;
}

export class Pacing {
  /** Sets no limit where there are slots. */
  readonly limiter: Limiter;
  /** Where the store keeps the rate for several processes. */
  readonly slots: Slots | null;
  /** Null without a rate. */
  #leaving: Leaving | null;
  #signal: AbortSignal;

  constructor({ account, store: { rates }, rate, ready, signal }: PacingOptions) {
    this.slots = rates && rate > 0 ? new Slots({ rates, account, rate, ready }) : null;
    this.limiter = new Limiter(this.slots ? 0 : rate, ready);
    this.#leaving = rate > 0 ? (this.slots ?? this.limiter).leaving : null;
    this.#signal = signal;
  }

  /** Where messages need not wait. */
  get isUnlimited(): boolean {
    return this.#leaving === null;
  }

  /** Waits for a slot; false when that took no more than a moment. @throws SmsError */
  async turn(): Promise<boolean> {
    const began = performance.now();
    await this.#leaving?.turn(1, this.#signal).catch((error) => {
      throw this.#signal.aborted ? isClosing() : error;
    });
    return performance.now() - began > GOOD_FOR;
  }

  /** Waits for another slot, if the one that these messages had is lost by now. @throws SmsError */
  async renew(messages: readonly object[]): Promise<void> {
    await this.#leaving?.renew(messages, this.#signal);
  }
}
