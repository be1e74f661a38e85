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

  async save(message: TrackedMessage): Promise<void> {
    const { open, final, ids } = this.#of(message.account);
    ids.set(message.reference, message.id);
    open.delete(message.id);
    (message.final ? final : open).set(message.id, message);
    if (final.size > FINAL_KEPT) forgetOldest(final, ids);
  }

  async find(account: string, id: string): Promise<TrackedMessage | null> {
    const { open, final } = this.#of(account);
    return open.get(id) ?? final.get(id) ?? null;
  }

  async findReference(account: string, reference: string): Promise<TrackedMessage | null> {
    const id = this.#of(account).ids.get(reference);
    return id === undefined ? null : this.find(account, id);
  }

  async sentTo(account: string, to: string, since: number): Promise<TrackedMessage[]> {
    const { open, final } = this.#of(account);
    return [...open.values(), ...final.values()].filter((m) => m.to === to && m.acceptedAt >= since);
  }

  async due(account: string, now: number, limit: number): Promise<TrackedMessage[]> {
    const due: TrackedMessage[] = [];
    for (const message of this.#of(account).open.values()) {
      if (Math.min(message.askAt, message.finalBy) <= now && due.push(message) >= limit) break;
    }
    return due;
  }

  async open(account: string, limit: number, asked: number): Promise<TrackedMessage[]> {
    const found: TrackedMessage[] = [];
    for (const message of this.#of(account).open.values()) {
      if (message.asked < asked && found.push(message) >= limit) break;
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

function forgetOldest(final: Map<string, TrackedMessage>, ids: Map<string, string>): void {
  for (const [id, { reference }] of final) {
    final.delete(id);
    ids.delete(reference);
    return;
  }
}
