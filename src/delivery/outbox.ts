/**
 * The outbox: takes messages into the store before anything else happens, and settles each one once. What was not
 * sent is tried again, what may have been sent is looked up at the vendor first.
 */
import type { Accepted } from '../providers/provider';
import { SmsError, toSmsError } from '../sms/errors';
import type { OutboxEntry, OutboxStore } from '../store';
import { Breaker, backoff } from './breaker';
import type { Limiter } from './limiter';

/** How one message ended: accepted, or an error that says why not. */
export type Settlement =
  | { entry: OutboxEntry; accepted: Accepted; error?: undefined }
  | { entry: OutboxEntry; error: SmsError; accepted?: undefined };

export interface OutboxOptions {
  account: string;
  store: OutboxStore;
  limiter: Limiter;
  /** Messages under way at once. */
  concurrency: number;
  /** Seconds after an attempt at which an unknown one is looked up. */
  lookups: readonly number[];
  /** What happens to a message that is still unknown after the last look-up. */
  uncertain: 'hold' | 'resend' | 'drop';
  /** Seconds without success after which a fallback account takes over. */
  failoverAfter: number;
  /** Makes one attempt. @throws SmsError with an outcome */
  send(entry: OutboxEntry): Promise<Accepted>;
  /** Asks the vendor for the attempt; null when it has no such call. */
  lookup: ((entry: OutboxEntry) => Promise<Accepted | null>) | null;
  settled(settlement: Settlement): void;
  /** Told when the store fails; the outbox goes on trying. */
  troubled(error: SmsError): void;
  /** Wakes the account that an entry was handed over to; false when there is none of that name. */
  handOver(account: string): boolean;
}

