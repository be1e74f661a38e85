/** Messages that go without the queue stand in a line for each account: so many are under way, the others wait as they came. */
import { Crowd } from './crowd';
import { Waiting } from './waiting';

export interface LinesOptions<T> {
  /** Takes the next one, which has a place in the line until {@link Line.leave}; the one behind it waits for the promise. Never rejects. */
  take(one: T, line: Line<T>): Promise<void> | void;
  /** Told when some begin to wait, with what resolves when none do and none is under way. */
  crowded(over: Promise<void>): void;
}

export class Lines<T> {
  #options: LinesOptions<T>;
  #lines = new Map<string, Line<T>>();
  #isOpen = false;

  constructor(options: LinesOptions<T>) {
    this.#options = options;
  }

  give(account: string, one: T): void {
    let line = this.#lines.get(account);
    if (!line) {
      line = new Line(this.#options, () => this.#lines.delete(account));
      if (this.#isOpen) line.open();
      this.#lines.set(account, line);
    }
    line.give(one);
  }

  /** From now on nobody waits. */
  open(): void {
    this.#isOpen = true;
    for (const line of this.#lines.values()) line.open();
  }
}

export class Line<T> {
  #options: LinesOptions<T>;
  #ended: () => void;
  #waiting = new Waiting<T>();
  #crowd = new Crowd(MOST);
  #isReading = false;
  #over: Promise<void> | undefined;

  constructor(options: LinesOptions<T>, ended: () => void) {
    this.#options = options;
    this.#ended = ended;
  }

  give(one: T): void {
    this.#waiting.add(one);
    if (!this.#isReading) this.#read();
  }

  /** Takes one more place. */
  enter(): Promise<void> | undefined {
    const place = this.#crowd.enter();
    if (place) {
      const over = this.#crowd.over();
      if (over !== this.#over) this.#options.crowded(over);
      this.#over = over;
    }
    return place;
  }

  leave(): void {
    this.#crowd.leave();
    if (this.#crowd.isEmpty && !this.#isReading) this.#ended();
  }

  open(): void {
    this.#crowd.open();
  }

  /** Goes on with those that come meanwhile. */
  async #read(): Promise<void> {
    this.#isReading = true;
    while (!this.#waiting.isEmpty) {
      const place = this.enter();
      if (place) await place;
      const one = this.#waiting.take() as T;
      const taking = this.#options.take(one, this);
      if (taking) await taking;
    }
    this.#isReading = false;
    if (this.#crowd.isEmpty) this.#ended();
  }
}

/** SMS under way in a line: enough for all sockets, and for those who wait for the rate beside them. */
const MOST = 200;
