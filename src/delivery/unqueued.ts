/** One attempt, now, with a message that is in no outbox. */
import { SmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';
import type { Account } from './account';
import { brokenOff } from './endings';
import type { Settlement } from './outbox-options';
import { sendOne } from './sending';

/**
 * Nothing is stored before the vendor has answered.
 * @param turn waits as the rate of the account demands; false when there was nothing to wait for. Null without a rate
 */
export async function attemptNow(
  account: Account,
  entry: OutboxEntry,
  turn: (() => Promise<boolean>) | null,
): Promise<Settlement> {
  try {
    // Who was asked a moment ago wants no other word now.
    const refusal = turn && (await turn()) ? await account.optOuts.refuse(entry) : null;
    if (refusal) throw refusal;
    entry.attempts = 1;
    entry.startedAt = Date.now();
    return { entry, accepted: await sendOne(account, entry) };
  } catch (thrown) {
    return { entry, error: thrown instanceof SmsError ? thrown : brokenOff(thrown) };
  }
}
