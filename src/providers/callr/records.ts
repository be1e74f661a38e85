/** What CALLR has on record of an account's messages, which is where inbound SMS and lost answers are found. */
import { SmsError } from '../../sms/errors';
import type { Session } from '../session';
import { datetime, instant, rowsOf, type Sms } from './values';

export interface RecordQuery {
  type: 'IN' | 'OUT';
  /** Epoch milliseconds. */
  since: number;
  until: number;
  /** E.164. */
  to?: string;
}

const PAGE = 100;
/** Far more than any window that we ask for; a vendor that never ends is not followed. */
const MOST_PAGES = 200;

/**
 * By `sms.search`, whose filters the document does not name: those of the vendor's newer API are sent, and the rows are
 * gone over here all the same. Where the vendor does not take them, or answers in a form that is not known, by the
 * deprecated `sms.get_list`, which is documented wholly.
 */
export async function records(session: Session, query: RecordQuery): Promise<Sms[]> {
  const rows = (await searched(session, query)) ?? (await listed(session, query));
  return rows.filter((row) => (row.type === undefined || row.type === query.type) && isWithin(row, query));
}

async function searched(session: Session, { type, since, until, to }: RecordQuery): Promise<Sms[] | undefined> {
  const dates = { date_from: datetime(since), date_to: datetime(until + 999) };
  const filters = to === undefined ? { type, ...dates } : { type, to, ...dates };
  const options = { sort: 'date_creation', order: 'desc', offset: 0, limit: PAGE };
  const found: Sms[] = [];
  let pages = 0;
  try {
    for await (const answer of session.pages('callr.sms.search', { filters, options })) {
      const rows = rowsOf(answer);
      if (!rows) return undefined;
      found.push(...rows);
      pages += 1;
      if (pages >= MOST_PAGES || isPast(rows, since)) break;
    }
    return found;
  } catch (error) {
    if (error instanceof SmsError && isOfTheSearch(error)) return undefined;
    throw error;
  }
}

/** 100 is "feature not allowed", which says nothing of the list. */
function isOfTheSearch({ code, providerCode }: SmsError): boolean {
  return code === 'SMS_REJECTED' || (code === 'SMS_AUTH' && providerCode === '100');
}

function listed(session: Session, { type, since, until }: RecordQuery): Promise<Sms[]> {
  return session.call<Sms[]>('callr.sms.getList', { type, from: datetime(since), to: datetime(until + 999) });
}

/** Newest first, and older than what is wanted: for a vendor that does not heed the dates. */
function isPast(rows: readonly Sms[], since: number): boolean {
  const times = rows.map(({ date_creation }) => instant(date_creation)).filter((at) => at !== null);
  const [first, last] = [times.at(0), times.at(-1)];
  return first !== undefined && last !== undefined && first >= last && last < wholeSecond(since);
}

function isWithin({ date_creation }: Sms, { since, until }: RecordQuery): boolean {
  const at = instant(date_creation);
  return at === null || (at >= wholeSecond(since) && at <= until);
}

/** The vendor's times have no parts of a second. */
function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
