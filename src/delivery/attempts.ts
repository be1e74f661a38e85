/** One attempt with a message and what follows from it: settled, tried again, handed over, looked up, held. */
import type { Accepted } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';
import { Dictionary } from '../store/dictionary';
import { callsOf, refusedTogether } from './batches';
import { type Breaker, backoff } from './breaker';
import { brokenOff, said } from './endings';
import type { OutboxOptions, Settlement } from './outbox-options';
import { Unknown } from './unknown';

export class Attempts {
  #options: OutboxOptions;
  #breaker: Breaker;
  #waits: () => void;
  #closed = false;
  /** References of messages that were refused together with others: each goes in a call of its own. */
  #alone = new Set<string>();
  /** References of what is being sent or looked up right now. */
  #underWay = new Dictionary<true>();
  #unknown: Unknown;
  /** @param waits told when a message is stored that is not at its end */
  constructor(options: OutboxOptions, breaker: Breaker, waits: () => void) {
    this.#options = options;
    this.#breaker = breaker;
    this.#waits = waits;
    this.#unknown = new Unknown(options, breaker, {
      end: (settlement) => this.end(settlement),
      hold: (entry, error) => this.hold(entry, error),
      save: (entry) => this.save(entry),
      endAsRecalled: (entry) => this.#endsAsRecalled(entry),
    });
  }

  /** A store that fails is waited for no longer. */
  close(): void {
    this.#closed = true;
  }

  isUnderWay({ reference }: OutboxEntry): boolean {
    return this.#underWay.has(reference);
  }

  /** What goes in one call: messages of one key, no more than the vendor takes. */
  calls(entries: readonly OutboxEntry[]): OutboxEntry[][] {
    const { batch, batchKey } = this.#options;
    return callsOf(entries, batch, (entry) => (this.#alone.has(entry.reference) ? entry.reference : batchKey(entry)));
  }

  /** @param answered told when the vendor has nothing more to say to it */
  make(entries: readonly OutboxEntry[], answered: () => void): Promise<void> {
    return this.#during(entries, async () => {
      const may = await allOf(entries.map((entry) => this.#mayLeave(entry)));
      const leaving = entries.filter((_entry, i) => may[i]);
      if (leaving.length > 0) await this.#send(leaving, answered);
    });
  }

  /** The list of the vendor lags: an attempt that is not in it may still come. */
  lookUp(entry: OutboxEntry): Promise<void> {
    return this.#during([entry], async () => {
      if (!(await this.#endsAsRecalled(entry))) await this.#unknown.lookUp(entry);
    });
  }

  /**
   * The store is asked until it has written down how the message ended, and what becomes of it in the outbox. A process
   * that stood still for so long that another has the message by then has nothing to tell.
   */
  async end(settlement: Settlement, leave = this.#remove(settlement.entry)): Promise<void> {
    const { mark, store, tell, giveUp } = this.#options.settling(settlement);
    const { entry, accepted } = settlement;
    this.#alone.delete(entry.reference);
    this.#unknown.forget(entry.reference);
    // In one turn of the event loop, so that a store which can keeps all of it or nothing.
    const write = () => this.#options.store.fenced(entry.reference, mark, () => Promise.all([store(), leave()]));
    let isOurs: boolean;
    try {
      isOurs = await this.#insist(write);
    } catch (error) {
      giveUp();
      throw error;
    }
    if (isOurs) return tell();
    giveUp();
    if (accepted) await this.#leaveWord(entry.reference, accepted);
  }

  /** For whoever has it by now: the vendor has accepted it. */
  async #leaveWord(reference: string, accepted: Accepted): Promise<void> {
    await this.#insist(() => this.#options.remember(reference, accepted));
    await whileIn('held', this.#options, reference, (held) => this.end({ entry: held, accepted }));
  }

  /** Kept for a person, and told so. */
  async hold(entry: OutboxEntry, error: SmsError): Promise<void> {
    entry.state = 'held';
    await this.end({ entry, error }, () => this.#options.store.save(entry));
    // What the vendor told of it in the meantime came too late for the look-ups, and too early for what is held.
    const accepted = await this.#insist(() => this.#options.recall(entry));
    if (accepted) await whileIn('held', this.#options, entry.reference, (held) => this.end({ entry: held, accepted }));
  }

  async save(entry: OutboxEntry): Promise<void> {
    await this.#pass(entry, () => this.#options.store.save(entry));
    this.#waits();
  }

  async failOver(entry: OutboxEntry): Promise<boolean> {
    const { handOver, store, clock } = this.#options;
    for (let account = entry.fallback.shift(); account !== undefined; account = entry.fallback.shift()) {
      if (account === entry.account || !handOver(account)) continue;
      const next = account;
      // Whether the next vendor can schedule or not, the outbox can.
      const notBefore = Math.max(clock.now(), entry.at ?? 0);
      Object.assign(entry, { state: 'waiting', line: '', notBefore, unsentSince: null });
      this.#alone.delete(entry.reference);
      await this.#pass(entry, () => store.move(entry, next));
      handOver(next);
      return true;
    }
    return false;
  }

  /** Between its being taken in and this attempt the recipient may have opted out, and the vendor may have told of an earlier one. */
  async #mayLeave(entry: OutboxEntry): Promise<boolean> {
    const isFirst = entry.attempts === 1;
    if (!isFirst && (await this.#endsAsRecalled(entry))) return false;
    const error = await this.#insist(() => this.#options.refuse(entry));
    if (error === null) return true;
    entry.attempts -= 1;
    await this.end({ entry, error });
    return false;
  }

  async #endsAsRecalled(entry: OutboxEntry): Promise<boolean> {
    const accepted = await this.#insist(() => this.#options.recall(entry));
    if (accepted) await this.end({ entry, accepted });
    return accepted !== null;
  }

  async #send(entries: readonly OutboxEntry[], answered: () => void): Promise<void> {
    const answers = await this.#answers(entries);
    const together = refusedTogether(entries, answers);
    this.#toBreaker(entries, answers);
    answered();
    const ends = entries.map((entry, i) => {
      const answer = answers[i] ?? brokenOff(new Error('the vendor did not answer for this message'));
      if (!(answer instanceof SmsError)) return this.end({ entry, accepted: answer });
      if (answer.outcome === 'unknown') return this.#unknown.begin(entry, answer);
      return together.has(entry) ? this.#tryAlone(entry) : this.#notSent(entry, answer);
    });
    await allOf(ends);
  }

  /** What failed for all of a call together is one failure. */
  #toBreaker(entries: readonly OutboxEntry[], answers: readonly (Accepted | SmsError | undefined)[]): void {
    const errors = new Map<SmsError, string>();
    entries.forEach(({ to }, i) => {
      const answer = answers[i];
      if (answer instanceof SmsError) errors.set(answer, to);
    });
    if (answers.some((answer) => answer && !(answer instanceof SmsError))) this.#breaker.succeeded();
    for (const [error, to] of errors) this.#breaker.failed(error, to, this.#options.clock.now());
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
    entry.notBefore = this.#options.clock.now();
    await this.save(entry);
  }

  async #notSent(entry: OutboxEntry, error: SmsError): Promise<void> {
    const { clock } = this.#options;
    const now = clock.now();
    // A store that fails says nothing of the vendor.
    if (error.code !== 'SMS_STORE') entry.unsentSince ??= now - clock.since(entry.startedAt);
    const unsentSince = entry.unsentSince ?? now;
    entry.said = said(error);
    const unsentFor = Math.max(now - unsentSince, this.#breaker.downFor(now));
    const tooLong = error.retryable && unsentFor >= this.#options.failoverAfter * 1000;
    if ((error.accountRefused || tooLong) && (await this.failOver(entry))) return;
    if (!error.retryable) return this.end({ entry, error });
    entry.state = 'waiting';
    entry.notBefore = now + (error.retryAfter ?? backoff(entry.attempts));
    const failover = unsentSince + this.#options.failoverAfter * 1000;
    if (entry.fallback.length > 0 && failover > now) entry.notBefore = Math.min(entry.notBefore, failover);
    await this.save(entry);
  }

  #remove({ reference }: OutboxEntry): () => Promise<void> {
    return () => this.#options.store.remove(reference);
  }

  /** What happened at the vendor cannot be undone. */
  #insist<T>(work: () => Promise<T>): Promise<T> {
    return this.#options.health.insist(work, () => this.#closed);
  }

  /** What ends a claim without the end of its message. */
  async #pass({ reference }: OutboxEntry, work: () => Promise<void>): Promise<void> {
    try {
      await this.#insist(work);
    } catch (error) {
      await this.#options.store.letGo(reference);
      throw error;
    }
  }

  async #during(entries: readonly OutboxEntry[], work: () => Promise<void>): Promise<void> {
    for (const { reference } of entries) this.#underWay.set(reference, true);
    try {
      await work();
    } catch (error) {
      // Of several those that have ended are claimed no more.
      await Promise.all(entries.map(({ reference }) => this.#options.store.letGo(reference)));
      throw error;
    } finally {
      for (const { reference } of entries) this.#underWay.delete(reference);
    }
  }
}

/**
 * Does something with a message that stands apart, which only one may do, and only while it is in that state; false
 * when it is not. @throws SmsError SMS_STORE
 */
export function whileIn(
  state: 'held' | 'expired',
  { account, store, alone }: OutboxOptions,
  reference: string,
  work: (entry: OutboxEntry) => Promise<unknown>,
): Promise<boolean> {
  return alone(reference, async () => {
    const entry = await store.find(reference);
    if (entry?.state !== state || entry.account !== account) return false;
    await work(entry);
    return true;
  });
}

/** Waits for all of them, also when one fails. @throws what the first of them that failed did */
export async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
