/** What an account hands to the vendor of the messages of its outbox. */
import { verbOf } from '../providers/capabilities';
import type { Accepted, OutgoingMessage } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { OutboxEntry } from '../store';
import type { Account } from './account';

/** One call for all of them where the vendor has one. @throws SmsError that holds for all of them */
export async function sendAll(account: Account, entries: readonly OutboxEntry[]): Promise<(Accepted | SmsError)[]> {
  const session = await account.vendor.session();
  await demandOurs(account, entries);
  for (const entry of entries) entry.line = account.line;
  const { provider } = account;
  const messages = entries.map((entry) => messageOf(account, entry));
  const [first] = messages;
  if (messages.length === 1 && first) return [await provider.verbs.send(session, first)];
  return verbOf(provider, 'sendMany')(session, messages);
}

/** A message that is in no outbox, and so is nobody else's. @throws SmsError */
export async function sendOne(account: Account, entry: OutboxEntry): Promise<Accepted> {
  return account.provider.verbs.send(await account.vendor.session(), messageOf(account, entry));
}

/**
 * A process that stood still, or could not reach the store, for longer than its claims last sends nothing: another may
 * have sent it. @throws SmsError SMS_STORE
 */
async function demandOurs({ settings: { store } }: Account, entries: readonly OutboxEntry[]): Promise<void> {
  const lost = await Promise.all(entries.map(({ reference }) => store.outbox.isLost(reference)));
  if (!lost.includes(true)) return;
  throw new SmsError('SMS_STORE', 'The store was out of reach for too long; nothing was sent.', { retryable: true });
}

function messageOf(account: Account, entry: OutboxEntry): OutgoingMessage {
  const { to, text, reference, alphabet, at } = entry;
  return {
    to,
    text,
    sender: senderOf(account, entry),
    reference,
    // A message that another provider's account handed over comes without that provider's own parameters.
    options: entry.provider === account.provider.id ? entry.options : {},
    callbackUrl: account.callbackUrl?.(reference) ?? null,
    at: at !== null && at > Date.now() ? new Date(at) : null,
    alphabet,
  };
}

/** A message that another provider's account handed over comes without that provider's sender. */
export function senderOf({ provider, settings }: Account, entry: OutboxEntry): string | null {
  return entry.provider === provider.id ? (entry.sender ?? settings.sender) : settings.sender;
}
