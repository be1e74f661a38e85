/** Tracked messages in Redis; a final one is forgotten by Redis itself after its days. */
import { keyOf } from './redis-entry';
import type { RedisTurns } from './redis-turns';
import { keptFor } from './states';
import type { TrackedMessage, TrackedStore } from './store';

export class RedisTracked implements TrackedStore {
  #turns: RedisTurns;
  #keep: number;

  /** @param keepDays how long a message is kept after it is final, or should have been */
  constructor(turns: RedisTurns, keepDays: number) {
    this.#turns = turns;
    this.#keep = keptFor(keepDays);
  }

  draft(message: TrackedMessage): TrackedMessage {
    return message;
  }

  async save(message: TrackedMessage): Promise<boolean> {
    const { account, id, reference, to, acceptedAt, askAt, asked, finalBy, final, version } = message;
    const due = final ? '' : Math.min(askAt, finalBy);
    const names = [keyOf(account), id, version, reference, to, acceptedAt, asked];
    const saved = await this.#turns.write('tracked.save', ...names, due, this.#ttl(message), bodyOf(message));
    if (saved !== '1') return false;
    message.version = version + 1;
    return true;
  }

  async find(account: string, id: string): Promise<TrackedMessage | null> {
    const [message = null] = await this.#ask('tracked.find', account, id);
    return message;
  }

  async findReference(account: string, reference: string): Promise<TrackedMessage | null> {
    const [message = null] = await this.#ask('tracked.findReference', account, reference);
    return message;
  }

  sentTo(account: string, to: string, since: number): Promise<TrackedMessage[]> {
    return this.#ask('tracked.sentTo', account, to, since);
  }

  recent(account: string, limit: number): Promise<TrackedMessage[]> {
    return this.#ask('tracked.recent', account, limit);
  }

  due(account: string, now: number, limit: number): Promise<TrackedMessage[]> {
    return this.#ask('tracked.due', account, now, limit);
  }

  open(account: string, limit: number, asked: number): Promise<TrackedMessage[]> {
    return this.#ask('tracked.open', account, limit, asked);
  }

  async nextDue(account: string): Promise<number | null> {
    const due = await this.#turns.read('tracked.nextDue', keyOf(account));
    return typeof due === 'string' ? Number(due) : null;
  }

  async #ask(name: string, account: string, ...rest: (string | number)[]): Promise<TrackedMessage[]> {
    const found = (await this.#turns.read(name, keyOf(account), ...rest)) as string[];
    const messages: TrackedMessage[] = [];
    for (let i = 0; i < found.length; i += 2) messages.push(messageOf(found[i], found[i + 1]));
    return messages;
  }

  /** Milliseconds that it is kept from now on: one without a final status has to be told of before it is forgotten. */
  #ttl({ final, finalBy }: TrackedMessage): string {
    const time = final ? this.#keep : Math.max(0, finalBy - Date.now()) + this.#keep;
    return time === Number.POSITIVE_INFINITY ? '' : String(Math.ceil(time));
  }
}

/** JSON has no infinity; a time that never comes is left out. */
function bodyOf({ version, askAt, finalBy, ...rest }: TrackedMessage): string {
  const times = { askAt: Number.isFinite(askAt) ? askAt : null, finalBy: Number.isFinite(finalBy) ? finalBy : null };
  return JSON.stringify({ ...rest, ...times });
}

function messageOf(version = '', body = ''): TrackedMessage {
  const { askAt, finalBy, ...rest } = JSON.parse(body);
  return {
    ...rest,
    version: Number(version),
    askAt: askAt ?? Number.POSITIVE_INFINITY,
    finalBy: finalBy ?? Number.POSITIVE_INFINITY,
  };
}