export class Outbox {
  #options: OutboxOptions;
  #breaker = new Breaker();
  #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #pumping = false;
  #again = false;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Resolves when the messages are in the store; what becomes of them is told through `settled`. */
  async submit(entries: readonly OutboxEntry[]): Promise<void> {
    if (this.#closed) throw new SmsError('SMS_CONFIG', 'The account is being closed; send the message again.');
    await this.#options.store.add(entries);
    this.wake();
  }

  /** Looks for something to do, now. */
  wake(): void {
    this.#pump().catch((error) => this.#retryPump(error));
  }

  /** Waits for the calls under way and starts nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
  }

  /** Claims what is due and may leave, again and again until nothing is; then sleeps until something will be. */
  async #pump(): Promise<void> {
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#round();
      }
    } finally {
      this.#pumping = false;
    }
    await this.#sleep();
  }

  async #round(): Promise<void> {
    const { account, store, limiter, concurrency } = this.#options;
    const now = Date.now();
    for (const entry of await store.takeExpired(account, now)) this.#settle({ entry, error: expired(entry) });
    const free = this.#breaker.allowance(now, concurrency - this.#running.size);
    const limit = limiter.allowance(now, Math.max(0, free));
    if (limit === 0) return;
    const claimed = await store.claim(account, now, limit);
    for (const entry of claimed) {
      if (entry.state === 'sending') limiter.take(now);
      this.#run(entry);
    }
    if (claimed.length === limit) this.#again = true;
  }

  #run(entry: OutboxEntry): void {
    const work = (entry.state === 'sending' ? this.#attempt(entry) : this.#lookUp(entry))
      .catch((error) => this.#retryPump(error))
      .finally(() => {
        this.#running.delete(work);
        this.wake();
      });
    this.#running.add(work);
  }

  async #attempt(entry: OutboxEntry): Promise<void> {
    try {
      const accepted = await this.#options.send(entry);
      this.#breaker.succeeded();
      await this.#end({ entry, accepted });
    } catch (thrown) {
      const error = toSmsError(thrown);
      this.#breaker.failed(error, entry.to, Date.now());
      if (error.outcome === 'unknown') await this.#becomeUnknown(entry, error);
      else await this.#notSent(entry, error);
    }
  }

  async #notSent(entry: OutboxEntry, error: SmsError): Promise<void> {
    const { store, failoverAfter } = this.#options;
    const now = Date.now();
    entry.unsentSince ??= entry.startedAt;
    const tooLong = error.retryable && now - entry.unsentSince >= failoverAfter * 1000;
    if ((error.accountRefused || tooLong) && (await this.#failOver(entry))) return;
    if (!error.retryable) return this.#end({ entry, error });
    entry.state = 'waiting';
    entry.notBefore = now + (error.retryAfter ?? backoff(entry.attempts));
    await store.save(entry);
  }

  async #failOver(entry: OutboxEntry): Promise<boolean> {
    for (let account = entry.fallback.shift(); account !== undefined; account = entry.fallback.shift()) {
      if (account === entry.account || !this.#options.handOver(account)) continue;
      Object.assign(entry, { state: 'waiting', notBefore: Date.now(), unsentSince: null });
      await this.#options.store.move(entry, account);
      this.#options.handOver(account);
      return true;
    }
    return false;
  }

  async #becomeUnknown(entry: OutboxEntry, error: SmsError): Promise<void> {
    entry.state = 'unknown';
    entry.lookups = 0;
    if (this.#options.lookup === null) return this.#stillUnknown(entry, error);
    entry.notBefore = entry.startedAt + this.#lookupDelay(0);
    await this.#options.store.save(entry);
  }

  /** The list of the vendor lags: an attempt that is not in it may still come. */
  async #lookUp(entry: OutboxEntry): Promise<void> {
    const { lookup, lookups, store } = this.#options;
    try {
      const accepted = (await lookup?.(entry)) ?? null;
      if (accepted) return await this.#end({ entry, accepted });
      entry.lookups += 1;
    } catch (thrown) {
      // A look-up that was not answered says nothing about the message: it is made again, for as long as it takes.
      entry.notBefore = Date.now() + backoff(6);
      if (toSmsError(thrown).retryable) return store.save(entry);
      entry.lookups = lookups.length;
    }
    if (entry.lookups >= Math.max(1, lookups.length)) return this.#stillUnknown(entry);
    entry.notBefore = Math.max(Date.now() + 1, entry.startedAt + this.#lookupDelay(entry.lookups));
    await store.save(entry);
  }

  #lookupDelay(nth: number): number {
    const { lookups } = this.#options;
    return (lookups[nth] ?? 0) * 1000;
  }

  async #stillUnknown(entry: OutboxEntry, cause?: SmsError): Promise<void> {
    const { uncertain, store } = this.#options;
    const looked = entry.lookups > 0 ? `It was not on the vendor's record in ${entry.lookups} look-ups.` : '';
    if (uncertain === 'resend') {
      entry.state = 'waiting';
      entry.notBefore = Date.now() + backoff(entry.attempts);
      return store.save(entry);
    }
    const kept = uncertain === 'hold' ? 'It is held and will not be sent again by itself.' : 'It is dropped.';
    const error = new SmsError(
      'SMS_UNCERTAIN',
      `It is not known whether the message to ${entry.to} was sent. ${looked} ${kept}`,
      {
        outcome: 'unknown',
        cause,
      },
    );
    if (uncertain === 'drop') return this.#end({ entry, error });
    entry.state = 'held';
    await store.save(entry);
    this.#settle({ entry, error });
  }

  async #end(settlement: Settlement): Promise<void> {
    await this.#options.store.remove(settlement.entry.reference);
    this.#settle(settlement);
  }

  #settle(settlement: Settlement): void {
    this.#options.settled(settlement);
  }

  async #sleep(): Promise<void> {
    const { account, store, limiter } = this.#options;
    const next = await store.nextDue(account);
    clearTimeout(this.#timer);
    if (next === null || this.#closed) return;
    const now = Date.now();
    const wait = Math.max(next - now, limiter.wait(now), this.#breaker.wait(now), 1);
    // With every place taken, the end of a call wakes the pump.
    if (this.#running.size < this.#options.concurrency)
      this.#timer = setTimeout(() => this.wake(), Math.min(wait, LONGEST_SLEEP));
  }

  /** A store that fails is tried again; the entries stay where they are. */
  #retryPump(error: unknown): void {
    this.#options.troubled(toSmsError(error, 'SMS_STORE'));
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), 1000);
  }
}

/** setTimeout takes no more than 24.8 days. */
const LONGEST_SLEEP = 24 * 3600_000;

function expired(entry: OutboxEntry): SmsError {
  const tried = entry.attempts === 0 ? 'It was never tried' : `It was tried ${entry.attempts} times`;
  return new SmsError(
    'SMS_EXPIRED',
    `The message to ${entry.to} could not be sent in time. ${tried}; nothing was sent.`,
  );
}
