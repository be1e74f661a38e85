/** How many entries an account has in each state: counted once, then kept up, and set back with what is undone. */
import type { OutboxState } from './store';

export type Tally = Record<OutboxState, number>;

interface Change {
  tally: Tally;
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
    const tally = this.#known.get(account);
    if (!tally) return;
    tally[state] += by;
    this.#changes.push({ tally, state, by });
  }

  committed(): void {
    this.#changes = [];
    this.#fresh.clear();
  }

  undone(): void {
    for (const { tally, state, by } of this.#changes) tally[state] -= by;
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
