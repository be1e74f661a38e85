/** Which run of a process something belongs to: what a dead one left behind is anybody's. */
import { randomUUID } from 'node:crypto';
import type { Store } from '../store';

/** This run of the process. */
export const LIFE: string = randomUUID();

/** How long a process counts as alive after its last sign, and how often it gives one. */
const SIGN_LASTS = 30_000;
const SIGN_EVERY = 10_000;

/** Who of those that share a store is alive. A store that nobody else can open knows of this process alone. */
export class Lives {
  #store: Store;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  async isOver(life: string): Promise<boolean> {
    if (life === LIFE) return false;
    return this.#store.rates === null || (await this.#store.marks.get('life', life)) === null;
  }

  /** From now on the others know that this process is alive; returns what ends it. */
  begin(): () => void {
    this.#users += 1;
    if (this.#users === 1 && this.#store.rates !== null) {
      this.#timer = setInterval(() => this.#sign(), SIGN_EVERY).unref();
      this.#sign();
    }
    let isOn = true;
    return () => {
      if (isOn) this.#users -= 1;
      isOn = false;
      if (this.#users === 0) clearInterval(this.#timer);
    };
  }

  /** A store that is out of reach for one sign is asked for the next one. */
  #sign(): void {
    this.#store.marks.set('life', LIFE, '', SIGN_LASTS).catch(() => {});
  }
}

const known = new WeakMap<object, Lives>();

/** One for each store, whoever asks. */
export function livesOf(store: Store): Lives {
  let lives = known.get(store.marks);
  if (!lives) {
    lives = new Lives(store);
    known.set(store.marks, lives);
  }
  return lives;
}
