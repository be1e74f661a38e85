/** Stops an account from sending into an outage: after a failure of the line it waits, then lets one message try. */
import type { SmsError } from '../sms/errors';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;
/** 503 may be about one recipient; from this many recipients in a row it is about the vendor. */
const RECIPIENTS = 3;

export class Breaker {
  #failures = 0;
  #since = 0;
  #until = 0;
  /** The latest time that it was told. */
  #now = 0;
  #recipients = new Set<string>();

  /** Milliseconds until something may be tried. */
  wait(now: number): number {
    this.#follow(now);
    return Math.max(0, this.#until - now);
  }

  /** How many more messages may be under way beside those that are: one at a time until the vendor is known to be back. */
  places(now: number, most: number, running: number): number {
    if (this.wait(now) > 0) return 0;
    return Math.max(0, (this.#failures > 0 ? Math.min(1, most) : most) - running);
  }

  /** Milliseconds since the line first failed, with no answer since then; 0 while it works. */
  downFor(now: number): number {
    this.#follow(now);
    return this.#failures > 0 ? now - this.#since : 0;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#until = 0;
    this.#recipients.clear();
  }

  /** Only what concerns the line trips it: a definite no is an answer. */
  failed(error: SmsError, to: string, now: number): void {
    // It says nothing of the vendor.
    if (error.code === 'SMS_STORE') return;
    if (!error.retryable) {
      this.succeeded();
      return;
    }
    this.#recipients.add(to);
    const ofTheLine = error.httpStatus === undefined || error.code === 'SMS_RATE_LIMITED';
    if (!ofTheLine && this.#recipients.size < RECIPIENTS) return;
    this.#follow(now);
    if (this.#failures === 0) this.#since = now;
    // Those that were under way together fail together: that is one failure of the line.
    if (this.#failures === 0 || this.wait(now) === 0) this.#failures += 1;
    else if (error.retryAfter === undefined) return;
    this.#until = Math.max(this.#until, now + (error.retryAfter ?? backoff(this.#failures)));
  }

  /** A clock that was put back does not make an outage last longer. */
  #follow(now: number): void {
    const back = this.#now - now;
    if (back > 0) {
      this.#since -= back;
      this.#until -= back;
    }
    this.#now = now;
  }
}

/** Milliseconds before the next try after so many failures: doubling, with jitter so that many do not return at once. */
export function backoff(failures: number): number {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 20));
  return longest * (0.5 + Math.random() / 2);
}
