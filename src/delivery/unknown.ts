/**
 * A message of which nobody knows whether it was sent is looked up at the vendor, several times, as its list lags. When all
 * of them have found nothing, the account's choice decides: it is held for a person, sent again or dropped.
 */
import type { Accepted } from '../providers/provider';
import { type SmsError, toSmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';
import { type Breaker, backoff } from './breaker';
import { said, unanswered, uncertainError } from './endings';
import type { OutboxOptions, Settlement } from './outbox-options';

/** How long after the last look-up the vendor is asked again, when it did not answer one. */
const LOOK_UP_LONGER = 2 * 60_000;
/** From so many look-ups on that were not answered the pauses grow no more: they are 8 to 16 seconds then. */
const MOST_DOUBLED = 6;

/** What may come of it. */
export interface Fates {
  end(settlement: Settlement): Promise<void>;
  /** Kept for a person. */
  hold(entry: OutboxEntry, error: SmsError): Promise<void>;
  /** To be taken up at its time. */
  save(entry: OutboxEntry): Promise<void>;
  /** Ended, and true, where the vendor's yes is known without asking. */
  endAsRecalled(entry: OutboxEntry): Promise<boolean>;
}

export class Unknown {
  #options: OutboxOptions;
  #breaker: Breaker;
  #fates: Fates;
  /** By reference, how many in a row were not answered. */
  #unanswered = new Map<string, number>();
  /** Since when the vendor has answered none; Infinity while it does. */
  #unansweredSince = Number.POSITIVE_INFINITY;

  constructor(options: OutboxOptions, breaker: Breaker, fates: Fates) {
    this.#options = options;
    this.#breaker = breaker;
    this.#fates = fates;
  }

  /** Of a message that has come to its end. */
  forget(reference: string): void {
    this.#unanswered.delete(reference);
  }

  /** An attempt has ended so that it may have been sent: from now on it is looked up. */
  async begin(entry: OutboxEntry, error: SmsError): Promise<void> {
    entry.state = 'unknown';
    entry.lookups = 0;
    entry.said = said(error);
    if (this.#options.lookup === null) {
      if (!(await this.#fates.endAsRecalled(entry))) await this.#stillUnknown(entry, error);
      return;
    }
    entry.notBefore = this.#at(entry, 0);
    await this.#fates.save(entry);
  }

  async lookUp(entry: OutboxEntry): Promise<void> {
    const { lookup, lookups, clock } = this.#options;
    const outOfSight = this.#options.outOfSight(entry);
    if (outOfSight) return this.#undecided(entry, outOfSight);
    // Many may be unknown together, and a vendor that hangs takes long to answer none of them.
    if (this.#isOver(entry) && clock.now() - this.#unansweredSince >= LOOK_UP_LONGER) {
      return this.#stillUnknown(entry, unanswered());
    }
    const failures = 1 + (this.#unanswered.get(entry.reference) ?? 0);
    this.#unanswered.delete(entry.reference);
    let accepted: Accepted | null;
    try {
      accepted = (await lookup?.(entry)) ?? null;
    } catch (thrown) {
      return this.#failed(entry, toSmsError(thrown), failures);
    }
    this.#unansweredSince = Number.POSITIVE_INFINITY;
    if (accepted) return this.#fates.end({ entry, accepted });
    entry.lookups += 1;
    if (entry.lookups >= Math.max(1, lookups.length)) return this.#stillUnknown(entry);
    entry.notBefore = Math.max(clock.now() + 1, this.#at(entry, entry.lookups));
    await this.#fates.save(entry);
  }

  /** One that was not answered says nothing about the message: it is made again, for a while. */
  #failed(entry: OutboxEntry, error: SmsError, failures: number): Promise<void> {
    const { clock } = this.#options;
    if (error.code === 'SMS_RATE_LIMITED') this.#breaker.refused(error, clock.now());
    this.#unansweredSince = Math.min(this.#unansweredSince, clock.now());
    if (!error.retryable || this.#isOver(entry)) return this.#stillUnknown(entry, error);
    this.#unanswered.set(entry.reference, failures);
    entry.notBefore = clock.now() + Math.max(error.retryAfter ?? 0, backoff(Math.min(failures, MOST_DOUBLED)));
    return this.#fates.save(entry);
  }

  async #stillUnknown(entry: OutboxEntry, cause?: SmsError): Promise<void> {
    const { lookup, clock } = this.#options;
    // A vendor that has a record is never sent a copy before the record was read.
    const isBlind = lookup !== null && entry.lookups === 0;
    const uncertain = this.#options.uncertain === 'resend' && isBlind ? 'hold' : this.#options.uncertain;
    if (uncertain === 'resend') {
      entry.state = 'waiting';
      entry.notBefore = clock.now() + backoff(entry.attempts);
      return this.#fates.save(entry);
    }
    return this.#undecided(entry, cause);
  }

  #undecided(entry: OutboxEntry, cause?: SmsError): Promise<void> {
    const uncertain = this.#options.uncertain === 'drop' ? 'drop' : 'hold';
    const error = uncertainError(entry, uncertain, cause);
    return uncertain === 'drop' ? this.#fates.end({ entry, error }) : this.#fates.hold(entry, error);
  }

  /** It was to be looked up for so long, and no longer. */
  #isOver({ startedAt }: OutboxEntry): boolean {
    const { clock, lookups } = this.#options;
    return clock.since(startedAt) >= this.#delay(lookups.length - 1) + LOOK_UP_LONGER;
  }

  #at({ startedAt }: OutboxEntry, nth: number): number {
    const { clock } = this.#options;
    return clock.now() + this.#delay(nth) - clock.since(startedAt);
  }

  #delay(nth: number): number {
    const { lookups } = this.#options;
    return (lookups[nth] ?? 0) * 1000;
  }
}
