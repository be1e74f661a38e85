/** What an earlier process of this Node-RED left in the outbox: a node that has been started says so. */
import type { Account } from '../delivery/account';
import { LIFE } from '../delivery/life';

/** So many of an account are looked at; when all of them are of one node, so are the others. */
const MOST = 500;
const STATES = ['waiting', 'sending', 'unknown'] as const;

/** How many SMS of a node wait for their outcome since before this process. @throws SmsError SMS_STORE */
export async function leftBefore(owner: string, accounts: readonly Account[]): Promise<number> {
  const left = await Promise.all(accounts.map((account) => leftIn(account, owner)));
  return left.reduce((sum, count) => sum + count, 0);
}

async function leftIn({ id, settings: { store } }: Account, owner: string): Promise<number> {
  // Where several share a store, each tells of what it has taken in itself.
  if (store.rates) return 0;
  const lists = await Promise.all(STATES.map((state) => store.outbox.list(id, state, { limit: MOST })));
  const left = lists.map((entries) => entries.filter((entry) => entry.owner === owner && entry.life !== LIFE).length);
  const isFull = left[0] === MOST;
  const waiting = isFull ? (await store.outbox.counts(id)).waiting : (left[0] ?? 0);
  return left.slice(1).reduce((sum, count) => sum + count, waiting);
}
