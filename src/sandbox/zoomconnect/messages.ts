/** ZoomConnect's messages operations: the list with its filters, one message, its deletion and its mark. */
import type { Account, Call, Row, ZoomConnect } from './account';
import type { Result } from './answers';
import { badRequest, notFound, nothing, ok, throttled } from './answers';
import { DAY, writeDate } from './dates';
import { cancel } from './life';
import { idOut, link } from './links';
import { comparable } from './numbers';
import { date, queryBoolean, queryInteger } from './read';

const STATUSES = ['SCHEDULED', 'UNKNOWN', 'SENT', 'FAILED', 'FAILED_REFUNDED', 'FAILED_OPTOUT', 'DELIVERED'];
const TYPES = ['OUTBOUND', 'INBOUND'];
const DEFAULT_PAGE_SIZE = 100;
const MINUTE = 60_000;

/** `GET messages/all`. */
export function allMessages(call: Call): Result {
  const { zoom, account, request } = call;
  const { query } = request;
  throttle(zoom, account);
  const pageSize = queryInteger(query, 'pageSize', 1) ?? DEFAULT_PAGE_SIZE;
  const page = queryInteger(query, 'page', 1) ?? 1;
  const tests = testsOf(zoom, query);
  const { logsLag = 0 } = zoom.world.options;
  const until = logsLag > 0 ? zoom.world.clock.now() - logsLag : Number.POSITIVE_INFINITY;
  const rows = [...account.rows.values()].filter((row) => arrivedAt(row) <= until && tests.every((fits) => fits(row)));
  if (zoom.assume.newestFirst) rows.reverse();
  const shown = rows.slice((page - 1) * pageSize, page * pageSize);
  const show = shower(zoom, account);
  return ok('messages', {
    elements: shown.length,
    page,
    pageSize,
    totalElements: rows.length,
    totalPages: Math.ceil(rows.length / pageSize),
    webServiceMessages: shown.map(show),
    links: [],
  });
}

/** "Polling the server … may be rate limited" (Receiving a reply). */
function throttle({ assume, world }: ZoomConnect, account: Account): void {
  if (assume.pollsPerMinute <= 0) return;
  const now = world.clock.now();
  account.polls = account.polls.filter((time) => time > now - MINUTE);
  const [oldest] = account.polls;
  if (oldest !== undefined && account.polls.length >= assume.pollsPerMinute) {
    throw throttled(Math.ceil((oldest + MINUTE - now) / 1000));
  }
  account.polls.push(now);
}

type Test = (row: Row) => boolean;

/** A filter of the list. @throws Fault for a value that the filter cannot have */
type Filter = (value: string, zoom: ZoomConnect, name: string) => Test;

const FILTERS: Readonly<Record<string, Filter>> = {
  type: (value, _zoom, name) => {
    const type = word(value, TYPES, name);
    return (row) => row.type === type;
  },
  status: (value, zoom, name) => {
    const status = word(value, STATUSES, name);
    return (row) => statusOf(zoom, row) === status;
  },
  fromDateTimeSent: from(sentAt),
  toDateTimeSent: to(sentAt),
  fromDateTimeReceived: from(receivedAt),
  toDateTimeReceived: to(receivedAt),
  fromNumber: (value) => (row) => comparable(row.record.from) === comparable(value),
  toNumber: (value) => (row) => comparable(row.record.to) === comparable(value),
  message: (value) => (row) => row.record.text.toLowerCase().includes(value.toLowerCase()),
  campaign: (value, zoom) => (row) => found(zoom, row.campaign, value),
  dataField: (value, zoom) => (row) => found(zoom, row.dataField, value),
  repliesToMessageId: (value) => (row) => row.type === 'INBOUND' && row.record.inReplyTo === value,
};

function testsOf(zoom: ZoomConnect, query: URLSearchParams): Test[] {
  const tests = Object.entries(FILTERS).flatMap(([name, filter]) => {
    const value = query.get(name);
    return value ? [filter(value, zoom, name)] : [];
  });
  const read = queryBoolean(query, 'read');
  // "Return only read / unread messages (inbox messages only)".
  if (read !== undefined) tests.push((row) => row.type === 'INBOUND' && row.read === read);
  const deleted = queryBoolean(query, 'deleted') ?? (zoom.assume.allIncludesDeleted ? undefined : false);
  if (deleted !== undefined) tests.push((row) => row.deleted === deleted);
  return tests;
}

function word(value: string, words: readonly string[], name: string): string {
  if (words.includes(value)) return value;
  throw badRequest(`${name} must be one of ${words.join(', ')}`);
}

