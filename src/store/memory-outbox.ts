/** The outbox in lanes, one a recipient: the order to a recipient is kept, and a claim does not scan what waits. */
import { Agenda } from './agenda';
import { dueOf, type Lane, leave, nextOf, release } from './memory-lane';
import { isApart, isDue } from './states';
import type { HandOut, OutboxCounts, OutboxEntry, OutboxState, OutboxStore } from './store';

/** What is known of one account. */
interface Account {
  /** In the order in which they were taken in. */
  entries: Map<string, OutboxEntry>;
  lanes: Map<string, Lane>;
  /** When each lane next has something to do. */
  turns: Agenda<Lane>;
  /** When what waits is over. */
  ends: Agenda<OutboxEntry>;
  /** When they were taken in. */
  ages: Agenda<OutboxEntry>;
  counts: Record<OutboxState, number>;
}

/** Expired entries are taken in portions: there may be a million of them after an outage. */
const PORTION = 1000;

export class MemoryOutbox implements OutboxStore {
  #accounts = new Map<string, Account>();
  /** Copies of our own: what others do to theirs counts when they save it. */
  #entries = new Map<string, OutboxEntry>();

  async add(entries: readonly OutboxEntry[], handOut?: HandOut): Promise<OutboxEntry[]> {
    const claimed: OutboxEntry[] = [];
    for (const one of entries) {
      const entry = copyOf(one);
      const isFree = handOut && isDue(entry, handOut.now) && this.#isFree(entry, handOut.now) && handOut.may();
      this.#put(entry);
      if (isFree) claimed.push(this.#handOut(entry, handOut.now));
    }
    return claimed;
  }

  async claim(account: string, now: number, limit: number): Promise<OutboxEntry[]> {
    const claimed: OutboxEntry[] = [];
    const known = this.#account(account);
    while (claimed.length < limit) {
      const lane = known.turns.takeDue(now);
      if (!lane) break;
      const entry = nextOf(lane, now);
      if (entry && lane.claimed === null) claimed.push(this.#handOut(entry, now));
    }
    return claimed;
  }

  async save(entry: OutboxEntry): Promise<void> {
    const kept = this.#entries.get(entry.reference);
    if (!kept) return;
    const known = this.#account(kept.account);
    const wasApart = isApart(kept.state);
    this.#change(known, kept, entry.state);
    const { account, to, createdAt } = kept;
    Object.assign(kept, copyOf(entry), { account, to, createdAt });
    if (isApart(kept.state)) return wasApart ? undefined : this.#leave(known, kept);
    if (wasApart) this.#enter(known, kept);
    if (kept.state === 'waiting') known.ends.put(kept, kept.expiresAt);
    this.#release(known, kept);
  }

  /** Nobody else has the store. */
  async fenced(_reference: string, _mark: object, work: () => Promise<unknown>): Promise<boolean> {
    await work();
    return true;
  }

  async isLost(): Promise<boolean> {
    return false;
  }

  /** Nobody else has the store. */
  async letGo(): Promise<void> {}

  async remove(reference: string): Promise<void> {
    const entry = this.#entries.get(reference);
    if (entry) this.#take(entry);
  }

  async move(entry: OutboxEntry, account: string): Promise<void> {
    const kept = this.#entries.get(entry.reference);
    if (kept) this.#take(kept);
    entry.account = account;
    this.#put(copyOf(entry));
  }

  async takeExpired(account: string, now: number): Promise<OutboxEntry[]> {
    const known = this.#account(account);
    const expired: OutboxEntry[] = [];
    while (expired.length < PORTION) {
      const entry = known.ends.takeDue(now);
      if (!entry) break;
      this.#change(known, entry, 'expired');
      this.#leave(known, entry);
      expired.push(copyOf(entry));
    }
    return expired;
  }

  async nextDue(account: string): Promise<number | null> {
    const { turns, ends } = this.#account(account);
    const times = [turns.next(), ends.next()].filter((time) => time !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  async find(reference: string): Promise<OutboxEntry | null> {
    const entry = this.#entries.get(reference);
    return entry ? copyOf(entry) : null;
  }

  async list(
    account: string,
    state: OutboxState,
    options: { to?: string; limit?: number } = {},
  ): Promise<OutboxEntry[]> {
    const { entries, counts } = this.#account(account);
    const { to, limit } = options;
    const found: OutboxEntry[] = [];
    let left = counts[state];
    for (const entry of entries.values()) {
      if (left === 0) break;
      if (entry.state !== state) continue;
      left -= 1;
      if (to === undefined || entry.to === to) found.push(entry);
    }
    // One that came back from elsewhere is older than those before it.
    found.sort((a, b) => a.createdAt - b.createdAt);
    return found.slice(0, limit).map(copyOf);
  }

  async counts(account: string): Promise<OutboxCounts> {
    const { counts, ages } = this.#account(account);
    return { ...counts, oldest: ages.next() };
  }

  #isFree({ account, to }: OutboxEntry, now: number): boolean {
    const { lanes, turns } = this.#account(account);
    return !lanes.has(to) && (turns.next() ?? Number.POSITIVE_INFINITY) > now;
  }

  #handOut(entry: OutboxEntry, now: number): OutboxEntry {
    const known = this.#account(entry.account);
    const lane = known.lanes.get(entry.to);
    if (lane) {
      lane.claimed = entry.reference;
      known.turns.drop(lane);
    }
    if (entry.state === 'waiting') {
      this.#change(known, entry, 'sending');
      entry.attempts += 1;
      entry.startedAt = now;
    }
    return copyOf(entry);
  }

  #put(entry: OutboxEntry): void {
    const known = this.#account(entry.account);
    this.#entries.set(entry.reference, entry);
    known.counts[entry.state] += 1;
    known.ages.put(entry, entry.createdAt);
    if (entry.state === 'waiting') known.ends.put(entry, entry.expiresAt);
    if (isApart(entry.state)) known.entries.set(entry.reference, entry);
    else this.#plan(known, this.#enter(known, entry));
  }

  #take(entry: OutboxEntry): void {
    const known = this.#account(entry.account);
    this.#entries.delete(entry.reference);
    known.entries.delete(entry.reference);
    known.counts[entry.state] -= 1;
    known.ages.drop(entry);
    known.ends.drop(entry);
    if (!isApart(entry.state)) this.#leave(known, entry);
  }

