/** What waits in the outbox since before a node was made, in this deploy or with this process: the node shows how much. */
import type { Account } from '../delivery/account';
import { LIFE } from '../delivery/life';

/** So many of an account are looked at; when all of them are of one node, so are the others. */
const MOST = 500;
const STATES = ['waiting', 'sending', 'unknown'] as const;

/**
 * How many SMS of a node wait for their outcome.
 * @param begun when the node was made, epoch milliseconds
 * @throws SmsError SMS_STORE
 */
export async function leftBefore(owner: string, begun: number, accounts: readonly Account[]): Promise<number> {
  const left = await Promise.all(accounts.map((account) => leftIn(account, owner, begun)));
  return left.reduce((sum, count) => sum + count, 0);
}

async function leftIn({ id, settings: { store } }: Account, owner: string, begun: number): Promise<number> {
  const lists = await Promise.all(STATES.map((state) => store.outbox.list(id, state, { limit: MOST })));
  const left = lists.map((entries) => {
    const own = entries.filter((entry) => entry.owner === owner && entry.createdAt < begun);
    // Where several processes share a store, each tells of what it has taken in itself.
    return own.filter(({ life }) => life === LIFE || !store.rates).length;
  });
  const [first = 0, ...others] = left;
  const waiting = first === MOST ? (await store.outbox.counts(id)).waiting : first;
  return others.reduce((sum, count) => sum + count, waiting);
}
