/** CALLR's ways of finding messages: `sms.search`, and the deprecated `sms.get_list`. */
import type { Call, Callr } from './account';
import { datetime, integer, object, optional, span, text, word } from './check';
import { wrongType } from './rpc';
import type { Entry, Sms, SmsType } from './sms';
import { entriesOf, SMS_TYPES } from './sms';

/** SMS.SearchFilters by analogy with the successor API's search; undocumented. Absent: any. */
export interface Filters {
  type?: SmsType;
  from?: number;
  to?: number;
  /** Rows must equal each of these. */
  same: Partial<Record<'hash' | 'from' | 'to' | 'user_data' | 'nature', string>>;
  status?: string[];
  /** Part of the text, capitals or not; lower case here. */
  text?: string;
}

const FILTERS = ['type', 'hash', 'from', 'to', 'text', 'status', 'user_data', 'nature', 'date_from', 'date_to'];

/** Search.Options, by the same analogy: fields to sort by, and how many hits at most. */
const SORTS = ['date_creation', 'date_update', 'date_sent', 'date_received', 'from', 'to', 'status', 'type'] as const;
const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
const MONTHS = 6;

/** `sms.search(filters, options)`: "within the last 6 months". */
export function search({ callr, account, params }: Call): unknown {
  const filters = readFilters(params[0], callr);
  const known = callr.assume.unknownFieldsRefused ? ['sort', 'order', 'offset', 'limit'] : undefined;
  const given = object(params[1], 'options', known);
  const sort = optional(given.sort, (field) => word(field, 'sort', SORTS)) ?? 'date_creation';
  const order = optional(given.order, (way) => word(way, 'order', ['asc', 'desc'])) ?? 'desc';
  const offset = optional(given.offset, (rows) => integer(rows, 'offset', 0, Number.MAX_SAFE_INTEGER)) ?? 0;
  const limit = optional(given.limit, (rows) => integer(rows, 'limit', 1, MAX_LIMIT)) ?? DEFAULT_LIMIT;

  const since = new Date(callr.world.clock.now());
  since.setUTCMonth(since.getUTCMonth() - MONTHS);
  const entries = entriesOf(callr, account).filter(({ at }) => at >= since.getTime());
  const found = matching(entries, filters);
  // The rows come by their creation; a sort that keeps equal ones in that order, and its reverse.
  const rows = sort === 'date_creation' ? found : found.sort((one, other) => compare(one[sort], other[sort]));
  if (order === 'desc') rows.reverse();
  return results(callr, rows, offset, limit);
}

function results({ assume }: Callr, rows: Sms[], offset: number, limit: number): unknown {
  const hits = rows.slice(offset, offset + limit);
  if (assume.searchShape === 'array') return hits;
  return { offset, total: rows.length, [assume.searchShape]: hits, hasMore: offset + hits.length < rows.length };
}

/** `sms.get_list(type, from, to)`, deprecated; oldest first, both ends included, without a limit: assumptions. */
export function getList({ callr, account, params }: Call): Sms[] {
  const [type, from, to] = params;
  const kind = word(type, 'type', SMS_TYPES);
  const filters: Filters = { type: kind, same: {}, ...span(datetime(from, 'from'), datetime(to, 'to')) };
  return matching(entriesOf(callr, account), filters);
}

/** @throws RpcError for null, and for a filter of another type than it should have */
export function readFilters(value: unknown, { assume }: Callr): Filters {
  const given = object(value, 'filters', assume.unknownFieldsRefused ? FILTERS : undefined);
  const from = optional(given.date_from, (date) => datetime(date, 'date_from')) ?? Number.NEGATIVE_INFINITY;
  const to = optional(given.date_to, (date) => datetime(date, 'date_to')) ?? Number.POSITIVE_INFINITY;
  const filters: Filters = { same: {}, ...span(from, to) };
  for (const field of ['hash', 'from', 'to', 'user_data', 'nature'] as const) {
    const same = optional(given[field], (wanted) => text(wanted, field));
    if (same !== undefined) filters.same[field] = same;
  }
  filters.type = optional(given.type, (type) => word(type, 'type', SMS_TYPES));
  filters.text = optional(given.text, (part) => text(part, 'text'))?.toLowerCase();
  filters.status = optional(given.status, readStatuses);
  return filters;
}

/** One word or several. */
function readStatuses(value: unknown): string[] {
  const words: unknown[] = Array.isArray(value) ? value : [value];
  if (words.every((one) => typeof one === 'string')) return words;
  throw wrongType('status');
}

/** The entries that pass, written out. */
export function matching(entries: Entry[], filters: Filters): Sms[] {
  const { type, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = filters;
  const within = entries.filter((entry) => entry.at >= from && entry.at <= to && (!type || entry.type === type));
  const same = Object.entries(filters.same) as [keyof Filters['same'], string][];
  return within
    .map(({ sms }) => sms())
    .filter((sms) => same.every(([field, wanted]) => sms[field] === wanted))
    .filter((sms) => filters.status?.includes(sms.status) ?? true)
    .filter((sms) => filters.text === undefined || sms.text.toLowerCase().includes(filters.text));
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
