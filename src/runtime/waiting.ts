/** Those that wait, in the order in which they came: one at a time at a low cost, and a hundred thousand, too. */
export class Waiting<T> {
  #all: (T | undefined)[] = [];
  #first = 0;
  #end = 0;

  get isEmpty(): boolean {
    return this.#first === this.#end;
  }

  add(one: T): void {
    this.#all[this.#end] = one;
    this.#end += 1;
  }

  /** The one that has waited the longest. */
  take(): T | undefined {
    if (this.isEmpty) return undefined;
    const one = this.#all[this.#first];
    this.#all[this.#first] = undefined;
    this.#first += 1;
    if (this.#first >= MANY && this.#first * 2 >= this.#end) this.#moveUp();
    else if (this.isEmpty) [this.#first, this.#end] = [0, 0];
    return one;
  }

  /** Those in front have left their places empty. */
  #moveUp(): void {
    this.#all = this.#all.slice(this.#first, this.#end);
    [this.#first, this.#end] = [0, this.#all.length];
  }
}

/** Empty places that are worth moving up for. */
const MANY = 1000;