function found({ assume }: ZoomConnect, value: string | null, wanted: string): boolean {
  if (value === null) return false;
  return assume.searchIsExact ? value === wanted : value.toLowerCase().includes(wanted.toLowerCase());
}

function from(timeOf: (row: Row) => number | null): Filter {
  return (value, { assume }, name) => {
    const start = date(value, name, 'yyyyMMdd', assume);
    return (row) => (timeOf(row) ?? Number.NEGATIVE_INFINITY) >= start;
  };
}

function to(timeOf: (row: Row) => number | null): Filter {
  return (value, { assume }, name) => {
    const end = date(value, name, 'yyyyMMdd', assume) + (assume.toDayIncluded ? DAY : 0);
    return (row) => (timeOf(row) ?? Number.POSITIVE_INFINITY) < end;
  };
}

function arrivedAt(row: Row): number {
  return row.type === 'OUTBOUND' ? row.acceptedAt : row.receivedAt;
}

function sentAt(row: Row): number | null {
  return row.type === 'OUTBOUND' ? row.sentAt : null;
}

function receivedAt(row: Row): number | null {
  return row.type === 'INBOUND' ? row.receivedAt : null;
}

/** `GET messages/{messageId}`. */
export function getMessage(call: Call): Result {
  return ok('message', shower(call.zoom, call.account)(rowOf(call)));
}

/** `DELETE messages/{messageId}`: a mark only; a message that still waits for its date is stopped. */
export function deleteMessage({ zoom, account, parameters }: Call): Result {
  const { assume } = zoom;
  const row = account.rows.get(parameters[0] ?? '');
  if (!row && assume.deleteOfNothingIs404) throw notFound();
  if (row) row.deleted = true;
  if (row?.type === 'OUTBOUND' && assume.deleteCancels) cancel(account, row);
  return nothing(assume.deleteIs204 ? 204 : 200);
}

/** `PUT` and `POST messages/{messageId}/markRead`. */
export const markRead = (call: Call): Result => mark(call, true);

/** `PUT` and `POST messages/{messageId}/markUnread`. */
export const markUnread = (call: Call): Result => mark(call, false);

function mark(call: Call, read: boolean): Result {
  const { zoom, account } = call;
  const row = rowOf(call);
  row.read = read;
  if (row.type === 'INBOUND') row.record.readBy = read ? [account.email] : [];
  return ok('message', shower(zoom, account)(row));
}

function rowOf({ zoom, account, parameters }: Call): Row {
  const row = account.rows.get(parameters[0] ?? '');
  if (!row || (row.deleted && zoom.assume.deletedIsGone)) throw notFound();
  return row;
}

function statusOf({ assume }: ZoomConnect, row: Row): string | null {
  return row.type === 'OUTBOUND' ? row.record.providerStatus : assume.inboundStatus || null;
}

/** Writes rows as the vendor's Message; made once for a list, since it looks the contacts up by number. */
function shower(zoom: ZoomConnect, account: Account): (row: Row) => object {
  const { assume } = zoom;
  const contacts = new Map<string, string>();
  for (const { contactId, contactNumber } of account.contacts.values()) {
    if (contactNumber) contacts.set(comparable(contactNumber), contactId);
  }
  const dateOut = (time: number | null): string | number | null =>
    writeDate(time, assume.messageDates, assume.zoneHours);
  const messageLink = (id: string): object => ({
    messageId: idOut(zoom, id),
    links: [link(zoom, 'self', `/messages/${id}`)],
  });
  const contactLink = (id: string): object => ({
    contactId: idOut(zoom, id),
    links: [link(zoom, 'self', `/contacts/${id}`)],
  });
  return (row) => {
    const { record } = row;
    const outbound = row.type === 'OUTBOUND';
    const contactId = contacts.get(comparable(outbound ? record.to : record.from));
    const repliedTo = row.type === 'INBOUND' ? row.record.inReplyTo : undefined;
    return {
      messageId: idOut(zoom, record.id),
      messageType: row.type,
      messageStatus: statusOf(zoom, row),
      message: record.text,
      fromNumber: record.from,
      toNumber: record.to,
      campaign: row.campaign,
      userDataField: row.dataField,
      creditCost: outbound ? row.credits : 0,
      numberOfMessages: record.parts,
      dateTimeScheduled: dateOut(outbound ? row.scheduledAt : null),
      dateTimeSent: dateOut(sentAt(row)),
      dateTimeReceived: dateOut(receivedAt(row)),
      deleted: row.deleted,
      read: row.read,
      contact: contactId === undefined ? null : contactLink(contactId),
      repliedToMessage: repliedTo === undefined ? null : messageLink(repliedTo),
      links: [link(zoom, 'self', `/messages/${record.id}`)],
    };
  };
}
