/**
 * Values by name, where names come and go with each message. A `Map` or a `Set` is made anew each time so many were added to
 * it, and the former ones lead to those that follow: as soon as one of them is old, all that has been in any of them since
 * stays in memory until everything is collected, and is copied until then.
 */
export class Dictionary<T> {
  #values: Record<string, T> = Object.create(null);

  has(name: string): boolean {
    return name in this.#values;
  }

  get(name: string): T | undefined {
    return this.#values[name];
  }

  set(name: string, value: T): void {
    this.#values[name] = value;
  }

  delete(name: string): void {
    delete this.#values[name];
  }

  values(): T[] {
    return Object.values(this.#values);
  }

  clear(): void {
    this.#values = Object.create(null);
  }
}
