/** Finds an attempt of unknown outcome: in what is known by now, or on the vendor's record, where one record settles one message. */
import { verbOf } from '../providers/capabilities';
import type { Accepted, ProviderReport } from '../providers/provider';
import { recordedWithin } from '../providers/recorded';
import type { OutboxEntry } from '../store';
import type { Account } from './account';
import { enrolled } from './roster';
import { senderOf } from './sending';

/** How long a vendor's record counts as belonging to a message. */
const TAKEN_FOR = 7 * 24 * 3600_000;
/** How long what was heard of an attempt waits for the end of that attempt. */
const HEARD_FOR = 3600_000;

/** The vendor's yes, where it came another way: it was written down before a crash, or the vendor has told of it since. */
export async function recall({ id, settings }: Account, { reference }: OutboxEntry): Promise<Accepted | null> {
  const { tracked, marks } = settings.store;
  const receipt = (await tracked.findReference(id, reference))?.receipt;
  if (receipt) return receipt;
  const heard = await marks.get(`heard:${id}`, reference);
  return heard === null ? null : (JSON.parse(heard) as Accepted);
}

/** Keeps what {@link recall} is to find. */
export async function remember({ id, settings }: Account, reference: string, accepted: Accepted): Promise<void> {
  await settings.store.marks.set(`heard:${id}`, reference, JSON.stringify(accepted), HEARD_FOR);
}

/** A vendor that tells what became of a message has accepted it; without an id of its own it has ours. */
export function acceptedBy({ reference, startedAt }: OutboxEntry, heard: ProviderReport): Accepted {
  const { id, status, final, providerStatus, raw } = heard;
  // The report itself waits in the tracker, and comes after the receipt.
  const stage = final ? ({ status: 'sent', providerStatus: null } as const) : { status, providerStatus };
  return { id: id || reference, ...stage, acceptedAt: new Date(startedAt).toISOString(), raw };
}

/** @param others accounts of this process; of those with the same vendor and store the messages are known, too */
export async function findAttempt(
  account: Account,
  entry: OutboxEntry,
  others: readonly Account[],
): Promise<Accepted | null> {
  const { provider } = account;
  const { to, text, reference, startedAt } = entry;
  const sender = senderOf(account, entry);
  const options = entry.provider === provider.id ? entry.options : {};
  const attempt = { to, text, sender, reference, startedAt, options };
  const records = await verbOf(provider, 'lookup')(await account.vendor.session(), attempt);
  if (records.length === 0) return null;
  for (const record of await free(account, entry, records, await ofTheVendor(account, others))) {
    if (await take(account, record, entry)) return record;
  }
  return null;
}

/** The accounts whose messages may be on the same record. */
async function ofTheVendor({ id, provider, settings }: Account, others: readonly Account[]): Promise<Set<string>> {
  const here = others.filter((one) => one.provider.id === provider.id && one.settings.store === settings.store);
  const before = (await enrolled(settings.store)).filter((one) => one.provider === provider.id);
  return new Set([id, ...[...here, ...before].map((one) => one.id)]);
}

/** From now on the record belongs to this message; false when it belongs to another one that was looked up. */
async function take({ provider, settings }: Account, { id }: Accepted, { reference }: OutboxEntry): Promise<boolean> {
  const { marks } = settings.store;
  const scope = `taken:${provider.id}`;
  return (await marks.add(scope, id, TAKEN_FOR, reference)) || (await marks.get(scope, id)) === reference;
}

/**
 * The records that belong to no other message of ours. Where the ids of the record are not those of the answers, the
 * messages that we know of cannot be told from this one, and one that is held may be on record by now: as many records
 * as there are of them are left alone, which may leave this message unknown for longer, and never takes it for one that
 * was sent before.
 */
async function free(
  account: Account,
  { to, text, startedAt }: OutboxEntry,
  records: Accepted[],
  accounts: Iterable<string>,
): Promise<Accepted[]> {
  const { tracked, outbox } = account.settings.store;
  const { since } = recordedWithin(startedAt);
  const sent = (await Promise.all(Array.from(accounts, (id) => tracked.sentTo(id, to, since)))).flat();
  const knownIds = new Set(sent.map(({ id }) => id));
  const known = sent.filter((m) => m.account === account.id && m.receipt?.text === text);
  const recorded = new Set(records.map(({ id }) => id));
  const nameless = known.filter(({ id }) => !recorded.has(id)).length;
  const held = (await outbox.list(account.id, 'held', { to })).filter(
    (other) => other.text === text && other.startedAt >= since,
  ).length;
  return records.filter(({ id }) => !knownIds.has(id)).slice(nameless + held);
}
