/** How many entries an account has in each state: counted once, then kept up by what is committed. */
import type { OutboxState } from './store';

export type Tally = Record<OutboxState, number>;

interface Change {
  account: string;
  state: OutboxState;
  by: 1 | -1;
}

export class Tallies {
  #known = new Map<string, Tally>();
  /** Of the transaction under way. */
  #changes: Change[] = [];
  /** Counted since the last commit, with what may be undone. */
  #fresh = new Set<string>();

  of(account: string): Tally | undefined {
    return this.#known.get(account);
  }

  /** What was counted in the file. */
  set(account: string, tally: Tally): void {
    this.#known.set(account, tally);
    this.#fresh.add(account);
  }

  change(account: string, state: OutboxState, by: 1 | -1): void {
    if (this.#known.has(account)) this.#changes.push({ account, state, by });
  }

  committed(): void {
    for (const { account, state, by } of this.#changes) {
      const tally = this.#known.get(account);
      if (tally) tally[state] += by;
    }
    this.#changes = [];
    this.#fresh.clear();
  }

  undone(): void {
    for (const account of this.#fresh) this.#known.delete(account);
    this.#changes = [];
    this.#fresh.clear();
  }

  /** There is another file. */
  forget(): void {
    this.#known.clear();
    this.#changes = [];
    this.#fresh.clear();
  }
}
