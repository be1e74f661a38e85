/** What an account does with the messages of its outbox: hands them to the vendor, and tells what the vendor said. */
import { verbOf } from '../providers/capabilities';
import type { Accepted, OutgoingMessage } from '../providers/provider';
import type { SmsError } from '../sms/errors';
import type { Receipt } from '../sms/types';
import type { OutboxEntry } from '../store';
import type { Account } from './account';
import type { Accounts } from './accounts';
import type { Settlement } from './outbox';

/** How long a vendor's record counts as belonging to a message. */
const TAKEN_FOR = 7 * 24 * 3600_000;

/** One call for all of them where the vendor has one. @throws SmsError that holds for all of them */
export async function sendAll(account: Account, entries: readonly OutboxEntry[]): Promise<(Accepted | SmsError)[]> {
  const session = await account.session();
  const { provider } = account;
  const messages = entries.map((entry) => messageOf(account, entry));
  const [first] = messages;
  if (messages.length === 1 && first) return [await provider.verbs.send(session, first)];
  return verbOf(provider, 'sendMany')(session, messages);
}

/** Tells the node that sent the message, and follows an accepted one. */
export function settle(account: Account, accounts: Accounts, { entry, accepted, error }: Settlement): void {
  if (error) {
    if (error.outcome === 'not-sent') forgetDuplicate(account, entry);
    accounts.tell(entry.owner, (node) => node.settled(entry, { error }, account));
    return;
  }
  const receipt = receiptOf(account, entry, accepted);
  accounts.tell(entry.owner, (node) => node.settled(entry, { receipt }, account));
  track(account, receipt, entry).catch((cause) => account.settings.troubled?.(cause));
}

/** A message that was not sent does not stand in the way of the next one with its key. */
export function forgetDuplicate({ settings }: Account, { dedupe }: OutboxEntry): void {
  if (dedupe === null) return;
  settings.store.marks.remove('dedupe', dedupe).catch((error) => settings.troubled?.(error));
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

async function track(account: Account, receipt: Receipt, { owner, follow }: OutboxEntry): Promise<void> {
  await account.settings.store.marks.add(`taken:${account.provider.id}`, receipt.id, TAKEN_FOR);
  await account.tracker.accepted(receipt, follow ? owner : null);
}

function receiptOf(account: Account, entry: OutboxEntry, accepted: Accepted): Receipt {
  const { to, text, parts, alphabet, reference } = entry;
  const { id, batch, status, providerStatus, acceptedAt, raw } = accepted;
  return {
    id,
    ...(batch === undefined ? {} : { batch }),
    ...account.reference,
    to,
    sender: senderOf(account, entry),
    text,
    parts,
    alphabet,
    status,
    providerStatus,
    acceptedAt,
    reference,
    raw,
  };
}
