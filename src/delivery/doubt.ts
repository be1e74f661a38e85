/**
 * Messages that a store was to take in, and did not answer: it is asked until it says which of them it has. Those that
 * were tried by then are as if they had been taken in; the others are taken back, and their node is told so.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { SmsError, toSmsError } from '../sms/errors';
import type { InDoubt, OutboxEntry } from '../store';
import type { Account } from './account';
import type { Accounts } from './accounts';
import { allOf } from './attempts';
import { STORE_PAUSE } from './health';
import { settleNow } from './settling';

/** @throws SmsError when the store is closed before it is known, and what {@link settleNow} does */
export async function settleDoubt(
  account: Account,
  accounts: Accounts,
  entries: readonly OutboxEntry[],
  doubt: InDoubt,
): Promise<void> {
  const taken = new Set(await takenOf(doubt));
  const error = doubt.as('SMS_STORE', doubt.message);
  const back = entries.filter(({ reference }) => !taken.has(reference));
  await allOf(back.map(async (entry) => settleNow(account, accounts, { entry, error })));
}

/** Longer than the account may live: after a deploy the store goes on. */
async function takenOf(doubt: InDoubt): Promise<string[]> {
  for (;;) {
    try {
      return await doubt.takeBack();
    } catch (thrown) {
      if (!toSmsError(thrown).retryable) throw unsaid(doubt);
    }
    await pause(STORE_PAUSE, undefined, { ref: false });
  }
}

function unsaid(doubt: InDoubt): SmsError {
  return new SmsError('SMS_UNCERTAIN', `It is not known whether messages were taken in. ${doubt.message}`, {
    outcome: 'unknown',
    cause: doubt,
  });
}
