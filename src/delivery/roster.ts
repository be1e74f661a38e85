/** Which accounts have messages in a store, so that those of one that is gone are not forgotten. */
import type { Store } from '../store';
import type { Account } from './account';

const SCOPE = 'accounts';

/** What is known of an account without its settings. */
export interface Enrolled {
  id: string;
  name: string;
  provider: string;
}

/** Of a store that processes share nobody knows whether another one has the account. */
const isShared = ({ rates }: Store) => rates !== null;

/** @throws SmsError SMS_STORE */
export async function enrol({ id, name, provider, settings: { store } }: Account): Promise<void> {
  if (isShared(store)) return;
  const row = JSON.stringify({ name, provider: provider.id });
  if ((await store.marks.get(SCOPE, id)) !== row) await store.marks.set(SCOPE, id, row, Number.POSITIVE_INFINITY);
}

/** It is gone, and nobody waits for its messages. @throws SmsError SMS_STORE */
export async function strikeOut(store: Store, id: string): Promise<void> {
  if (!isShared(store)) await store.marks.remove(SCOPE, id);
}

/** @throws SmsError SMS_STORE */
export async function enrolled(store: Store): Promise<Enrolled[]> {
  if (isShared(store)) return [];
  return (await store.marks.list(SCOPE)).map(({ key: id, value }) => ({ id, ...JSON.parse(value) }));
}
