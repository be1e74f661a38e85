/** The common verbs over ZoomConnect's operations. */
import { SmsError, toSmsError } from '../../sms/errors';
import { atMost } from '../at-most';
import { CONNECTIONS } from '../http';
import type { Balance, ProviderReport, Verbs } from '../provider';
import type { Session } from '../session';
import { utc } from './dates';
import { inbound, lookup, markRead } from './find';
import { length, quote } from './measure';
import { send, sendMany } from './send';
import { type MessageRow, meaningOfRow, number } from './values';

export const verbs: Verbs = { send, sendMany, status, cancel, inbound, markRead, lookup, quote, length, balance };

/** One call an id: the list has no filter for ids. */
function status(session: Session, ids: readonly string[]): Promise<(ProviderReport | SmsError)[]> {
  return atMost(CONNECTIONS, ids, (id) => statusOf(session, id).catch((error) => toSmsError(error)));
}

async function statusOf(session: Session, id: string): Promise<ProviderReport> {
  return reportOf(id, await session.call<MessageRow>('zoomconnect.messages.get', { messageId: id }));
}

/** The vendor tells when a message was sent, not when a status came. */
function reportOf(id: string, row: MessageRow): ProviderReport {
  const meaning = meaningOfRow(row);
  const sentAt = meaning.status === 'sent' ? utc(row.dateTimeSent) : undefined;
  return {
    id,
    to: number(row.toNumber),
    providerStatus: row.messageStatus || null,
    updatedAt: sentAt ?? new Date().toISOString(),
    raw: row,
    ...meaning,
  };
}

/**
 * Deletes a message that still waits for its time. Deleting is all that the vendor has, and takes any message: one that
 * has left is asked about first, so that its record stays.
 */
async function cancel(session: Session, id: string): Promise<void> {
  const row = await session.call<MessageRow>('zoomconnect.messages.get', { messageId: id });
  if (meaningOfRow(row).status !== 'scheduled' || row.deleted) {
    const state = row.deleted ? 'deleted already' : (row.messageStatus ?? 'without a status');
    throw new SmsError('SMS_REJECTED', `Only a message that is scheduled can be taken back; this one is ${state}.`, {
      providerMessage: row.messageStatus ?? undefined,
    });
  }
  await session.call('zoomconnect.messages.delete', { messageId: id });
}

async function balance(session: Session): Promise<Balance> {
  const { creditBalance } = await session.call<{ creditBalance: number }>('zoomconnect.account.balance');
  return { amount: creditBalance, unit: 'credits' };
}
