/**
 * The time by which each exchange of a line has to be over. One timer looks at all of them: a timer for each would cost
 * as much as to read its answer.
 */

/** What has a time by which it has to be over. */
export interface Timed {
  /** By `performance.now`. */
  due: number;
  /** Its place among the others; {@link Deadlines} writes it. */
  place: number;
  /** Its time is over; unless it is taken out, it is told again when it is due. */
  isDue(now: number): void;
}

/** Milliseconds between two looks; nothing is told later than that. */
const LOOK = 20;

export class Deadlines {
  #all: Timed[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(one: Timed): void {
    one.place = this.#all.push(one) - 1;
    this.#timer ??= setInterval(() => this.#look(), LOOK);
  }

  /** May be asked again. */
  remove(one: Timed): void {
    if (this.#all[one.place] !== one) return;
    const last = this.#all.pop() as Timed;
    if (last !== one) {
      this.#all[one.place] = last;
      last.place = one.place;
    }
    if (this.#all.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    // What is told to one may give another its turn, and time.
    for (const one of this.#all.filter(({ due }) => due <= now)) if (one.due <= now) one.isDue(now);
  }
}
