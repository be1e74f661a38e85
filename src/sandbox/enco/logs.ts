/** Enco's `GET /logs`: the client's own calls of a month, in an interval or summed up by day, a page at a time. */
import { belgianTime } from '../belgium';
import type { Answer } from '../server';
import type { Call, Enco, FailedRow, SentRow } from './account';
import { requireOwnAddress, SHARED_ADDRESS } from './account';
import { apiHeaders, badRequest, jsonAnswer } from './answers';
import type { EncoAssumptions } from './assumptions';
import { queryInteger, queryTime, queryWord, required } from './query';

const MAX_LIMIT = 1_000_000;

/** One call in the log, before it is written out. */
interface Entry {
  at: number;
  from: string;
  to: string;
  text: string;
  /** The status that the call was answered with. */
  first: string;
  characters: number;
  parts: number;
  requestId: string;
  code: number;
}

export function logs(call: Call): Answer {
  const { enco, request, activityId } = call;
  const { query } = request;
  const type = required(queryWord(query, 'type', ['sms-outbound', 'sms-outbound-error']), 'type');
  const year = required(queryInteger(query, 'year', 1970, 9999), 'year');
  const month = required(queryInteger(query, 'month', 1, 12), 'month');
  const kind = required(queryWord(query, 'function', ['interval', 'groupByDay']), 'function');
  request.operation = `enco.logs.${kind}`;

  const days = `${year}-${String(month).padStart(2, '0')}-`;
  const [from, to] = kind === 'interval' ? [queryTime(query, 'startTime'), queryTime(query, 'endTime')] : [0, Infinity];
  const entries = entriesOf(call, type).filter(({ at }) => at >= from && at <= to && dayOf(enco, at).startsWith(days));
  const body = kind === 'interval' ? interval(enco, entries, query) : groupByDay(enco, entries, query);
  return jsonAnswer(200, body, apiHeaders(request.method, activityId), enco.assume);
}

/** The client's calls from one number, oldest first, as far as the list has caught up. */
function entriesOf({ enco, request, token }: Call, type: 'sms-outbound' | 'sms-outbound-error'): Entry[] {
  const { world, assume } = enco;
  const { account } = token;
  const address = request.query.get('dedicatedaddress') ?? SHARED_ADDRESS;
  if (address !== SHARED_ADDRESS) requireOwnAddress(enco, account, address);
  const until = world.clock.now() - (world.options.logsLag ?? 0);
  const entries =
    type === 'sms-outbound' ? account.sent.all().map((row) => sent(row, assume)) : account.failed.all().map(failed);
  return entries.filter(({ from, at }) => from === address && at <= until);
}

function sent({ message, requestId, units, at }: SentRow, { logsSay200 }: EncoAssumptions): Entry {
  const { from, to, text, parts, life } = message;
  const first = life[0]?.providerStatus ?? '';
  return { at, from, to, text, first, characters: units, parts, requestId, code: logsSay200 ? 200 : 201 };
}

/** The columns of an erroneous call are undocumented; assumption: the same ones, with nothing delivered. */
function failed({ requestId, from, to, text, status, at }: FailedRow): Entry {
  return { at, from, to, text, first: '', characters: text.length, parts: 0, requestId, code: status };
}

function interval({ assume }: Enco, entries: Entry[], query: URLSearchParams): object[] {
  const rows = page(entries, ({ requestId }) => requestId, query, assume);
  return rows.map(({ at, to, text, first, characters, parts, requestId, code }) => ({
    timestamp: belgianTime(at),
    destinationAddress: to,
    message: text,
    initialDeliveryInfo: first,
    numberOfChars: figure(characters, assume),
    numberOfMessages: figure(parts, assume),
    requestId,
    httpResponseCode: figure(code, assume),
  }));
}

/** The overview of a month; its shape is undocumented. */
function groupByDay(enco: Enco, entries: Entry[], query: URLSearchParams): object {
  const { assume } = enco;
  const sums = new Map<string, { date: string; messages: number; requests: number }>();
  for (const { at, parts } of entries) {
    const date = dayOf(enco, at);
    const sum = sums.get(date) ?? { date, messages: 0, requests: 0 };
    sums.set(date, { date, messages: sum.messages + parts, requests: sum.requests + 1 });
  }
  const days = page([...sums.values()], ({ date }) => date, query, assume).map(({ date, messages, requests }) => ({
    date,
    numberOfMessages: figure(messages, assume),
    numberOfRequests: figure(requests, assume),
  }));
  return assume.groupByDayShape === 'rows' ? days : Object.fromEntries(days.map(({ date, ...sum }) => [date, sum]));
}

/** The rows of the page asked for. @throws Fault when `next` or `previous` does not say of what */
function page<T>(rows: T[], keyOf: (row: T) => string, query: URLSearchParams, assume: EncoAssumptions): T[] {
  const limit = queryInteger(query, 'limit', 1, MAX_LIMIT) ?? assume.logsDefaultLimit;
  const which = queryWord(query, 'page', ['first', 'next', 'previous', 'last']) ?? 'first';
  if (which === 'first') return rows.slice(0, limit);
  if (which === 'last') return rows.slice(Math.floor(Math.max(0, rows.length - 1) / limit) * limit);
  const reference = required(query.get('pageref') ?? undefined, 'pageref');
  const edge = edgeOf(rows.map(keyOf), reference, which, assume);
  return which === 'next' ? rows.slice(edge, edge + limit) : rows.slice(Math.max(0, edge - limit), edge);
}

/** How many rows lie before the place that a `pageref` names: behind the row for `next`, before it for `previous`. */
function edgeOf(keys: string[], reference: string, which: 'next' | 'previous', assume: EncoAssumptions): number {
  if (!assume.logsPageRefIsRequestId) {
    if (/^\d{1,9}$/.test(reference)) return Number(reference);
    throw badRequest('pageref must be a number of rows');
  }
  const index = keys.indexOf(reference);
  if (index < 0) throw badRequest(`pageref ${reference} is not in these logs`);
  return which === 'next' ? index + 1 : index;
}

function figure(number: number, { logsNumbersAsStrings }: EncoAssumptions): string | number {
  return logsNumbersAsStrings ? String(number) : number;
}

function dayOf({ assume }: Enco, at: number): string {
  return (assume.logsMonthIsBelgian ? belgianTime(at) : new Date(at).toISOString()).slice(0, 10);
}
