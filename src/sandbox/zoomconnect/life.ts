/** The life of a ZoomConnect message: accepted, paid, waiting for its date, sent, and its story. */
import { measure } from '../../sms/segments';
import type { Status } from '../../sms/types';
import { live } from '../messages';
import type { Ending, Story } from '../stories';
import { storyOf } from '../stories';
import type { OutboundRecord } from '../types';
import type { Account, OutboundRow, ZoomConnect } from './account';
import { owner, remember } from './account';
import { Fault } from './answers';
import { receive } from './inbound';
import { push } from './push';

/** A message as asked for, checked. */
export interface Draft {
  /** E.164. */
  to: string;
  text: string;
  campaign: string | null;
  dataField: string | null;
  /** Epoch ms; null for now. */
  at: number | null;
}

const WORDS: Partial<Record<Status, string>> = {
  scheduled: 'SCHEDULED',
  sent: 'SENT',
  delivered: 'DELIVERED',
  unknown: 'UNKNOWN',
};

/** @throws Fault when the account cannot pay */
export function accept(zoom: ZoomConnect, account: Account, draft: Draft): OutboundRow {
  const { world, assume } = zoom;
  const { to, text, campaign, dataField, at } = draft;
  const { parts } = measure(text);
  const credits = parts * assume.creditsPerPart;
  pay(zoom, account, credits);
  const now = world.clock.now();
  const waits = at !== null && at > now;
  const record = world.messages.add({
    id: zoom.nextId(),
    client: account.email,
    from: `+${account.number}`,
    to,
    text,
    parts,
    story: storyOf(to).digits,
    status: waits ? 'scheduled' : 'sent',
    providerStatus: waits ? 'SCHEDULED' : 'SENT',
  });
  const row: OutboundRow = {
    type: 'OUTBOUND',
    record,
    acceptedAt: now,
    credits,
    campaign,
    dataField,
    scheduledAt: at,
    sentAt: waits ? null : now,
    deleted: false,
    read: false,
  };
  remember(account.rows, record.id, row, world.keep);
  remember(account.lastTo, to, record.id, world.keep);
  if (waits) waitUntil(zoom, row, at, () => depart(zoom, account, row));
  else begin(zoom, account, record);
  return row;
}

function pay({ assume }: ZoomConnect, account: Account, credits: number): void {
  const payer = owner(account);
  if (payer.creditBalance < credits) throw new Fault(assume.noCreditsStatus, 'Insufficient credits');
  payer.creditBalance -= credits;
}

/** Stops a message that still waits. */
export function cancel(account: Account, row: OutboundRow): void {
  if (!row.cancel) return;
  row.cancel();
  delete row.cancel;
  // The vendor has no word for it: its row goes on saying SCHEDULED.
  row.record.status = 'unknown';
  owner(account).creditBalance += row.credits;
}

function waitUntil(zoom: ZoomConnect, row: OutboundRow, time: number, task: () => void): void {
  const { clock } = zoom.world;
  row.cancel = clock.after(Math.max(time - clock.now(), 1), () => {
    // The sandbox's clock need not run as fast as the timers.
    if (clock.now() < time) return waitUntil(zoom, row, time, task);
    delete row.cancel;
    task();
  });
}

function depart(zoom: ZoomConnect, account: Account, row: OutboundRow): void {
  const { clock, messages } = zoom.world;
  row.sentAt = clock.now();
  messages.move(row.record, 'sent', 'SENT');
  begin(zoom, account, row.record);
}

function begin(zoom: ZoomConnect, account: Account, record: OutboundRecord): void {
  const { clock, messages } = zoom.world;
  const optedOut = account.optedOut.has(record.to);
  const failed = optedOut ? 'FAILED_OPTOUT' : zoom.assume.failedStatus;
  live(clock, messages, record, storyHere(zoom, record, optedOut), {
    word: (status) => (status === 'failed' ? failed : (WORDS[status] ?? 'UNKNOWN')),
    reply: ({ to }, text) => receive(zoom, { from: to, to: account.number, text }, record.id),
  });
}

/**
 * A message took another status: its credits come back for what the vendor refunds (as the status says) and for who
 * opted out (assumption), and the account is told.
 */
export function report(zoom: ZoomConnect, { client, id }: OutboundRecord): void {
  const account = zoom.accounts.find(({ email }) => email === client);
  const row = account?.rows.get(id);
  if (!account || row?.type !== 'OUTBOUND') return;
  const { providerStatus } = row.record;
  if (providerStatus === 'FAILED_REFUNDED' || providerStatus === 'FAILED_OPTOUT') {
    owner(account).creditBalance += row.credits;
  }
  push(zoom, account, row);
}

/** The shared stories in this vendor's words: it knows no expiry, so 0003 fails. */
function storyHere({ assume }: ZoomConnect, { to }: OutboundRecord, optedOut: boolean): Story {
  const story = storyOf(to);
  if (optedOut) {
    const { reply: _reply, ...silent } = story;
    return { ...silent, end: { status: 'failed', after: 'network' } };
  }
  const uncertain: Ending = { status: 'unknown', after: 'outcome' };
  const end = story.end ?? (assume.neverFinalIsUnknown ? uncertain : undefined);
  if (!end) return story;
  return { ...story, end: end.status === 'expired' ? { ...end, status: 'failed' } : end };
}
