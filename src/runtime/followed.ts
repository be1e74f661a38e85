/** What the messages came with that are followed: as they were, of the last ones; of the others the store knows. */
import type { Origin } from './job';

/** Beyond this, the oldest are forgotten. */
const KEPT = 5000;

export interface Followed {
  origin: Origin;
  index: number;
}

export class FollowedMessages {
  #followed = new Map<string, Followed>();
  /** One for all recipients of a message. */
  #lasting = new WeakMap<Origin, Origin>();

  /** @param id the vendor's */
  add(id: string, origin: Origin, index: number): void {
    this.#followed.set(id, { origin: this.#lastingOf(origin), index });
    if (this.#followed.size <= KEPT) return;
    for (const oldest of this.#followed.keys()) {
      this.#followed.delete(oldest);
      return;
    }
  }

  /** After the last report nothing more is known. */
  of(id: string, final: boolean): Followed | undefined {
    const followed = this.#followed.get(id);
    if (final) this.#followed.delete(id);
    return followed;
  }

  /** What is bound to this moment (an HTTP request to answer) does not belong to a report that comes later. */
  #lastingOf(origin: Origin): Origin {
    const known = this.#lasting.get(origin);
    if (known) return known;
    const { req, res, ...message } = origin.message;
    const lasting = { message, parts: origin.parts, path: origin.path };
    this.#lasting.set(origin, lasting as Origin);
    return lasting as Origin;
  }
}
