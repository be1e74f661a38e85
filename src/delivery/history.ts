/**
 * How many messages an account sent, saw delivered and failed, and how many waited and were held, in slots of five
 * minutes for a week. A message is counted in memory; the store is told at most twice a minute, an hour to a mark.
 */
import type { SmsError } from '../sms/errors';
import type { MarkStore, OutboxCounts, OutboxEntry } from '../store';
import { add, enter, type Figures, hourOf, none, rowsOf, SLOT, slotsOf, startOf } from './figures';
import { LIFE } from './life';
import { type Refusal, Refusals } from './refusals';

/** The figures of each slot of a span of time, the oldest first; the last one is under way. */
export interface HistoryReport {
  span: Span;
  /** Milliseconds that a slot lasts. */
  step: number;
  /** Each with the time at which it began, ISO 8601. */
  slots: (Figures & { at: string })[];
  /** What was sent, delivered and failed in all slots. */
  total: Pick<Figures, 'sent' | 'delivered' | 'failed'>;
}

export interface HistoryOptions {
  account: string;
  marks: MarkStore;
  /** What is in the outbox now, at a low cost. @throws SmsError SMS_STORE */
  counts: () => Promise<OutboxCounts>;
  now?: () => number;
  /** Milliseconds after which what was counted is stored. */
  every?: number;
}

const HOUR = 12 * SLOT;
const KEPT_FOR = 8 * 24 * HOUR;
const STORE_EVERY = 30_000;

/** How long a slot of each span lasts, and how many of them are told. */
export const SPANS = {
  hour: { step: SLOT, count: 12 },
  day: { step: HOUR / 2, count: 48 },
  week: { step: 3 * HOUR, count: 56 },
} as const;
export type Span = keyof typeof SPANS;

export class History {
  #options: HistoryOptions;
  #now: () => number;
  /** What the store has not been told yet, by the beginning of the slot. */
  #fresh = new Map<number, Figures>();
  #refusals: Refusals;
  /** The most that was seen in the slot that is under way. */
  #seen = { at: 0, waiting: 0, held: 0 };
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#refusals = new Refusals(options.account, options.marks);
  }

  /** One more. */
  count(what: 'sent' | 'delivered' | 'failed'): void {
    this.#slot(startOf(this.#now(), SLOT))[what] += 1;
    this.#plan();
  }

  /** One more that failed, before the vendor had it. */
  refused(entry: OutboxEntry, error: SmsError): void {
    this.#refusals.add(entry, error);
    this.count('failed');
  }

  /** The last messages that the vendor never had, the newest first. @throws SmsError SMS_STORE */
  refusals(limit: number): Promise<Refusal[]> {
    return this.#inTurn(() => this.#refusals.list(limit));
  }

  /** Looks from now on how many wait and are held, until none are. */
  watch(): void {
    this.#plan();
  }

  /** @throws SmsError SMS_STORE */
  async report(span: Span): Promise<HistoryReport> {
    const { step, count } = SPANS[span];
    await this.#look();
    const last = startOf(this.#now(), step);
    const first = last - (count - 1) * step;
    const slots = Array.from({ length: count }, (_, i) => ({
      at: new Date(first + i * step).toISOString(),
      ...none(),
    }));
    for (const [at, figures] of await this.#inTurn(() => this.#since(first))) {
      const slot = slots[Math.floor((at - first) / step)];
      if (slot && at >= first) add(slot, figures);
    }
    const total = { sent: 0, delivered: 0, failed: 0 };
    for (const { sent, delivered, failed } of slots) {
      total.sent += sent;
      total.delivered += delivered;
      total.failed += failed;
    }
    return { span, step, slots, total };
  }

  /** Stores what was counted, now. @throws SmsError SMS_STORE */
  store(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#write();
      await this.#refusals.store();
    });
  }

  /** Stores what it can, and counts no more; never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.store().catch(() => {});
  }

  /** What is on its way into the store would be counted twice, or not at all. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** All that is known since a time: what is stored, and what is not yet. */
  async #since(time: number): Promise<Map<number, Figures>> {
    const { marks, account } = this.#options;
    const all = new Map<number, Figures>();
    for (const { key, value } of await marks.list(scopeOf(account), { after: hourOf(time) })) {
      enter(all, slotsOf(key, value));
    }
    enter(all, this.#fresh);
    return all;
  }

  async #write(): Promise<void> {
    const fresh = this.#fresh;
    this.#fresh = new Map();
    const hours = new Map<string, Map<number, Figures>>();
    for (const [at, figures] of fresh) {
      const key = `${hourOf(at)} ${LIFE}`;
      hours.set(key, (hours.get(key) ?? new Map()).set(at, figures));
    }
    for (const [key, slots] of hours) {
      try {
        await this.#add(key, slots);
      } catch (error) {
        for (const left of [...hours.values()]) enter(this.#fresh, left);
        throw error;
      }
      hours.delete(key);
    }
  }

  /** To what the store has of that hour: of this account before it was deployed again, say. */
  async #add(key: string, slots: ReadonlyMap<number, Figures>): Promise<void> {
    const { marks, account } = this.#options;
    const all = slotsOf(key, (await marks.get(scopeOf(account), key)) ?? '[]');
    enter(all, slots);
    await marks.set(scopeOf(account), key, rowsOf(all), KEPT_FOR);
  }

  /** Takes note of how many wait and are held at this moment; false when none do. @throws SmsError SMS_STORE */
  async #look(): Promise<boolean> {
    const { waiting: still, sending, unknown, held } = await this.#options.counts();
    const waiting = still + sending + unknown;
    const at = startOf(this.#now(), SLOT);
    if (this.#seen.at !== at) this.#seen = { at, waiting: 0, held: 0 };
    if (waiting > this.#seen.waiting || held > this.#seen.held) {
      add(this.#slot(at), { ...none(), waiting, held });
      const { waiting: most, held: mostHeld } = this.#seen;
      this.#seen = { at, waiting: Math.max(waiting, most), held: Math.max(held, mostHeld) };
    }
    if (waiting + held > 0) this.#plan();
    return waiting + held > 0;
  }

  #slot(at: number): Figures {
    const known = this.#fresh.get(at);
    if (known) return known;
    const slot = none();
    this.#fresh.set(at, slot);
    return slot;
  }

  #plan(): void {
    if (this.#timer || this.#isClosed) return;
    this.#timer = setTimeout(() => this.#tick(), this.#options.every ?? STORE_EVERY).unref();
  }

  async #tick(): Promise<void> {
    this.#timer = undefined;
    try {
      await this.#look();
      await this.store();
    } catch {
      // Those who cannot do without the store tell of its failing; what was counted waits.
      this.#plan();
    }
  }
}

function scopeOf(account: string): string {
  return `history:${account}`;
}
