/**
 * The outbox: takes messages into the store before anything else happens, and settles each one once. What was not
 * sent is tried again, what may have been sent is looked up at the vendor first.
 */
import type { Accepted } from '../providers/provider';
import { SmsError, toSmsError } from '../sms/errors';
import type { OutboxEntry, OutboxStore } from '../store';
import { Attempts, STORE_PAUSE } from './attempts';
import { Breaker } from './breaker';
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
  #attempts: Attempts;
  #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #pumping = false;
  #pumped: Promise<void> = Promise.resolve();
  #again = false;
  #closed = false;
  /** Some message may go on with another account. */
  #fallbacks = false;
  /** How many messages a call may be expected to take, as the last ones did. */
  #perCall: number;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options, this.#breaker);
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
      this.#attempts.settle({ entry, error: abandoned(entry) });
    }
  }

  /** Waits for the calls under way and starts nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#attempts.close();
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
    for (const entry of await store.takeExpired(account, now)) this.#attempts.settle({ entry, error: expired(entry) });
    const isOut = this.#breaker.wait(now) > 0 && this.#breaker.downFor(now) >= failoverAfter * 1000;
    if (isOut && this.#fallbacks) await this.#evacuate(now);
    const places = this.#breaker.places(now, concurrency, this.#running.size);
    const limit = limiter.allowance(now, places * this.#perCall, this.#perCall);
    if (limit === 0) return;
    const claimed = await store.claim(account, now, limit);
    const lookups = claimed.filter(({ state }) => state === 'unknown');
    const calls = this.#attempts.calls(claimed.filter(({ state }) => state === 'sending'));
    const left = places - Math.min(places, lookups.length);
    for (const entry of lookups.slice(0, places)) this.#run(this.#attempts.lookUp(entry));
    for (const entries of calls.slice(0, left)) {
      limiter.take(now, entries.length);
      this.#run(this.#attempts.make(entries));
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
          if (await this.#attempts.failOver(entry)) continue;
        }
        entry.notBefore = back;
        await store.save(entry);
      }
      claimed = await store.claim(account, now, concurrency);
    }
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

/** Messages expire while the account pauses, too: so often at least they are looked at. */
const LONGEST_PAUSE = 10_000;
/** setTimeout takes no more than 24.8 days. */
const LONGEST_SLEEP = 24 * 3600_000;

function abandoned({ to }: OutboxEntry): SmsError {
  return new SmsError(
    'SMS_CONFIG',
    `The account was deleted or disabled while the message to ${to} waited; it is not sent.`,
  );
}

function expired({ to, attempts, lookups, said }: OutboxEntry): SmsError {
  const tried = attempts === 0 ? 'It was never tried' : `It was tried ${attempts} times`;
  const sent = lookups > 0 ? 'whether one of them was sent is not known' : 'nothing was sent';
  return new SmsError('SMS_EXPIRED', `The message to ${to} could not be sent in time. ${tried}; ${sent}.`, {
    outcome: lookups > 0 ? 'unknown' : 'not-sent',
    ...said,
  });
}
