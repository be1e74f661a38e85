/**
 * What the messages came with that are followed, where the store cannot have it as it was: a function or an object of a
 * class, or a list that goes to many. As it was, of the last ones; of the others the store knows what it can.
 */
import type { Origin } from './job';

/** So many at least are remembered, and at most twice as many. */
const KEPT = 2500;

export interface Followed {
  origin: Origin;
  index: number;
}

export class FollowedMessages {
  #followed = new Map<string, Followed>();
  /** Those before them, which are forgotten together: one by one takes longer. */
  #older = new Map<string, Followed>();
  /** One for all recipients of a message. */
  #lasting = new WeakMap<Origin, Origin>();

  /** @param id the vendor's */
  add(id: string, origin: Origin, index: number): void {
    const lasting = origin.parts === null ? lastingOf(origin) : this.#sharedOf(origin);
    this.#followed.set(id, { origin: lasting, index });
    if (this.#followed.size < KEPT) return;
    this.#older = this.#followed;
    this.#followed = new Map();
  }

  /** After the last report nothing more is known. */
  of(id: string, final: boolean): Followed | undefined {
    const followed = this.#followed.get(id) ?? this.#older.get(id);
    if (final) {
      this.#followed.delete(id);
      this.#older.delete(id);
    }
    return followed;
  }

  #sharedOf(origin: Origin): Origin {
    const known = this.#lasting.get(origin) ?? lastingOf(origin);
    this.#lasting.set(origin, known);
    return known;
  }
}

/** What is bound to this moment (an HTTP request to answer) does not belong to a report that comes later. */
function lastingOf({ message: given, parts, path }: Origin): Origin {
  const { req, res, ...message } = given;
  return { message, parts, path };
}
