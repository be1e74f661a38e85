/** The outbox in lanes, one a recipient: the order to a recipient is kept, and a claim does not scan what waits. */
import { Agenda } from './agenda';
import type { OutboxEntry, OutboxState, OutboxStore } from './store';

/** The messages to one recipient through one account, oldest first. */
interface Lane {
  account: string;
  to: string;
  entries: OutboxEntry[];
  /** The reference of the entry that is claimed. */
  claimed: string | null;
}

export class MemoryOutbox implements OutboxStore {
  #lanes = new Map<string, Lane>();
  #agendas = new Map<string, Agenda<Lane>>();
  #expiries = new Map<string, Agenda<OutboxEntry>>();
  #entries = new Map<string, OutboxEntry>();
  #held = new Map<string, OutboxEntry>();

  async add(entries: readonly OutboxEntry[]): Promise<void> {
    for (const entry of entries) {
      this.#entries.set(entry.reference, entry);
      const lane = this.#lane(entry);
      lane.entries.push(entry);
      agendaOf(this.#expiries, entry.account).put(entry, entry.expiresAt);
      this.#plan(lane);
    }
  }

  async claim(account: string, now: number, limit: number): Promise<OutboxEntry[]> {
    const claimed: OutboxEntry[] = [];
    const agenda = agendaOf(this.#agendas, account);
    while (claimed.length < limit) {
      const lane = agenda.takeDue(now);
      if (!lane) break;
      const entry = nextOf(lane, now);
      if (!entry || lane.claimed !== null) continue;
      lane.claimed = entry.reference;
      if (entry.state === 'waiting') {
        entry.state = 'sending';
        entry.attempts += 1;
        entry.startedAt = now;
      }
      claimed.push(entry);
    }
    return claimed;
  }

  async save(entry: OutboxEntry): Promise<void> {
    const lane = this.#lane(entry);
    release(lane, entry.reference);
    if (entry.state === 'held') {
      leave(lane, entry);
      this.#held.set(entry.reference, entry);
    }
    this.#plan(lane);
  }

  async remove(reference: string): Promise<void> {
    const entry = this.#entries.get(reference);
    if (!entry) return;
    this.#entries.delete(reference);
    agendaOf(this.#expiries, entry.account).drop(entry);
    if (this.#held.delete(reference)) return;
    const lane = this.#lane(entry);
    release(lane, reference);
    leave(lane, entry);
    this.#plan(lane);
  }

  async move(entry: OutboxEntry, account: string): Promise<void> {
    await this.remove(entry.reference);
    entry.account = account;
    await this.add([entry]);
  }

  async takeExpired(account: string, now: number): Promise<OutboxEntry[]> {
    const expired: OutboxEntry[] = [];
    const agenda = agendaOf(this.#expiries, account);
    for (let entry = agenda.takeDue(now); entry; entry = agenda.takeDue(now)) {
      if (this.#entries.get(entry.reference) !== entry || entry.account !== account) continue;
      if (entry.state === 'waiting') expired.push(entry);
      // One that is under way may come back to waiting: it is looked at again.
      else if (entry.state !== 'held') agenda.put(entry, now + 1000);
    }
    for (const { reference } of expired) await this.remove(reference);
    return expired;
  }

  async nextDue(account: string): Promise<number | null> {
    const times = [this.#agendas.get(account)?.next(), this.#expiries.get(account)?.next()];
    const known = times.filter((time) => time !== undefined && time !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  async list(account: string, state: OutboxState): Promise<OutboxEntry[]> {
    const entries = state === 'held' ? this.#held : this.#entries;
    return [...entries.values()].filter((entry) => entry.account === account && entry.state === state);
  }

  #lane({ account, to }: OutboxEntry): Lane {
    const key = `${account}\n${to}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { account, to, entries: [], claimed: null };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** Puts a lane on the agenda for when it next has something to do; an empty one is forgotten. */
  #plan(lane: Lane): void {
    if (lane.entries.length === 0) {
      this.#lanes.delete(`${lane.account}\n${lane.to}`);
      agendaOf(this.#agendas, lane.account).drop(lane);
    } else if (lane.claimed === null) {
      agendaOf(this.#agendas, lane.account).put(lane, dueOf(lane));
    }
  }
}

/** The entry whose turn it is: a scheduled one lets later ones pass, one that is being retried or looked up does not. */
function nextOf(lane: Lane, now: number): OutboxEntry | undefined {
  for (const entry of lane.entries) {
    if (entry.notBefore <= now) return entry;
    if (entry.attempts > 0) return undefined;
  }
  return undefined;
}

function dueOf(lane: Lane): number {
  const now = Date.now();
  let due = Number.POSITIVE_INFINITY;
  for (const entry of lane.entries) {
    due = Math.min(due, entry.notBefore);
    // Whatever follows cannot be due earlier, or may not pass.
    if (due <= now || entry.attempts > 0) return due;
  }
  return due;
}

function release(lane: Lane, reference: string): void {
  if (lane.claimed === reference) lane.claimed = null;
}

function leave(lane: Lane, entry: OutboxEntry): void {
  // Nearly always the first one: a search from the front.
  const at = lane.entries.indexOf(entry);
  if (at === 0) lane.entries.shift();
  else if (at > 0) lane.entries.splice(at, 1);
}

function agendaOf<T extends object>(agendas: Map<string, Agenda<T>>, account: string): Agenda<T> {
  let agenda = agendas.get(account);
  if (!agenda) {
    agenda = new Agenda<T>();
    agendas.set(account, agenda);
  }
  return agenda;
}
