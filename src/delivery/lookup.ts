/** Finds an attempt of unknown outcome on the vendor's record, so that one record settles one message and no more. */
import { verbOf } from '../providers/capabilities';
import type { Accepted } from '../providers/provider';
import type { OutboxEntry } from '../store';
import type { Account } from './account';
import { senderOf } from './sending';

/** As far as the vendor's clock and ours may be apart. */
const CLOCK_SKEW = 5 * 60_000;
const TAKEN_FOR = 7 * 24 * 3600_000;

export async function findAttempt(account: Account, entry: OutboxEntry): Promise<Accepted | null> {
  const { provider, settings } = account;
  const { to, text, reference, startedAt } = entry;
  const sender = senderOf(account, entry);
  const options = entry.provider === provider.id ? entry.options : {};
  const attempt = { to, text, sender, reference, startedAt, options };
  const records = await verbOf(provider, 'lookup')(await account.session(), attempt);
  const candidates = await free(account, entry, records);
  for (const record of candidates) {
    if (await settings.store.marks.add(`taken:${provider.id}`, record.id, TAKEN_FOR)) return record;
  }
  return null;
}

/**
 * The records that belong to no other message of ours. Where the ids of the record are not those of the answers, the
 * messages that we know of cannot be told from this one, and one that is held may be on record by now: as many records
 * as there are of them are left alone, which may leave this message unknown for longer, and never takes it for one that
 * was sent before.
 */
async function free(account: Account, { to, text, startedAt }: OutboxEntry, records: Accepted[]): Promise<Accepted[]> {
  if (records.length === 0) return records;
  const { tracked, outbox } = account.settings.store;
  const known = (await tracked.sentTo(account.id, to, startedAt - CLOCK_SKEW)).filter((m) => m.receipt?.text === text);
  const knownIds = new Set(known.map(({ id }) => id));
  const recorded = new Set(records.map(({ id }) => id));
  const nameless = known.filter(({ id }) => !recorded.has(id)).length;
  const held = (await outbox.list(account.id, 'held')).filter(
    (other) => other.to === to && other.text === text && other.startedAt >= startedAt - CLOCK_SKEW,
  ).length;
  return records.filter(({ id }) => !knownIds.has(id)).slice(nameless + held);
}
