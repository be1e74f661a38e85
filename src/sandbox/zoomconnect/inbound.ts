/** What phones write to a ZoomConnect account: kept for messages/all, and pushed. */
import { measure } from '../../sms/segments';
import type { InboundRecord } from '../types';
import type { Account, InboundRow, ZoomConnect } from './account';
import { remember } from './account';
import { comparable, toInternational } from './numbers';
import { push } from './push';

/**
 * A phone writes to an account: the one with that number, or else the one that wrote to that phone last. It is taken
 * as the answer to the last message that the account sent to that phone.
 * @throws RangeError when nobody has that number
 */
export function receive(
  zoom: ZoomConnect,
  sms: { from: string; to?: string; text: string },
  inReplyTo?: string,
): InboundRecord {
  const { world, assume } = zoom;
  const from = toInternational(sms.from) ?? sms.from;
  const account = sms.to === undefined ? lastWriter(zoom, from) : holder(zoom, sms.to);
  const answered = inReplyTo ?? account.lastTo.get(from);
  const original = answered === undefined ? undefined : account.rows.get(answered);
  const record = world.messages.receive({
    id: zoom.nextId(),
    from,
    to: account.number,
    text: sms.text,
    parts: measure(sms.text).parts,
    owners: [account.email],
    ...(answered === undefined ? {} : { inReplyTo: answered }),
  });
  const row: InboundRow = {
    type: 'INBOUND',
    record,
    receivedAt: world.clock.now(),
    campaign: original?.campaign ?? null,
    dataField: original?.dataField ?? null,
    deleted: false,
    read: false,
  };
  remember(account.rows, record.id, row, world.keep);
  if (sms.text.trim().toUpperCase() === assume.stopWord.toUpperCase()) account.optedOut.add(from);
  push(zoom, account, row);
  return record;
}

function holder({ accounts }: ZoomConnect, number: string): Account {
  const account = accounts.find((candidate) => comparable(candidate.number) === comparable(number));
  if (account) return account;
  const numbers = accounts.map((candidate) => candidate.number);
  throw new RangeError(`Nobody here has the number ${number}; there are: ${numbers.join(', ')}.`);
}

function lastWriter({ accounts }: ZoomConnect, phone: string): Account {
  const wroteAt = ({ lastTo, rows }: Account): number => {
    const row = rows.get(lastTo.get(phone) ?? '');
    return row?.type === 'OUTBOUND' ? row.acceptedAt : Number.NEGATIVE_INFINITY;
  };
  const [first, ...others] = accounts;
  if (!first) throw new RangeError('There is no account.');
  return others.reduce((last, account) => (wroteAt(account) > wroteAt(last) ? account : last), first);
}
