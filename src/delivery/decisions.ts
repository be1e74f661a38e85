/** What ends the uncertainty about a message that is held: a person, or the vendor that tells of it after all. */
import type { Accepted } from '../providers/provider';
import type { MarkStore } from '../store';
import { type Attempts, whileIn } from './attempts';
import type { OutboxOptions } from './outbox-options';

export class Decisions {
  #options: OutboxOptions;
  #attempts: Attempts;

  constructor(options: OutboxOptions, attempts: Attempts) {
    this.#options = options;
    this.#attempts = attempts;
  }

  /** It waits again, as if it had not been tried; where its time to expire is over, that begins anew. */
  sendAgain(reference: string): Promise<boolean> {
    return whileIn('held', this.#options, reference, async (entry) => {
      const now = this.#options.clock.now();
      const time = Math.max(0, entry.expiresAt - Math.max(entry.createdAt, entry.at ?? 0));
      const expiresAt = entry.expiresAt > now ? entry.expiresAt : now + time;
      const anew = { state: 'waiting' as const, notBefore: now, expiresAt, unsentSince: null, lookups: 0 };
      await this.#options.store.save({ ...entry, ...anew });
    });
  }

  drop(reference: string): Promise<boolean> {
    return whileIn('held', this.#options, reference, () => this.#options.store.remove(reference));
  }

  /** Its node is given a receipt whose id is our reference; nothing more will be heard of it. */
  markSent(reference: string): Promise<boolean> {
    return whileIn('held', this.#options, reference, (entry) => {
      const acceptedAt = new Date(entry.startedAt).toISOString();
      const accepted: Accepted = { id: reference, status: 'sent', providerStatus: null, acceptedAt, raw: null };
      return this.#attempts.end({ entry, accepted, unfollowed: true });
    });
  }

  /** What the vendor has told of an attempt is kept for its end, and settles it at once when it is held. */
  async heard(reference: string, accepted: Accepted): Promise<void> {
    await this.#options.remember(reference, accepted);
    await whileIn('held', this.#options, reference, (held) => this.#attempts.end({ entry: held, accepted }));
  }
}

/** No decision takes longer, unless the process died in it. */
const LONGEST = 10_000;

/** Of two who decide about the same message at the same time, one does it; the work of the other is not done, and false. */
export function onlyOne(marks: MarkStore, account: string): OutboxOptions['alone'] {
  const scope = `deciding:${account}`;
  return async (reference, work) => {
    if (!(await marks.add(scope, reference, LONGEST))) return false;
    try {
      return await work();
    } finally {
      await marks.remove(scope, reference);
    }
  };
}
