/**
 * Stops an account from sending into an outage: after some failures in a row it waits, and then lets one message try
 * until one is answered. A vendor that answers some calls and fails others is not out; one that asks for a pause gets it.
 */
import type { SmsError } from '../sms/errors';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;
/**
 * Calls that failed in a row, with no answer between them, from which on it is about the vendor: one connection breaks,
 * one message is too much for a vendor. What is answered by a failure may be about its recipient, and counts once for each.
 */
const STRIKES = 3;
/** Milliseconds without a call after which a failure says nothing any more. */
const FORGOTTEN_AFTER = 2 * LONGEST_PAUSE;

export class Breaker {
  /** In a row, with no answer since the first. */
  #pauses = 0;
  #until = 0;
  /** Until when the vendor wants no calls, and since when. */
  #asked = 0;
  #askedSince = 0;
  /** When the first of the failures in a row was, and the last. */
  #since = 0;
  #last = 0;
  /** The latest time that it was told. */
  #now = 0;
  /** Calls without an answer. */
  #lost = 0;
  /** To whom a call was answered by a failure. */
  #recipients = new Set<string>();

  /** Milliseconds until something may be tried. */
  wait(now: number): number {
    this.#follow(now);
    return Math.max(0, this.#until - now, this.#asked - now);
  }

  /** How many more messages may be under way beside those that are: one at a time until the vendor is known to be back. */
  places(now: number, most: number, running: number): number {
    if (this.wait(now) > 0) return 0;
    return Math.max(0, (this.#pauses > 0 ? Math.min(1, most) : most) - running);
  }

  /**
   * Milliseconds since the first failure of an outage, with no answer since then, or since the vendor wants no calls; 0
   * while it takes them.
   */
  downFor(now: number): number {
    this.#follow(now);
    const failing = this.#pauses > 0 ? now - this.#since : 0;
    return this.#asked > now ? Math.max(failing, now - this.#askedSince) : failing;
  }

  /** The vendor is there; a pause that it has asked for holds all the same. */
  succeeded(): void {
    this.#pauses = 0;
    this.#until = 0;
    this.#forget();
  }

  /** The vendor refuses calls because there are too many of them: whatever they are for, it gets its pause. */
  refused(error: SmsError, now: number): void {
    this.#follow(now);
    if (this.#asked <= now) this.#askedSince = now;
    this.#asked = Math.max(this.#asked, now + (error.retryAfter ?? backoff(Math.max(1, this.#pauses))));
  }

  /** One call with a message failed. Only what concerns the line counts: a definite no is an answer. */
  failed(error: SmsError, to: string, now: number): void {
    // It says nothing of the vendor.
    if (error.code === 'SMS_STORE') return;
    if (!error.retryable) {
      this.succeeded();
      return;
    }
    this.#follow(now);
    this.#count(error, to, now);
    const isAsked = error.code === 'SMS_RATE_LIMITED';
    const isOut = this.#pauses > 0 || this.#lost + this.#recipients.size >= STRIKES;
    if (!isAsked && !isOut) return;
    // Those that were under way together fail together: that is one failure of the line.
    const isLater = this.#pauses === 0 || this.wait(now) === 0;
    if (isLater) this.#pauses += 1;
    if (isAsked) this.refused(error, now);
    else if (isLater || error.retryAfter !== undefined) {
      this.#until = Math.max(this.#until, now + (error.retryAfter ?? backoff(this.#pauses)));
    }
  }

  #count({ httpStatus }: SmsError, to: string, now: number): void {
    if (this.#pauses === 0 && now - this.#last > FORGOTTEN_AFTER) this.#forget();
    if (this.#lost + this.#recipients.size === 0) this.#since = now;
    this.#last = now;
    if (httpStatus === undefined) this.#lost += 1;
    else this.#recipients.add(to);
  }

  #forget(): void {
    this.#lost = 0;
    this.#recipients.clear();
  }

  /** A clock that was put back does not make an outage last longer. */
  #follow(now: number): void {
    const back = this.#now - now;
    if (back > 0) {
      this.#since -= back;
      this.#last -= back;
      this.#until -= back;
      this.#asked -= back;
      this.#askedSince -= back;
    }
    this.#now = now;
  }
}

/** Milliseconds before the next try after so many failures: doubling, with jitter so that many do not return at once. */
export function backoff(failures: number): number {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 20));
  return longest * (0.5 + Math.random() / 2);
}