  #change(known: Account, entry: OutboxEntry, state: OutboxState): void {
    known.counts[entry.state] -= 1;
    known.counts[state] += 1;
    entry.state = state;
    if (state !== 'waiting') known.ends.drop(entry);
  }

  /** Takes its place behind all others. */
  #enter(known: Account, entry: OutboxEntry): Lane {
    known.entries.delete(entry.reference);
    known.entries.set(entry.reference, entry);
    let lane = known.lanes.get(entry.to);
    if (!lane) {
      lane = { to: entry.to, entries: [], claimed: null };
      known.lanes.set(entry.to, lane);
    }
    lane.entries.push(entry);
    return lane;
  }

  #leave(known: Account, entry: OutboxEntry): void {
    const lane = known.lanes.get(entry.to);
    if (lane) leave(lane, entry);
    this.#release(known, entry);
  }

  #release(known: Account, entry: OutboxEntry): void {
    const lane = known.lanes.get(entry.to);
    if (!lane) return;
    release(lane, entry.reference);
    this.#plan(known, lane);
  }

  /** Puts a lane down for when it next has something to do; an empty one is forgotten. */
  #plan(known: Account, lane: Lane): void {
    if (lane.entries.length === 0) {
      known.lanes.delete(lane.to);
      known.turns.drop(lane);
    } else if (lane.claimed === null) {
      known.turns.put(lane, dueOf(lane));
    }
  }

  #account(account: string): Account {
    let known = this.#accounts.get(account);
    if (!known) {
      const counts = { waiting: 0, sending: 0, unknown: 0, held: 0, expired: 0 };
      const [turns, ends, ages] = [new Agenda<Lane>(), new Agenda<OutboxEntry>(), new Agenda<OutboxEntry>()];
      known = { entries: new Map(), lanes: new Map(), turns, ends, ages, counts };
      this.#accounts.set(account, known);
    }
    return known;
  }
}

function copyOf(entry: OutboxEntry): OutboxEntry {
  return { ...entry, fallback: [...entry.fallback] };
}
