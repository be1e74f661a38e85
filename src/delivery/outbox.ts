/**
 * The outbox: takes messages into the store before anything else happens, and settles each one once. What was not
 * sent is tried again, what may have been sent is looked up at the vendor first.
 */
import type { ProviderReport } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';
import { Running } from '../store/running';
import { Attempts, allOf } from './attempts';
import { Breaker } from './breaker';
import { LONGEST_SLEEP } from './clock';
import { Decisions } from './decisions';
import { expired } from './endings';
import { STORE_PAUSE } from './health';
import type { Slot } from './leaving';
import { acceptedBy } from './lookup';
import type { OutboxOptions } from './outbox-options';
import { Places } from './places';
import { Recovery } from './recovery';
import type { Slots } from './slots';

export class Outbox {
  /** What a person decides about a message that is held: each is false when there is no such message. @throws SmsError SMS_STORE */
  readonly sendAgain: Decisions['sendAgain'];
  readonly drop: Decisions['drop'];
  readonly markSent: Decisions['markSent'];
  #options: OutboxOptions;
  #breaker = new Breaker();
  #attempts: Attempts;
  #decisions: Decisions;
  #recovery: Recovery;
  #places: Places;
  #running = new Running();
  /** What is being taken in. */
  #taking = new Running();
  /**
   * Messages that can leave at once are claimed as they are taken in: where there is nothing to wait for, be it a speed
   * limit or others for the same call. Of one that cannot be looked up it is stored as late as possible that it may have left.
   */
  #handsOut: boolean;
  /** Nothing waits in the store: the end of a call makes way for nobody. */
  #isEmpty = false;
  /** How often that may have changed. */
  #stirred = 0;
  #timer: NodeJS.Timeout | undefined;
  #pumping = false;
  #pumped: Promise<void> = Promise.resolve();
  #again = false;
  #closed = false;
  /** Some message may go on with another account. */
  #fallbacks = false;
  /** How many messages a call may be expected to take, as the last ones did. */
  #perCall: number;
  /** How many messages may be expected to be due at once. */
  #expected = 1;
  /** When it was last asked for what is due, epoch milliseconds. */
  #claimedAt: number;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options, this.#breaker, () => this.#stir());
    this.#decisions = new Decisions(options, this.#attempts);
    this.#recovery = new Recovery(options, this.#attempts);
    const { isShared, batch, lookup, limiter, clock, concurrency } = options;
    this.#places = new Places(this.#breaker, clock, concurrency);
    this.#handsOut = !isShared && batch === 1 && lookup !== null && limiter.isUnlimited;
    this.#perCall = options.batch;
    this.#claimedAt = clock.now();
    this.drop = (reference) => this.#decisions.drop(reference);
    this.markSent = (reference) => this.#decisions.markSent(reference);
    this.sendAgain = async (reference) => {
      const isDone = await this.#decisions.sendAgain(reference);
      if (isDone) this.wake();
      return isDone;
    };
  }

  /** Resolves when the messages are in the store; what becomes of them is told when it is known. */
  async submit(entries: readonly OutboxEntry[]): Promise<void> {
    if (this.#closed) throw new SmsError('SMS_CONFIG', 'The account is being closed; send the message again.');
    await this.#taking.begin(this.#takeIn(entries));
  }

  /** Goes on with what waits in the store, and ends what was about to be told. */
  resume(): void {
    this.#recovery.begin();
    this.wake();
  }

  /** Looks for something to do, now. */
  wake(): void {
    this.#stir();
    this.#pump().catch((error) => this.#retryPump(error));
  }

  /**
   * The vendor has told of a message by our reference, so it has it: an attempt of which nobody knows how it ended is
   * settled as accepted, at once when it is held, else before it would be looked up or made again. To be called after
   * the tracker was given the report, which then follows the receipt. @throws SmsError SMS_STORE
   */
  async heard(reference: string, report: ProviderReport): Promise<void> {
    const entry = await this.#options.store.find(reference);
    if (!entry || entry.account !== this.#options.account || entry.attempts === 0) return;
    await this.#decisions.heard(reference, acceptedBy(entry, report));
  }

  /** Nothing will ever be sent by this account again: whoever waits is told. After {@link close}. */
  abandon(): Promise<void> {
    return this.#recovery.abandon();
  }

  /** Waits for the calls under way and starts nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#attempts.close();
    clearTimeout(this.#timer);
    await Promise.allSettled([this.#pumped, this.#taking.over()]);
    await this.#running.over();
    clearTimeout(this.#timer);
  }

  async #takeIn(entries: readonly OutboxEntry[]): Promise<void> {
    const { store, isShared, clock } = this.#options;
    let promised = 0;
    const may = () => {
      if (!this.#isPlaceAtOnce()) return false;
      promised += 1;
      this.#places.promise(1);
      return true;
    };
    const added = store.add(entries, this.#handsOut ? { now: clock.now(), may } : undefined);
    this.#fallbacks ||= entries.some(({ fallback }) => fallback.length > 0);
    // A store of this process alone takes in and hands out in one piece.
    if (!isShared && !this.#handsOut) this.wake();
    const claimed = await added.finally(() => this.#places.promise(-promised));
    for (const entry of claimed) this.#make([entry]);
    if (isShared || (this.#handsOut && claimed.length < entries.length)) this.wake();
  }

  /** What an earlier life left comes first; and by a clock that was put back it may be too early. */
  #isPlaceAtOnce(): boolean {
    const now = this.#options.clock.now();
    return !this.#closed && this.#recovery.at > now && Date.now() >= now && this.#places.free(now) > 0;
  }

  /** Something may wait in the store. */
  #stir(): void {
    this.#isEmpty = false;
    this.#stirred += 1;
  }

  #make(entries: readonly OutboxEntry[]): void {
    const end = this.#places.send();
    const answered = () => {
      if (end() && !this.#isEmpty) this.wake();
    };
    this.#run(this.#attempts.make(entries, answered).finally(answered));
  }

  #lookUp(entry: OutboxEntry): void {
    const over = this.#places.lookUp();
    this.#run(this.#attempts.lookUp(entry).finally(over));
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
      // All that wakes it in one turn is one round.
      await new Promise((resolve) => setImmediate(resolve));
      this.#again = false;
      if (!this.#closed) await this.#round();
    }
  }

  async #round(): Promise<void> {
    const { isShared, clock, limiter, slots, failoverAfter } = this.#options;
    const now = clock.now();
    if (now >= this.#recovery.at) await this.#recover(now);
    const late = this.#endLate(now);
    late.catch(() => {});
    const isOut = this.#breaker.wait(now) > 0 && this.#breaker.downFor(now) >= failoverAfter * 1000;
    // Where nobody else claims, one turn takes out what is late and claims the others.
    if (isShared || (isOut && this.#fallbacks)) await late;
    if (isOut && this.#fallbacks) await this.#evacuate(now);
    const places = this.#places.free(now);
    const allowed = limiter.allowance(places * this.#perCall, this.#perCall);
    const slot = slots && allowed > 0 ? await this.#slot(slots, now, Math.min(allowed, this.#expected)) : null;
    const limit = slots ? (slot?.messages ?? 0) : allowed;
    if (limit === 0) return late;
    this.#claimedAt = now;
    const claimed = await this.#claim(now, limit);
    const lookups = claimed.filter(({ state }) => state === 'unknown');
    const calls = this.#attempts.calls(claimed.filter(({ state }) => state === 'sending'));
    const free = this.#places.freeToLookUp;
    const left = this.#places.besides(Math.min(free, lookups.length), places);
    for (const entry of lookups.slice(0, free)) this.#lookUp(entry);
    for (const entries of calls.slice(0, left)) {
      if (slot) slots?.leaving.assign(slot, entries);
      else limiter.begin(entries);
      this.#make(entries);
    }
    if (slot) slots?.giveBack(slot, limit - calls.slice(0, left).flat().length);
    this.#expected = claimed.length === limit ? Math.min(this.#options.batch, 2 * limit) : Math.max(1, claimed.length);
    // Those that find no place let what is to be sent go first, and are not taken up again in the same moment.
    const putOff = lookups.slice(free).map((entry) => Object.assign(entry, { notBefore: this.#places.putOffUntil }));
    const tooMany = [...putOff, ...calls.slice(left).flat()];
    await allOf(tooMany.map((entry) => this.#giveBack(entry)));
    this.#perCall = tooMany.length > 0 ? 1 : Math.min(this.#options.batch, this.#perCall * 2);
    if (claimed.length === limit) this.#again = true;
    if (isShared) this.#fallbacks ||= claimed.some(({ fallback }) => fallback.length > 0);
    await late;
  }

  /** What is sent at a time that the clock on the wall has left behind, as it was put back, waits for it, or until that is put on. */
  async #claim(now: number, limit: number): Promise<OutboxEntry[]> {
    const { account, store, clock } = this.#options;
    const claimed = await store.claim(account, now, limit);
    const wall = Date.now();
    if (wall >= now) return claimed;
    const isEarly = ({ state, at, notBefore }: OutboxEntry) =>
      state === 'sending' && at !== null && at > wall && notBefore >= at;
    for (const entry of claimed) if (entry.state === 'sending') entry.startedAt = wall;
    const early = claimed.filter(isEarly);
    const later = ({ at }: OutboxEntry) => Math.min(clock.at(at ?? 0), clock.now() + LONGEST_SLEEP);
    await allOf(early.map((entry) => this.#giveBack(Object.assign(entry, { notBefore: later(entry) }))));
    return claimed.filter(({ state }) => state !== 'waiting');
  }

  async #endLate(now: number): Promise<void> {
    const { account, store } = this.#options;
    const late = await store.takeExpired(account, now);
    if (late.length > 0) this.#again = true;
    await allOf(late.map((entry) => this.#attempts.end({ entry, error: expired(entry) })));
  }

  /** None is taken for nothing, as far as can be known: others would wait for it. */
  async #slot(slots: Slots, now: number, messages: number): Promise<Slot | null> {
    const { account, store, clock } = this.#options;
    const due = (await store.nextDue(account)) ?? Number.POSITIVE_INFINITY;
    // What a process had claimed that died comes at no time that is known: it is looked for now and then.
    const mayCome = due <= clock.now() + OTHERS_PAUSE && Math.abs(now - this.#claimedAt) >= OTHERS_PAUSE;
    return due <= now || mayCome ? slots.take(messages) : null;
  }

  async #recover(now: number): Promise<void> {
    // What is handed out as it comes in is in nobody's hand for a moment.
    await this.#taking.over();
    const areFallbacks = await this.#recovery.takeUp(now);
    this.#fallbacks ||= areFallbacks;
  }

  /** Claimed, as one call might have taken it with others, and there is no place for a call of its own. */
  async #giveBack(entry: OutboxEntry): Promise<void> {
    if (entry.state === 'sending') {
      entry.attempts -= 1;
      entry.state = 'waiting';
    }
    await this.#attempts.save(entry);
  }

  /** The vendor has been out of reach for too long: who has another account does not wait to be tried here first. */
  async #evacuate(now: number): Promise<void> {
    const { account, store, concurrency } = this.#options;
    const back = now + this.#breaker.wait(now);
    for (let claimed = await store.claim(account, now, concurrency); claimed.length > 0; ) {
      await allOf(claimed.map((entry) => this.#sendElsewhere(entry, back)));
      claimed = await store.claim(account, now, concurrency);
    }
  }

  async #sendElsewhere(entry: OutboxEntry, back: number): Promise<void> {
    if (entry.state === 'sending') {
      entry.attempts -= 1;
      entry.state = 'waiting';
      if (await this.#attempts.failOver(entry)) return;
    }
    entry.notBefore = back;
    await this.#attempts.save(entry);
  }

  #run(call: Promise<void>): void {
    const over = call
      .catch((error) => this.#retryPump(error))
      .finally(() => {
        if (!this.#isEmpty) this.wake();
      });
    this.#running.begin(over);
  }

  async #sleep(): Promise<void> {
    const { account, store, isShared, clock, limiter, slots } = this.#options;
    const stirred = this.#stirred;
    const due = await store.nextDue(account);
    if (stirred === this.#stirred) this.#isEmpty = due === null;
    const now = clock.now();
    const others = isShared ? now + OTHERS_PAUSE : Number.POSITIVE_INFINITY;
    const next = Math.min(due ?? Number.POSITIVE_INFINITY, this.#recovery.at, others);
    clearTimeout(this.#timer);
    if (next === Number.POSITIVE_INFINITY || this.#closed) return;
    const pause = Math.max(limiter.pause(), slots?.wait() ?? 0, this.#breaker.wait(now));
    // With every place taken, the end of a call wakes the pump.
    if (pause === 0 && this.#places.free(now) === 0) return;
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
    this.#options.health.failed(error);
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), STORE_PAUSE);
  }
}

/** Messages expire while the account pauses, too: so often at least they are looked at. */
const LONGEST_PAUSE = 10_000;
/** How often, in milliseconds, a process looks for what others have taken in, who may be busy, or dead. */
const OTHERS_PAUSE = 5000;
