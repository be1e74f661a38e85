/**
 * What comes in for a node: taken once, however often it is heard. That it was taken and the letter that tells of it
 * are stored in one turn, so that after a crash it is either told or heard again.
 */
import type { MarkStore, Store } from '../store';
import { type Letter, type Post, postOf } from './post';

export interface Arrival {
  /** The node that is told. */
  owner: string;
  kind: string;
  /** What JSON can carry. */
  body: unknown;
  /** By what it is known again, and for how many milliseconds after it was last heard; null where nothing tells. */
  mark: { scope: string; key: string; ttl: number } | null;
}

export interface TakeOptions<T> {
  /** No more than so many are taken; those behind are left alone. */
  limit?: number;
  /** What else is to be stored in the same turn; given the last that was looked at. */
  also?: (last: T) => Promise<unknown>;
}

/** So many letters are remembered of which a store that failed may have some. */
const MOST_UNSURE = 10_000;

export class Intake {
  #marks: MarkStore;
  #post: Post;
  /** What is being taken at this moment, by name. */
  #taking = new Map<string, Promise<unknown>>();
  /** What a store that failed may have or not: heard again, it is the same letter. */
  #unsure = new Map<string, Letter>();

  constructor(store: Store) {
    this.#marks = store.marks;
    this.#post = postOf(store);
  }

  /** The letters for what is new, in its order, stored. @throws SmsError SMS_STORE; then it may be heard again */
  async take<T extends Arrival>(arrivals: readonly T[], options: TakeOptions<T> = {}): Promise<Letter[]> {
    const names = [...new Set(arrivals.map(nameOf))].filter((name) => name !== null);
    while (names.some((name) => this.#taking.has(name))) {
      await Promise.allSettled(names.map((name) => this.#taking.get(name)));
    }
    const work = this.#take(withoutRepeats(arrivals), options);
    for (const name of names) this.#taking.set(name, work);
    try {
      return await work;
    } finally {
      for (const name of names) this.#taking.delete(name);
    }
  }

  async #take<T extends Arrival>(
    arrivals: readonly T[],
    { limit = Number.POSITIVE_INFINITY, also }: TakeOptions<T>,
  ): Promise<Letter[]> {
    const heard = await Promise.all(arrivals.map((arrival) => this.#heardAt(arrival)));
    const fresh: { arrival: T; letter: Letter }[] = [];
    const again: T[] = [];
    let last: T | undefined;
    for (const [i, arrival] of arrivals.entries()) {
      if (fresh.length >= limit) break;
      last = arrival;
      const at = heard[i] ?? null;
      if (at === null) fresh.push({ arrival, letter: this.#letterFor(arrival) });
      else if (isAging(arrival, at)) again.push(arrival);
    }
    try {
      const [isMine] = await Promise.all([
        Promise.all(fresh.map((one) => this.#store(one))),
        Promise.all(again.map((arrival) => this.#remember(arrival))),
        last && also?.(last),
      ]);
      return fresh.filter((one, i) => this.#isTaken(one, isMine[i] ?? false)).map(({ letter }) => letter);
    } catch (error) {
      for (const one of fresh) this.#doubt(one);
      throw error;
    }
  }

  /** When it was last heard, epoch milliseconds; null when never. */
  async #heardAt(arrival: Arrival): Promise<number | null> {
    const name = nameOf(arrival);
    if (arrival.mark === null || name === null || this.#unsure.has(name)) return null;
    const value = await this.#marks.get(arrival.mark.scope, arrival.mark.key);
    return value === null ? null : Number(value);
  }

  #letterFor(arrival: Arrival): Letter {
    const unsure = this.#unsure.get(nameOf(arrival) ?? '');
    return unsure ?? this.#post.compose(arrival.owner, arrival.kind, arrival.body);
  }

  /** The letter first: a store that keeps only half of it has it told twice rather than never. */
  async #store({ arrival: { mark }, letter }: { arrival: Arrival; letter: Letter }): Promise<boolean> {
    const [, isMine] = await Promise.all([
      this.#post.store(letter),
      mark ? this.#marks.add(mark.scope, mark.key, mark.ttl, String(Date.now())) : true,
    ]);
    return isMine;
  }

  async #remember({ mark }: Arrival): Promise<void> {
    if (mark) await this.#marks.set(mark.scope, mark.key, String(Date.now()), mark.ttl);
  }

  /** Another process may have taken it at the same moment: then it tells. */
  #isTaken({ arrival, letter }: { arrival: Arrival; letter: Letter }, isMine: boolean): boolean {
    if (this.#unsure.delete(nameOf(arrival) ?? '') || isMine) return true;
    this.#post.done(letter);
    return false;
  }

  #doubt({ arrival, letter }: { arrival: Arrival; letter: Letter }): void {
    const name = nameOf(arrival);
    if (name === null) {
      this.#post.leave(letter);
      return;
    }
    this.#unsure.set(name, letter);
    if (this.#unsure.size <= MOST_UNSURE) return;
    for (const [oldest, left] of this.#unsure) {
      this.#unsure.delete(oldest);
      this.#post.leave(left);
      return;
    }
  }
}

/** Of what is heard twice at once, the first. */
function withoutRepeats<T extends Arrival>(arrivals: readonly T[]): T[] {
  const names = new Set<string>();
  return arrivals.filter((arrival) => {
    const name = nameOf(arrival);
    if (name === null) return true;
    const isFirst = !names.has(name);
    names.add(name);
    return isFirst;
  });
}

function nameOf({ mark }: Arrival): string | null {
  return mark && `${mark.scope}\n${mark.key}`;
}

/** A mark is renewed well before its end, but not each time. */
function isAging({ mark }: Arrival, at: number): boolean {
  return mark !== null && Date.now() - at > mark.ttl / 2;
}

const intakes = new WeakMap<MarkStore, Intake>();

/** One for each store, whoever asks. */
export function intakeOf(store: Store): Intake {
  let intake = intakes.get(store.marks);
  if (!intake) {
    intake = new Intake(store);
    intakes.set(store.marks, intake);
  }
  return intake;
}
