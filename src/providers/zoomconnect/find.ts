/** Finding messages in messages/all: what phones wrote, and an attempt whose outcome is unknown. */
import { measure } from '../../sms/segments';
import { atMost } from '../at-most';
import type { Accepted, Attempt, InboundQuery, Params, ProviderInbound } from '../provider';
import { recordedWithin } from '../recorded';
import type { Session } from '../session';
import { utc, vendorDate } from './dates';
import { carriedField } from './send';
import { compareIds, idOf, type MessageRow, madeAt, meaningOfRow, number } from './values';

const LIST = 'zoomconnect.messages.all';
const PAGE = 100;
const MINUTE = 60_000;
const DAY = 24 * 3600_000;

interface Page {
  totalPages?: number | null;
  webServiceMessages: MessageRow[];
}

/**
 * The vendor filters by day and dates to the minute: the days around the interval are read, and what is older than the
 * minute it begins in is left out.
 */
export async function inbound(session: Session, query: InboundQuery): Promise<ProviderInbound[]> {
  const { address, since, until, markRead, limit } = query;
  const filters = {
    fromDateTimeReceived: vendorDate(since, 'yyyyMMdd'),
    // Whether the last day is included is not documented.
    toDateTimeReceived: vendorDate(new Date(until.getTime() + DAY), 'yyyyMMdd'),
    deleted: false,
    ...(address ? { toNumber: address } : {}),
  };
  const rows = markRead
    ? await all(session, 'zoomconnect.polling', filters)
    : await all(session, 'zoomconnect.messages.all', { type: 'INBOUND', ...filters });
  const from = Math.floor(since.getTime() / MINUTE) * MINUTE;
  return rows
    .map(received)
    .filter(({ receivedAt }) => Date.parse(receivedAt) >= from && Date.parse(receivedAt) <= until.getTime())
    .sort((a, b) => a.receivedAt.localeCompare(b.receivedAt) || compareIds(a.id, b.id))
    .slice(0, limit);
}

const MARKS_AT_ONCE = 4;

/** One that could not be marked comes again, and is told apart by its id; what was read must not get lost over it. */
export async function markRead(session: Session, read: readonly ProviderInbound[]): Promise<void> {
  await atMost(MARKS_AT_ONCE, read, ({ id }) =>
    session.call('zoomconnect.messages.markRead.put', { messageId: id }).catch(() => undefined),
  );
}

function received(row: MessageRow): ProviderInbound {
  const id = String(row.messageId);
  const text = row.message ?? '';
  const parent = idOf(row.repliedToMessage?.messageId);
  return {
    id,
    from: number(row.fromNumber),
    to: row.toNumber ? number(row.toNumber) : null,
    text,
    parts: row.numberOfMessages ?? measure(text).parts,
    receivedAt: utc(row.dateTimeReceived) ?? madeAt(id) ?? new Date().toISOString(),
    ...(parent === undefined ? {} : { inReplyTo: parent }),
    raw: row,
  };
}

/** What is longer may have been cut, and would not be found by itself. */
const SURE_FIELD = 50;

/**
 * The message that carries our reference as its data field. A data field that the flow gave may be on other messages
 * too: then number, text and time must fit as well. No date is asked for, since a scheduled message has none yet.
 */
export async function lookup(session: Session, attempt: Attempt): Promise<Accepted[]> {
  const field = carriedField(attempt.reference, attempt.options);
  const filter = field.length > SURE_FIELD ? { toNumber: attempt.to } : { dataField: field };
  const rows = await bothEnds(session, { type: 'OUTBOUND', ...filter });
  const isOurs = field === attempt.reference;
  return rows
    .filter(({ userDataField }) => isSameField(userDataField ?? '', field))
    .map(acceptedRow)
    .filter((found) => isOurs || fits(found, attempt))
    .sort((a, b) => a.acceptedAt.localeCompare(b.acceptedAt) || compareIds(a.id, b.id));
}

function isSameField(found: string, field: string): boolean {
  return found === field || (found.length >= SURE_FIELD && field.startsWith(found));
}

function fits({ acceptedAt, raw }: Accepted & { raw: MessageRow }, { to, text, startedAt }: Attempt): boolean {
  return (
    number(raw.toNumber) === to &&
    oneLineEnd(raw.message ?? '') === oneLineEnd(text) &&
    Date.parse(acceptedAt) >= recordedWithin(startedAt).since
  );
}

function oneLineEnd(text: string): string {
  return text.replace(/\r\n?/g, '\n').trimEnd();
}

function acceptedRow(row: MessageRow): Accepted & { raw: MessageRow } {
  const id = String(row.messageId);
  return {
    id,
    status: meaningOfRow(row).status,
    providerStatus: row.messageStatus || null,
    acceptedAt: madeAt(id) ?? utc(row.dateTimeSent) ?? new Date().toISOString(),
    raw: row,
  };
}

const MOST_PAGES = 20;

/**
 * At most so many pages of messages/all: of more, those of both ends, since the order of the list is not documented and
 * what is looked for is among the newest.
 */
async function bothEnds(session: Session, filters: Params): Promise<MessageRow[]> {
  const params = { ...filters, pageSize: PAGE };
  const rows: MessageRow[] = [];
  let [read, last] = [0, 0];
  for await (const page of session.pages<Page>(LIST, params)) {
    rows.push(...page.webServiceMessages);
    read += 1;
    last = page.totalPages ?? 0;
    if (read === (last > MOST_PAGES ? MOST_PAGES / 2 : MOST_PAGES)) break;
  }
  if (last <= MOST_PAGES) return rows;
  for (let page = last - MOST_PAGES / 2 + 1; page <= last; page += 1) {
    rows.push(...(await session.call<Page>(LIST, { ...params, page })).webServiceMessages);
  }
  return rows;
}

async function all(session: Session, operation: string, params: Params): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  const pages = session.pages<Page>(operation, { ...params, pageSize: PAGE });
  for await (const { webServiceMessages } of pages) rows.push(...webServiceMessages);
  return rows;
}
