/** What waits in the outbox since before a node was made, in this deploy or with this process: the node shows how much. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Account } from '../delivery/account';
import { LIFE } from '../delivery/life';
import type { OutboxEntry } from '../store';

/** What waits in one account. */
interface Left {
  /** Of each node that has some. */
  byOwner: Map<string, OutboxEntry[]>;
  /** How many are not in `byOwner`. */
  others: number;
}

/** So many of an account are looked at in each state; when all of them are of one node, so are the others. */
const MOST = 500;
const STATES = ['waiting', 'sending', 'unknown'] as const;

export class LeftBefore {
  #accounts: () => readonly Account[];
  #reading: Promise<Left[]> | undefined;

  constructor(accounts: () => readonly Account[]) {
    this.#accounts = accounts;
  }

  /**
   * How many SMS of a node wait for their outcome. The nodes of a deploy ask in one turn, and it is read once for all.
   * A store that does not work is told of by its account, and counts for nothing here. Never rejects.
   * @param begun when the node was made, epoch milliseconds
   */
  async of(owner: string, begun: number): Promise<number> {
    if (!this.#reading) {
      this.#reading = this.#read();
      setImmediate(() => {
        this.#reading = undefined;
      });
    }
    let count = 0;
    for (const { byOwner, others } of await this.#reading) {
      const own = byOwner.get(owner)?.filter(({ createdAt }) => createdAt < begun) ?? [];
      count += own.length;
      if (own.length > 0 && byOwner.size === 1) count += others;
    }
    return count;
  }

  async #read(): Promise<Left[]> {
    const left: Left[] = [];
    for (const account of this.#accounts()) {
      left.push(await leftIn(account).catch(() => ({ byOwner: new Map(), others: 0 })));
      // Of a store in this process all that waits is read in one go.
      await turn();
    }
    return left;
  }
}

async function leftIn({ id, settings: { store } }: Account): Promise<Left> {
  const counts = await store.outbox.counts(id);
  const states = STATES.filter((state) => counts[state] > 0);
  const lists = await Promise.all(states.map((state) => store.outbox.list(id, state, { limit: MOST })));
  const entries = lists.flat();
  // Where several processes share a store, each tells of what it has taken in itself.
  const own = entries.filter(({ life }) => life === LIFE || !store.rates);
  const others = own.length < entries.length ? 0 : states.reduce((sum, state) => sum + counts[state], -own.length);
  return { byOwner: Map.groupBy(own, ({ owner }) => owner), others: Math.max(others, 0) };
}
