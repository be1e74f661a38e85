/**
 * Values by name, where names come and go with each message. A `Map` gets a new table each time so many were added to it,
 * and the former tables lead to those that follow: as soon as one of them is old, all that has been in any of them since
 * stays in memory until everything is collected, and is copied until then. A new `Map` now and then ends that trail; an
 * object without a prototype has none, but each name that it sees costs three times as much.
 */
export class Dictionary<T> {
  #values = new Map<string, T>();
  #added = 0;

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string): T | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: T): void {
    if (this.#added >= Math.max(FEW, this.#values.size)) {
      this.#values = new Map(this.#values);
      this.#added = 0;
    }
    this.#values.set(name, value);
    this.#added += 1;
  }

  delete(name: string): void {
    this.#values.delete(name);
  }

  values(): T[] {
    return [...this.#values.values()];
  }

  clear(): void {
    this.#values = new Map();
    this.#added = 0;
  }
}

/** Added before the first trail ends; the values of so many may outlive their time. */
const FEW = 256;
