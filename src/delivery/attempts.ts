/** One attempt with a message and what follows from it: settled, tried again, handed over, looked up, held. */
import type { Accepted } from '../providers/provider';
import { SmsError, toSmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';
import { callsOf, refusedTogether } from './batches';
import { type Breaker, backoff } from './breaker';
import type { OutboxOptions, Settlement } from './outbox';

/** How long after the last look-up the vendor is asked again, when it did not answer one. */
const LOOK_UP_LONGER = 2 * 60_000;
export const STORE_PAUSE = 1000;

export class Attempts {
  #options: OutboxOptions;
  #breaker: Breaker;
  #closed = false;
  /** References of messages that were refused together with others: each goes in a call of its own. */
  #alone = new Set<string>();

  constructor(options: OutboxOptions, breaker: Breaker) {
    this.#options = options;
    this.#breaker = breaker;
  }

  /** A store that fails is waited for no longer. */
  close(): void {
    this.#closed = true;
  }

  /** What goes in one call: messages of one key, no more than the vendor takes. */
  calls(entries: readonly OutboxEntry[]): OutboxEntry[][] {
    const { batch, batchKey } = this.#options;
    return callsOf(entries, batch, (entry) => (this.#alone.has(entry.reference) ? entry.reference : batchKey(entry)));
  }

  async make(entries: readonly OutboxEntry[]): Promise<void> {
    const answers = await this.#answers(entries);
    const together = refusedTogether(entries, answers);
    for (const [i, entry] of entries.entries()) {
      const answer = answers[i] ?? brokenOff(new Error('the vendor did not answer for this message'));
      if (!(answer instanceof SmsError)) {
        this.#breaker.succeeded();
        await this.#end({ entry, accepted: answer });
        continue;
      }
      this.#breaker.failed(answer, entry.to, Date.now());
      if (answer.outcome === 'unknown') await this.#becomeUnknown(entry, answer);
      else if (together.has(entry)) await this.#tryAlone(entry);
      else await this.#notSent(entry, answer);
    }
  }

  async #answers(entries: readonly OutboxEntry[]): Promise<(Accepted | SmsError)[]> {
    try {
      return await this.#options.send(entries);
    } catch (thrown) {
      const error = thrown instanceof SmsError ? thrown : brokenOff(thrown);
      return entries.map(() => error);
    }
  }

  async #tryAlone(entry: OutboxEntry): Promise<void> {
    this.#alone.add(entry.reference);
    entry.state = 'waiting';
    entry.notBefore = Date.now();
    await this.#save(entry);
  }

  async #notSent(entry: OutboxEntry, error: SmsError): Promise<void> {
    const now = Date.now();
    entry.unsentSince ??= entry.startedAt;
    entry.said = said(error);
    const unsentFor = Math.max(now - entry.unsentSince, this.#breaker.downFor(now));
    const tooLong = error.retryable && unsentFor >= this.#options.failoverAfter * 1000;
    if ((error.accountRefused || tooLong) && (await this.failOver(entry))) return;
    if (!error.retryable) return this.#end({ entry, error });
    entry.state = 'waiting';
    entry.notBefore = now + (error.retryAfter ?? backoff(entry.attempts));
    const failover = entry.unsentSince + this.#options.failoverAfter * 1000;
    if (entry.fallback.length > 0 && failover > now) entry.notBefore = Math.min(entry.notBefore, failover);
    await this.#save(entry);
  }

  async failOver(entry: OutboxEntry): Promise<boolean> {
    const { handOver, store } = this.#options;
    for (let account = entry.fallback.shift(); account !== undefined; account = entry.fallback.shift()) {
      if (account === entry.account || !handOver(account)) continue;
      const next = account;
      // Whether the next vendor can schedule or not, the outbox can.
      const notBefore = Math.max(Date.now(), entry.at ?? 0);
      Object.assign(entry, { state: 'waiting', notBefore, unsentSince: null });
      this.#alone.delete(entry.reference);
      await this.#kept(() => store.move(entry, next));
      handOver(next);
      return true;
    }
    return false;
  }

  async #becomeUnknown(entry: OutboxEntry, error: SmsError): Promise<void> {
    entry.state = 'unknown';
    entry.lookups = 0;
    entry.said = said(error);
    if (this.#options.lookup === null) return this.#stillUnknown(entry, error);
    entry.notBefore = entry.startedAt + this.#lookupDelay(0);
    await this.#save(entry);
  }

  /** The list of the vendor lags: an attempt that is not in it may still come. */
  async lookUp(entry: OutboxEntry): Promise<void> {
    const { lookup, lookups } = this.#options;
    let accepted: Accepted | null;
    try {
      accepted = (await lookup?.(entry)) ?? null;
    } catch (thrown) {
      const error = toSmsError(thrown);
      const last = this.#lookupDelay(this.#options.lookups.length - 1);
      const isOver = Date.now() >= entry.startedAt + last + LOOK_UP_LONGER;
      if (!error.retryable || isOver) return this.#stillUnknown(entry, error);
      // A look-up that was not answered says nothing about the message: it is made again, for a while.
      entry.notBefore = Date.now() + backoff(6);
      return this.#save(entry);
    }
    if (accepted) return this.#end({ entry, accepted });
    entry.lookups += 1;
    if (entry.lookups >= Math.max(1, lookups.length)) return this.#stillUnknown(entry);
    entry.notBefore = Math.max(Date.now() + 1, entry.startedAt + this.#lookupDelay(entry.lookups));
    await this.#save(entry);
  }

  #lookupDelay(nth: number): number {
    const { lookups } = this.#options;
    return (lookups[nth] ?? 0) * 1000;
  }

  async #stillUnknown(entry: OutboxEntry, cause?: SmsError): Promise<void> {
    const { lookup } = this.#options;
    // A vendor that has a record is never sent a copy before the record was read.
    const isBlind = lookup !== null && entry.lookups === 0;
    const uncertain = this.#options.uncertain === 'resend' && isBlind ? 'hold' : this.#options.uncertain;
    if (uncertain === 'resend') {
      entry.state = 'waiting';
      entry.notBefore = Date.now() + backoff(entry.attempts);
      return this.#save(entry);
    }
    const error = uncertainError(entry, uncertain, cause);
    if (uncertain === 'drop') return this.#end({ entry, error });
    entry.state = 'held';
    await this.#save(entry);
    this.settle({ entry, error });
  }

  async #end(settlement: Settlement): Promise<void> {
    await this.#kept(() => this.#options.store.remove(settlement.entry.reference));
    this.settle(settlement);
  }

  #save(entry: OutboxEntry): Promise<void> {
    return this.#kept(() => this.#options.store.save(entry));
  }

  /** What happened at the vendor cannot be undone: a store that cannot write it down is asked until it can. */
  async #kept(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (this.#closed) throw error;
        this.#options.troubled(toSmsError(error, 'SMS_STORE'));
        await new Promise((resolve) => setTimeout(resolve, STORE_PAUSE));
      }
    }
  }

  settle(settlement: Settlement): void {
    this.#alone.delete(settlement.entry.reference);
    try {
      this.#options.settled(settlement);
    } catch (error) {
      this.#options.troubled(toSmsError(error));
    }
  }
}

/** Nobody knows how far the attempt had come when something broke that was not foreseen. */
export function brokenOff(thrown: unknown): SmsError {
  return new SmsError('SMS_UNCERTAIN', `The attempt broke off: ${toSmsError(thrown).message}`, {
    outcome: 'unknown',
    cause: thrown,
  });
}

/** The vendor's own facts, for the day when the message is given up. */
function said({ providerCode, providerMessage, correlationId, httpStatus }: SmsError): OutboxEntry['said'] {
  return { providerCode, providerMessage, correlationId, httpStatus };
}

function uncertainError(
  { to, lookups, said: facts }: OutboxEntry,
  uncertain: 'hold' | 'drop',
  cause?: SmsError,
): SmsError {
  const looked = lookups > 0 ? ` It was not on the vendor's record in ${lookups} look-ups.` : '';
  const why = cause ? ` ${cause.message}` : '';
  const kept = uncertain === 'hold' ? 'It is held and will not be sent again by itself.' : 'It is dropped.';
  return new SmsError(
    'SMS_UNCERTAIN',
    `It is not known whether the message to ${to} was sent.${looked}${why} ${kept}`,
    { outcome: 'unknown', cause, ...facts },
  );
}
