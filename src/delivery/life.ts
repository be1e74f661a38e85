/** Which run of a process something belongs to: what a dead one left behind is anybody's. */
import { randomUUID } from 'node:crypto';
import type { Store } from '../store';

/** This run of the process. */
export const LIFE: string = randomUUID();

/** How long a process counts as alive after its last sign, how often it gives one, and how soon again when that fails. */
const SIGN_LASTS = 15_000;
const SIGN_EVERY = 5000;
const SIGN_AGAIN = 1000;
const SCOPE = 'life';

/** Who of those that share a store is alive. A store that nobody else can open knows of this process alone. */
export class Lives {
  #store: Pick<Store, 'marks' | 'rates'>;
  /** The accounts that are in use here, each as often as it is. */
  #accounts: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #signedAt = Number.NEGATIVE_INFINITY;

  constructor(store: Pick<Store, 'marks' | 'rates'>) {
    this.#store = store;
  }

  async isOver(life: string): Promise<boolean> {
    if (life === LIFE) return false;
    return this.#store.rates === null || (await this.#store.marks.get(SCOPE, life)) === null;
  }

  /** From now on the others know that this process is alive, and has this account; returns what ends it. */
  begin(account: string): () => void {
    this.#accounts.push(account);
    if (this.#store.rates !== null) this.#sign();
    let isOn = true;
    return () => {
      if (!isOn) return;
      isOn = false;
      this.#accounts.splice(this.#accounts.indexOf(account), 1);
      if (this.#accounts.length === 0) clearTimeout(this.#timer);
      else if (this.#store.rates !== null) this.#sign();
    };
  }

  /** In the turn in which something is stored: whoever sees it knows that this process is alive, too. */
  confirm(): void {
    if (this.#store.rates !== null && Date.now() > this.#signedAt + SIGN_EVERY + SIGN_AGAIN) this.#sign();
  }

  /** Those that are alive. @throws SmsError SMS_STORE */
  async alive(): Promise<Set<string>> {
    return new Set((await this.#store.marks.list(SCOPE)).map(({ key }) => key));
  }

  /** Has another process that is alive this account, too? @throws SmsError SMS_STORE */
  async hasElsewhere(account: string): Promise<boolean> {
    if (this.#store.rates === null) return false;
    const signs = await this.#store.marks.list(SCOPE);
    return signs.some(({ key, value }) => key !== LIFE && value.includes(JSON.stringify(account)));
  }

  #sign(): void {
    const accounts = JSON.stringify([...new Set(this.#accounts)]);
    this.#store.marks.set(SCOPE, LIFE, accounts, SIGN_LASTS).then(
      () => {
        this.#signedAt = Date.now();
        this.#plan(SIGN_EVERY);
      },
      () => this.#plan(SIGN_AGAIN),
    );
  }

  #plan(wait: number): void {
    clearTimeout(this.#timer);
    if (this.#accounts.length > 0) this.#timer = setTimeout(() => this.#sign(), wait).unref();
  }
}

const known = new WeakMap<object, Lives>();

/** One for each store, whoever asks. */
export function livesOf(store: Pick<Store, 'marks' | 'rates'>): Lives {
  let lives = known.get(store.marks);
  if (!lives) {
    lives = new Lives(store);
    known.set(store.marks, lives);
  }
  return lives;
}
