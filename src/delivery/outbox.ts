/**
 * The outbox: takes messages into the store before anything else happens, and settles each one once. What was not
 * sent is tried again, what may have been sent is looked up at the vendor first.
 */
import type { Accepted } from '../providers/provider';
import { SmsError, toSmsError } from '../sms/errors';
import type { OutboxEntry, OutboxStore } from '../store';
import { callsOf, refusedTogether } from './batches';
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
  /** Calls under way at once. */
  concurrency: number;
  /** Seconds after an attempt at which an unknown one is looked up. */
  lookups: readonly number[];
  /** What happens to a message that is still unknown after the last look-up. */
  uncertain: 'hold' | 'resend' | 'drop';
  /** Seconds without success after which a fallback account takes over. */
  failoverAfter: number;
  /** How many messages one call takes at the most. */
  batch: number;
  /** Messages of the same key may go in one call. */
  batchKey(entry: OutboxEntry): string;
  /** Makes one attempt with messages of one key, each with its own answer. @throws SmsError that holds for all of them */
  send(entries: readonly OutboxEntry[]): Promise<(Accepted | SmsError)[]>;
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
  #pumped: Promise<void> = Promise.resolve();
  #again = false;
  #closed = false;
  /** Some message may go on with another account. */
  #fallbacks = false;
  /** References of messages that were refused together with others: each goes in a call of its own. */
  #alone = new Set<string>();
  /** How many messages a call may be expected to take, as the last ones did. */
  #perCall: number;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#perCall = options.batch;
  }

  /** Resolves when the messages are in the store; what becomes of them is told through `settled`. */
  async submit(entries: readonly OutboxEntry[]): Promise<void> {
    if (this.#closed) throw new SmsError('SMS_CONFIG', 'The account is being closed; send the message again.');
    await this.#options.store.add(entries);
    this.#fallbacks ||= entries.some(({ fallback }) => fallback.length > 0);
    this.wake();
  }

  /** Looks for something to do, now. */
  wake(): void {
    this.#pump().catch((error) => this.#retryPump(error));
  }

  /** Nothing will ever be sent by this account again: whoever waits is told. After {@link close}. */
  async abandon(): Promise<void> {
    const { account, store } = this.#options;
    for (const entry of await store.list(account, 'waiting')) {
      await store.remove(entry.reference);
      this.#settle({ entry, error: abandoned(entry) });
    }
  }

  /** Waits for the calls under way and starts nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#pumped.catch(() => {});
    await Promise.all(this.#running);
    clearTimeout(this.#timer);
  }

  /** Claims what is due and may leave, again and again until nothing is; then sleeps until something will be. */
  async #pump(): Promise<void> {
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    this.#pumped = this.#rounds().finally(() => {
      this.#pumping = false;
    });
    await this.#pumped;
    await this.#sleep();
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      await this.#round();
    }
  }

  async #round(): Promise<void> {
    const { account, store, limiter, concurrency, failoverAfter } = this.#options;
    const now = Date.now();
    for (const entry of await store.takeExpired(account, now)) this.#settle({ entry, error: expired(entry) });
    const isOut = this.#breaker.wait(now) > 0 && this.#breaker.downFor(now) >= failoverAfter * 1000;
    if (isOut && this.#fallbacks) await this.#evacuate(now);
    const places = this.#breaker.places(now, concurrency, this.#running.size);
    const limit = limiter.allowance(now, places * this.#perCall, this.#perCall);
    if (limit === 0) return;
    const claimed = await store.claim(account, now, limit);
    const lookups = claimed.filter(({ state }) => state === 'unknown');
    const calls = this.#calls(claimed.filter(({ state }) => state === 'sending'));
    const left = places - Math.min(places, lookups.length);
    for (const entry of lookups.slice(0, places)) this.#run(this.#lookUp(entry));
    for (const entries of calls.slice(0, left)) {
      limiter.take(now, entries.length);
      this.#run(this.#attempt(entries));
    }
    const tooMany = [...lookups.slice(places), ...calls.slice(left).flat()];
    for (const entry of tooMany) await this.#giveBack(entry);
    this.#perCall = tooMany.length > 0 ? 1 : Math.min(this.#options.batch, this.#perCall * 2);
    if (claimed.length === limit) this.#again = true;
  }

  /** Claimed, as one call might have taken it with others, and there is no place for a call of its own. */
  async #giveBack(entry: OutboxEntry): Promise<void> {
    if (entry.state === 'sending') {
      entry.attempts -= 1;
      entry.state = 'waiting';
    }
    await this.#options.store.save(entry);
  }

  /** The vendor has been out of reach for too long: who has another account does not wait to be tried here first. */
  async #evacuate(now: number): Promise<void> {
    const { account, store, concurrency } = this.#options;
    const back = now + this.#breaker.wait(now);
    for (let claimed = await store.claim(account, now, concurrency); claimed.length > 0; ) {
      for (const entry of claimed) {
        if (entry.state === 'sending') {
          entry.attempts -= 1;
          entry.state = 'waiting';
          if (await this.#failOver(entry)) continue;
        }
        entry.notBefore = back;
        await store.save(entry);
      }
      claimed = await store.claim(account, now, concurrency);
    }
  }

  /** What goes in one call: messages of one key, no more than the vendor takes. */
  #calls(entries: readonly OutboxEntry[]): OutboxEntry[][] {
    const { batch, batchKey } = this.#options;
    return callsOf(entries, batch, (entry) => (this.#alone.has(entry.reference) ? entry.reference : batchKey(entry)));
  }

  #run(call: Promise<void>): void {
    const work = call
      .catch((error) => this.#retryPump(error))
      .finally(() => {
        this.#running.delete(work);
        this.wake();
      });
    this.#running.add(work);
  }

  async #attempt(entries: readonly OutboxEntry[]): Promise<void> {
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
    const unsentFor = Math.max(now - entry.unsentSince, this.#breaker.downFor(now));
    const tooLong = error.retryable && unsentFor >= this.#options.failoverAfter * 1000;
    if ((error.accountRefused || tooLong) && (await this.#failOver(entry))) return;
    if (!error.retryable) return this.#end({ entry, error });
    entry.state = 'waiting';
    entry.notBefore = now + (error.retryAfter ?? backoff(entry.attempts));
    const failover = entry.unsentSince + this.#options.failoverAfter * 1000;
    if (entry.fallback.length > 0 && failover > now) entry.notBefore = Math.min(entry.notBefore, failover);
    await this.#save(entry);
  }

  async #failOver(entry: OutboxEntry): Promise<boolean> {
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
    if (this.#options.lookup === null) return this.#stillUnknown(entry, error);
    entry.notBefore = entry.startedAt + this.#lookupDelay(0);
    await this.#save(entry);
  }

  /** The list of the vendor lags: an attempt that is not in it may still come. */
  async #lookUp(entry: OutboxEntry): Promise<void> {
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
    this.#settle({ entry, error });
  }

  async #end(settlement: Settlement): Promise<void> {
    await this.#kept(() => this.#options.store.remove(settlement.entry.reference));
    this.#settle(settlement);
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

  #settle(settlement: Settlement): void {
    this.#alone.delete(settlement.entry.reference);
    try {
      this.#options.settled(settlement);
    } catch (error) {
      this.#options.troubled(toSmsError(error));
    }
  }

  async #sleep(): Promise<void> {
    const { account, store, limiter, concurrency } = this.#options;
    const next = await store.nextDue(account);
    clearTimeout(this.#timer);
    if (next === null || this.#closed) return;
    const now = Date.now();
    const pause = Math.max(limiter.wait(now), this.#breaker.wait(now));
    // With every place taken, the end of a call wakes the pump.
    if (pause === 0 && this.#breaker.places(now, concurrency, this.#running.size) === 0) return;
    const wait = Math.max(next - now, Math.min(pause, LONGEST_PAUSE, this.#untilFailover(now)), 1);
    this.#timer = setTimeout(() => this.wake(), Math.min(wait, LONGEST_SLEEP));
  }

  /** Milliseconds until those that have another account need not wait for this one any longer. */
  #untilFailover(now: number): number {
    const left = this.#options.failoverAfter * 1000 - this.#breaker.downFor(now);
    return this.#fallbacks && left > 0 ? left : Number.POSITIVE_INFINITY;
  }

  /** A store that fails is tried again; the entries stay where they are. */
  #retryPump(error: unknown): void {
    this.#options.troubled(toSmsError(error, 'SMS_STORE'));
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), STORE_PAUSE);
  }
}

/** How long after the last look-up the vendor is asked again, when it did not answer one. */
const LOOK_UP_LONGER = 2 * 60_000;
const STORE_PAUSE = 1000;
/** Messages expire while the account pauses, too: so often at least they are looked at. */
const LONGEST_PAUSE = 10_000;
/** setTimeout takes no more than 24.8 days. */
const LONGEST_SLEEP = 24 * 3600_000;

/** Nobody knows how far the attempt had come when something broke that was not foreseen. */
export function brokenOff(thrown: unknown): SmsError {
  return new SmsError('SMS_UNCERTAIN', `The attempt broke off: ${toSmsError(thrown).message}`, {
    outcome: 'unknown',
    cause: thrown,
  });
}

function uncertainError({ to, lookups }: OutboxEntry, uncertain: 'hold' | 'drop', cause?: SmsError): SmsError {
  const looked = lookups > 0 ? ` It was not on the vendor's record in ${lookups} look-ups.` : '';
  const why = cause ? ` ${cause.message}` : '';
  const kept = uncertain === 'hold' ? 'It is held and will not be sent again by itself.' : 'It is dropped.';
  return new SmsError(
    'SMS_UNCERTAIN',
    `It is not known whether the message to ${to} was sent.${looked}${why} ${kept}`,
    {
      outcome: 'unknown',
      cause,
    },
  );
}

function abandoned({ to }: OutboxEntry): SmsError {
  return new SmsError(
    'SMS_CONFIG',
    `The account was deleted or disabled while the message to ${to} waited; it is not sent.`,
  );
}

function expired({ to, attempts, lookups }: OutboxEntry): SmsError {
  const tried = attempts === 0 ? 'It was never tried' : `It was tried ${attempts} times`;
  const sent = lookups > 0 ? 'whether one of them was sent is not known' : 'nothing was sent';
  return new SmsError('SMS_EXPIRED', `The message to ${to} could not be sent in time. ${tried}; ${sent}.`, {
    outcome: lookups > 0 ? 'unknown' : 'not-sent',
  });
}
