/** Things with a time, the earliest first, equal times in the order they came: a binary heap with replacement. */

interface Item<T> {
  thing: T;
  at: number;
  order: number;
}

export class Agenda<T extends object> {
  #heap: Item<T>[] = [];
  /** The valid item of each thing; the others in the heap are leftovers. */
  #current = new Map<T, Item<T>>();
  #order = 0;

  /** Puts a thing down for a time, instead of the one it had; with the same time it keeps its place. */
  put(thing: T, at: number): void {
    if (this.#current.get(thing)?.at === at) return;
    const item = { thing, at, order: this.#order++ };
    this.#current.set(thing, item);
    this.#rise(this.#heap.push(item) - 1, item);
    this.#tidy();
  }

  drop(thing: T): void {
    this.#current.delete(thing);
    this.#tidy();
  }

  /** The earliest time there is. */
  next(): number | null {
    return this.#first()?.at ?? null;
  }

  /** Takes out the first thing whose time has come. */
  takeDue(now: number): T | undefined {
    const item = this.#first();
    if (!item || item.at > now) return undefined;
    this.#current.delete(item.thing);
    this.#pop();
    return item.thing;
  }

  #first(): Item<T> | undefined {
    for (;;) {
      const item = this.#heap[0];
      if (!item || this.#current.get(item.thing) === item) return item;
      this.#pop();
    }
  }

  /** Leftovers hold their things in memory: when they are the most of the heap, it is made anew. */
  #tidy(): void {
    if (this.#heap.length < 64 || this.#heap.length < 2 * this.#current.size) return;
    this.#heap = [];
    for (const item of this.#current.values()) this.#rise(this.#heap.push(item) - 1, item);
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) this.#sink(0, last);
  }

  #rise(at: number, item: Item<T>): void {
    const heap = this.#heap;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || !before(item, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = item;
  }

  #sink(at: number, item: Item<T>): void {
    const heap = this.#heap;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const child = left && right && before(right, left) ? right : left;
      if (!child || !before(child, item)) break;
      heap[at] = child;
      at = child === left ? 2 * at + 1 : 2 * at + 2;
    }
    heap[at] = item;
  }
}

function before<T>(a: Item<T>, b: Item<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
