/**
 * Accounts that were deleted while the process was down: what waits in their name is told so, as it is when an account
 * is deleted in a deploy. Nobody would ever send it.
 */
import { providerOf } from '../providers/known';
import { SmsError } from '../sms/errors';
import type { Store } from '../store';
import { Account } from './account';
import type { Accounts } from './accounts';
import { type Enrolled, enrolled } from './roster';

const looked = new WeakSet<object>();

/**
 * Once for each store that is opened; to be called when all accounts, and those who are told, are there.
 * @param troubled told of what is left of them
 * @throws SmsError SMS_STORE, and may be asked again
 */
export async function endGone(
  store: Store,
  accounts: Accounts,
  troubled: (error: SmsError) => void = () => {},
): Promise<void> {
  if (looked.has(store.marks)) return;
  looked.add(store.marks);
  // While a deploy begins there may be less of them.
  const known = new Set(accounts.ids());
  try {
    const gone = (await enrolled(store)).filter(({ id }) => !known.has(id));
    for (const one of gone) if (!accounts.ids().includes(one.id)) await end(one, store, accounts, troubled);
  } catch (error) {
    looked.delete(store.marks);
    throw error;
  }
}

/** It is there once more, to be closed for good. */
function end(
  { id, name, provider }: Enrolled,
  store: Store,
  accounts: Accounts,
  troubled: (error: SmsError) => void,
): Promise<void> {
  const connect = () => Promise.reject(new SmsError('SMS_CONFIG', 'The account was deleted or disabled.'));
  const line = { provider: providerOf(provider), store, connect, troubled };
  return new Account({ ...NOTHING_SENT, id, name, ...line }, accounts).close(true);
}

const NOTHING_SENT = {
  sender: null,
  region: '',
  rate: 0,
  timeout: 1000,
  uncertain: 'hold' as const,
  lookups: [],
  failoverAfter: 0,
  finalWithin: 0,
};
