/** Reads once more what a vendor failed to answer, where that changes nothing there. */
import { setTimeout as pause } from 'node:timers/promises';
import { SmsError } from '../sms/errors';

/** Milliseconds before each further try, at the most. */
const PAUSES = [100, 300];
/** A vendor that wants a longer pause than so many milliseconds is not waited for: that is for the caller to decide. */
const LONGEST_ASKED = 2000;

/** @throws what the last try did, or the first of which it is certain that another one would do the same */
export async function repeated<T>(read: () => Promise<T>): Promise<T> {
  for (const longest of PAUSES) {
    try {
      return await read();
    } catch (thrown) {
      const asked = thrown instanceof SmsError ? (thrown.retryAfter ?? 0) : 0;
      if (!(thrown instanceof SmsError && thrown.retryable) || asked > LONGEST_ASKED) throw thrown;
      await pause(Math.max(asked, longest * (0.5 + Math.random() / 2)));
    }
  }
  return read();
}
