/** The rate of an account over all processes that share its store: a message leaves in a slot that was taken there. */
import { setTimeout as pause } from 'node:timers/promises';
import { SmsError } from '../sms/errors';
import type { RateStore } from '../store';

/** Milliseconds in which a slot is used, or lost. */
const GOOD_FOR = 50;
/**
 * Milliseconds that are added to each second: as messages leave a little after their slots, some more and some less,
 * no second sees more of them than the rate says.
 */
const LEEWAY = GOOD_FOR;

export interface Slot {
  /** Milliseconds of a clock that is never put back. */
  at: number;
  /** How many messages may leave. */
  messages: number;
}

export interface SlotsOptions {
  rates: RateStore;
  account: string;
  /** Messages a second. */
  rate: number;
  /** Waits for what a message needs in order to leave at once; never rejects. */
  ready(): Promise<void>;
}

export class Slots {
  #rates: RateStore;
  #account: string;
  #spacing: number;
  #ready: () => Promise<void>;
  /** It is known that none is to be had before. */
  #next = 0;
  /** Given back. */
  #left: Slot = { at: 0, messages: 0 };
  #slots = new WeakMap<object, Slot>();
  #line: Promise<unknown> = Promise.resolve();

  constructor({ rates, account, rate, ready }: SlotsOptions) {
    this.#rates = rates;
    this.#account = account;
    this.#spacing = (1000 + LEEWAY) / rate;
    this.#ready = ready;
  }

  /** Milliseconds until it is of use to ask for one. */
  wait(): number {
    const now = performance.now();
    return isGood(this.#left, now) ? 0 : Math.max(0, this.#next - now);
  }

  /** A slot for so many messages, or fewer; null while it is not its time. @throws SmsError SMS_STORE */
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

  /** So many messages did not leave in it: others may. */
  giveBack({ at }: Slot, messages: number): void {
    if (messages > 0) this.#left = { at, messages };
  }

  /** These messages are to leave in it. */
  assign(slot: Slot, messages: readonly object[]): void {
    for (const message of messages) this.#slots.set(message, slot);
  }

  /** Waits for a slot, if the one that these messages had is lost by now. @throws as {@link turn} */
  async renew(messages: readonly object[], signal: AbortSignal): Promise<void> {
    await this.#ready();
    const now = performance.now();
    const isReady = messages.every((message) => isGood(this.#slots.get(message), now));
    if (!isReady) await this.turn(messages.length, signal);
  }

  /**
   * Waits for slots for so many messages, behind those who wait already.
   * @throws SmsError SMS_STORE; SMS_UNREACHABLE when the signal comes first
   */
  turn(messages: number, signal: AbortSignal): Promise<void> {
    const turn = this.#line.then(() => this.#turn(messages, signal));
    this.#line = turn.catch(() => {});
    return turn;
  }

  async #turn(messages: number, signal: AbortSignal): Promise<void> {
    for (let left = messages; left > 0; ) {
      if (signal.aborted) throw isClosing();
      const slot = await this.take(left);
      left -= slot?.messages ?? 0;
      if (!slot) await pause(Math.max(1, this.wait()), undefined, { signal }).catch(() => {});
    }
  }
}

function isGood(slot: Slot | undefined, now: number): boolean {
  return slot !== undefined && slot.messages > 0 && now - slot.at <= GOOD_FOR;
}

/** It may be sent later. */
function isClosing(): SmsError {
  return new SmsError('SMS_UNREACHABLE', 'The account is being closed; nothing was sent.', { retryable: true });
}
