/** How messages leave at the rate of their account: each in a slot of its own, soon, or else in a later one. */
import { setTimeout as pause } from 'node:timers/promises';
import { SmsError } from '../sms/errors';

/** Milliseconds in which a slot is used, or lost. */
export const GOOD_FOR = 50;

export interface Slot {
  /** Milliseconds of a clock that is never put back. */
  at: number;
  /** How many messages may leave. */
  messages: number;
}

/** What gives the slots. */
export interface Pace {
  /** Milliseconds until it is of use to ask for one. */
  wait(): number;
  /** A slot for so many messages, or fewer; null while it is not its time. @throws SmsError SMS_STORE */
  take(messages: number): Promise<Slot | null> | Slot | null;
  /** Whether one that was lost may be used now all the same, as none was taken since. */
  revive(slot: Slot): boolean;
  /** Waits for what a message needs in order to leave at once; never rejects. */
  ready(): Promise<void>;
}

export class Leaving {
  #pace: Pace;
  #slots = new WeakMap<object, Slot>();
  #line: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** How many wait for a slot. */
  get waiting(): number {
    return this.#waiting;
  }

  /** These messages are to leave in it. */
  assign(slot: Slot, messages: readonly object[]): void {
    for (const message of messages) this.#slots.set(message, slot);
  }

  /** Waits for a slot, if the one that these messages had is lost by now. @throws as {@link turn} */
  async renew(messages: readonly object[], signal: AbortSignal): Promise<void> {
    await this.#pace.ready();
    const now = performance.now();
    const slots = new Set(messages.map((message) => this.#slots.get(message)));
    const isReady = [...slots].every((slot) => isGood(slot, now) || (slot && this.#pace.revive(slot)));
    if (!isReady) await this.turn(messages.length, signal);
  }

  /**
   * Waits for slots for so many messages, behind those who wait already. A timer that is late, as the process stood
   * still, lets one go and not all of them.
   * @throws SmsError SMS_STORE; SMS_UNREACHABLE when the signal comes first
   */
  async turn(messages: number, signal: AbortSignal): Promise<void> {
    this.#waiting += messages;
    const turn = this.#line.then(() => this.#turn(messages, signal));
    this.#line = turn.catch(() => {});
    return turn;
  }

  async #turn(messages: number, signal: AbortSignal): Promise<void> {
    let left = messages;
    try {
      while (left > 0) {
        if (signal.aborted) throw isClosing();
        const slot = await this.#pace.take(left);
        left -= slot?.messages ?? 0;
        this.#waiting -= slot?.messages ?? 0;
        if (!slot) await pause(Math.max(1, this.#pace.wait()), undefined, { signal }).catch(() => {});
      }
    } finally {
      this.#waiting -= left;
    }
  }
}

export function isGood(slot: Slot | undefined, now: number): boolean {
  return slot !== undefined && slot.messages > 0 && now - slot.at <= GOOD_FOR;
}

/** It may be sent later. */
function isClosing(): SmsError {
  return new SmsError('SMS_UNREACHABLE', 'The account is being closed; nothing was sent.', { retryable: true });
}
