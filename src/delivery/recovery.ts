/** What an account of this name left when it ended in the middle of something, or could not write down its end. */
import type { OutboxEntry, OutboxState } from '../store';
import { type Attempts, allOf, whileIn } from './attempts';
import { abandoned, abandonedUnknown, expired, uncertainError } from './endings';
import type { OutboxOptions } from './outbox-options';

/** Messages that are ended at once. */
const PAGE = 500;
/** More calls than that are never under way. */
const MOST_LEFT = 10_000;
/** Milliseconds in which another process tells what it has taken out as expired. */
const OTHERS_NEED = 30_000;

export class Recovery {
  #options: OutboxOptions;
  #attempts: Attempts;
  /** When there is next to be looked for it, epoch milliseconds. */
  #at = Number.POSITIVE_INFINITY;
  /** What was there as expired when it was last looked for. */
  #seen = new Set<string>();

  constructor(options: OutboxOptions, attempts: Attempts) {
    this.#options = options;
    this.#attempts = attempts;
  }

  get at(): number {
    return this.#at;
  }

  /** It is to be looked for now. */
  begin(): void {
    this.#at = this.#options.clock.now();
  }

  /** Takes all of it up. Returns whether some of what waits may go on with another account. @throws SmsError SMS_STORE */
  async takeUp(now: number): Promise<boolean> {
    const { account, store, isShared } = this.#options;
    if (isShared) await this.#endLeft();
    else {
      await this.#each('expired', (entry) => this.#attempts.end({ entry, error: expired(entry) }));
      await this.#goOn('sending');
      await this.#goOn('unknown');
    }
    const waiting = await store.list(account, 'waiting', { limit: PAGE });
    this.#at = isShared ? now + OTHERS_NEED : Number.POSITIVE_INFINITY;
    return waiting.some(({ fallback }) => fallback.length > 0);
  }

  /** Nothing will ever be sent by this account again: whoever waits is told. */
  async abandon(): Promise<void> {
    await this.#each('waiting', (entry) => this.#attempts.end({ entry, error: abandoned(entry) }));
    await this.#each('expired', (entry) => this.#attempts.end({ entry, error: expired(entry) }));
    await this.#each('unknown', (entry) =>
      this.#attempts.hold(entry, uncertainError(entry, 'hold', abandonedUnknown(entry))),
    );
  }

  /** Nobody else has these in hand, and we have not. */
  async #goOn(state: 'sending' | 'unknown'): Promise<void> {
    const { account, store } = this.#options;
    for (const entry of await store.list(account, state, { limit: MOST_LEFT })) {
      if (this.#attempts.isUnderWay(entry)) continue;
      if (state === 'sending') Object.assign(entry, { state: 'unknown', lookups: 0 });
      await this.#attempts.save(entry);
    }
  }

  /** Another process that is alive tells at once what it has taken out as expired: what is still there later is left. */
  async #endLeft(): Promise<void> {
    const { account, store } = this.#options;
    const there = await store.list(account, 'expired', { limit: PAGE });
    const left = there.filter(({ reference }) => this.#seen.has(reference));
    this.#seen = new Set(there.map(({ reference }) => reference));
    const end = (entry: OutboxEntry) => this.#attempts.end({ entry, error: expired(entry) });
    await allOf(left.map(({ reference }) => whileIn('expired', this.#options, reference, end)));
  }

  /** Ends all in a state, some at a time: there may be a million of them. */
  async #each(state: OutboxState, end: (entry: OutboxEntry) => Promise<void>): Promise<void> {
    const { account, store } = this.#options;
    for (;;) {
      const entries = await store.list(account, state, { limit: PAGE });
      await allOf(entries.map(end));
      if (entries.length < PAGE) return;
    }
  }
}
