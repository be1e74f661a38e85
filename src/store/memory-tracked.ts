/** Tracked messages in maps, one an account; the final ones are kept for a while for those who ask. */
import type { TrackedMessage, TrackedStore } from './store';

/** Final messages that are remembered, the newest ones. */
const FINAL_KEPT = 10_000;

interface AccountMessages {
  /** Least recently saved first. */
  open: Map<string, TrackedMessage>;
  final: Map<string, TrackedMessage>;
  ids: Map<string, string>;
}

export class MemoryTracked implements TrackedStore {
  #accounts = new Map<string, AccountMessages>();

  draft(message: TrackedMessage): TrackedMessage {
    return message;
  }

  async save(message: TrackedMessage): Promise<boolean> {
    const { open, final, ids } = this.#of(message.account);
    const saved = open.get(message.id) ?? final.get(message.id);
    if ((saved?.version ?? 0) !== message.version) return false;
    const version = message.version + 1;
    ids.set(message.reference, message.id);
    open.delete(message.id);
    final.delete(message.id);
    (message.final ? final : open).set(message.id, { ...message, version });
    if (final.size > FINAL_KEPT) forgetOldest(final, ids);
    // As with any store: what is saved twice at once is saved by the first.
    await Promise.resolve();
    message.version = version;
    return true;
  }

  async find(account: string, id: string): Promise<TrackedMessage | null> {
    const { open, final } = this.#of(account);
    const message = open.get(id) ?? final.get(id);
    return message ? copyOf(message) : null;
  }

  async findReference(account: string, reference: string): Promise<TrackedMessage | null> {
    const id = this.#of(account).ids.get(reference);
    return id === undefined ? null : this.find(account, id);
  }

  async sentTo(account: string, to: string, since: number): Promise<TrackedMessage[]> {
    const { open, final } = this.#of(account);
    return [...open.values(), ...final.values()].filter((m) => m.to === to && m.acceptedAt >= since).map(copyOf);
  }

  async recent(account: string, limit: number): Promise<TrackedMessage[]> {
    const newest: TrackedMessage[] = [];
    const { open, final } = this.#of(account);
    for (const messages of [open, final]) for (const message of messages.values()) enter(newest, message, limit);
    return newest.map(copyOf);
  }

  async due(account: string, now: number, limit: number): Promise<TrackedMessage[]> {
    const due: TrackedMessage[] = [];
    for (const message of this.#of(account).open.values()) {
      if (Math.min(message.askAt, message.finalBy) <= now && due.push(copyOf(message)) >= limit) break;
    }
    return due;
  }

  async open(account: string, limit: number, asked: number): Promise<TrackedMessage[]> {
    const found: TrackedMessage[] = [];
    for (const message of this.#of(account).open.values()) {
      if (message.asked < asked && found.push(copyOf(message)) >= limit) break;
    }
    return found;
  }

  async nextDue(account: string): Promise<number | null> {
    let next: number | null = null;
    for (const { askAt, finalBy } of this.#of(account).open.values()) {
      const at = Math.min(askAt, finalBy);
      if (next === null || at < next) next = at;
    }
    return next;
  }

  #of(account: string): AccountMessages {
    let messages = this.#accounts.get(account);
    if (!messages) {
      messages = { open: new Map(), final: new Map(), ids: new Map() };
      this.#accounts.set(account, messages);
    }
    return messages;
  }
}

/** Puts a message in its place among the newest ones: of many, all but a few are older than these. */
function enter(newest: TrackedMessage[], message: TrackedMessage, limit: number): void {
  const last = newest[limit - 1];
  if (last && last.acceptedAt >= message.acceptedAt) return;
  const place = newest.findIndex(({ acceptedAt }) => acceptedAt < message.acceptedAt);
  newest.splice(place < 0 ? newest.length : place, 0, message);
  newest.length = Math.min(newest.length, limit);
}

/** What is handed out is the reader's own. */
function copyOf(message: TrackedMessage): TrackedMessage {
  return { ...message };
}

function forgetOldest(final: Map<string, TrackedMessage>, ids: Map<string, string>): void {
  for (const [id, { reference }] of final) {
    final.delete(id);
    ids.delete(reference);
    return;
  }
}
