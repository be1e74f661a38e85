/**
 * Finds attempts in Enco's log of successful calls, the only place where a message can be found without its id: by
 * recipient, text and time. The log of some minutes has many pages, so one reading serves all look-ups that wait for it.
 */
import type { Accepted, Attempt } from '../provider';
import { recordedWithin } from '../recorded';
import type { Session } from '../session';
import { meaningOf, number, utc } from './values';

const PAGE = 100;
/** Milliseconds; look-ups of about the same time read the same period. */
const STEP = 60_000;

/** What is read: the log of one number, between two times in epoch milliseconds. */
interface Period {
  sender: string | null;
  start: number;
  end: number;
}

interface Search {
  attempt: Attempt;
  /** By their ids. */
  found: Map<string, Accepted>;
  resolve(records: Accepted[]): void;
  reject(error: unknown): void;
}

type Row = Record<string, unknown>;

/** Of each line: what is being read, and the searches that came after that reading had begun. */
const readings = new WeakMap<Session, Map<string, Search[]>>();

/** The records that may be of this attempt, oldest first, as they are after it was asked for. @throws SmsError */
export function findInLog(session: Session, attempt: Attempt): Promise<Accepted[]> {
  const period = periodOf(attempt);
  const key = JSON.stringify(period);
  const running = readings.get(session) ?? new Map<string, Search[]>();
  readings.set(session, running);
  return new Promise((resolve, reject) => {
    const search: Search = { attempt, found: new Map(), resolve, reject };
    const waiting = running.get(key);
    if (waiting) waiting.push(search);
    else {
      running.set(key, []);
      void serve(session, period, [search], () => nextOf(running, key));
    }
  });
}

function periodOf({ sender, startedAt }: Attempt): Period {
  const { since, until } = recordedWithin(startedAt);
  return { sender, start: Math.floor(since / STEP) * STEP, end: Math.ceil(until / STEP) * STEP };
}

function nextOf(running: Map<string, Search[]>, key: string): Search[] {
  const next = running.get(key) ?? [];
  if (next.length > 0) running.set(key, []);
  else running.delete(key);
  return next;
}

/** One reading after the other, as long as there is a search; never rejects. */
async function serve(session: Session, period: Period, first: Search[], next: () => Search[]): Promise<void> {
  for (let searches = first; searches.length > 0; searches = next()) {
    try {
      await read(session, period, searches);
      for (const { found, resolve } of searches) resolve(oldestFirst(found));
    } catch (error) {
      for (const { reject } of searches) reject(error);
    }
  }
}

async function read(session: Session, { sender, start, end }: Period, searches: readonly Search[]): Promise<void> {
  const byRecipient = Map.groupBy(searches, ({ attempt }) => attempt.to);
  for (const month of monthsOf(start, end)) {
    const pages = session.pages<Row[]>('enco.logs.interval', {
      type: 'sms-outbound',
      ...(sender ? { dedicatedaddress: sender } : {}),
      ...month,
      startTime: new Date(start).toISOString(),
      endTime: new Date(end).toISOString(),
      limit: PAGE,
    });
    for await (const rows of pages) {
      for (const row of rows) {
        const to = typeof row.destinationAddress === 'string' ? number(row.destinationAddress) : '';
        for (const { attempt, found } of byRecipient.get(to) ?? []) {
          if (isAttempt(row, attempt) && !isBeside(row, attempt)) found.set(String(row.requestId), acceptedRow(row));
        }
      }
    }
  }
}

/** A call that was refused has accepted nothing, in whichever log it is. */
function isAttempt({ requestId, message, httpResponseCode }: Row, { text }: Attempt): boolean {
  if (typeof requestId !== 'string' || requestId === '' || typeof message !== 'string') return false;
  if (typeof httpResponseCode !== 'object' && Number(httpResponseCode) >= 400) return false;
  return oneLineEnd(message) === oneLineEnd(text);
}

/** In the period that is read for several, and not in the one of this attempt. */
function isBeside({ timestamp }: Row, attempt: Attempt): boolean {
  const { since, until } = recordedWithin(attempt.startedAt);
  const { start, end } = periodOf(attempt);
  const at = Date.parse(utc(timestamp));
  return (at >= start && at < since) || (at > until && at <= end);
}

function oneLineEnd(text: string): string {
  return text.replace(/\r\n?/g, '\n').trimEnd();
}

function acceptedRow(row: Row): Accepted {
  const word = typeof row.initialDeliveryInfo === 'string' && row.initialDeliveryInfo ? row.initialDeliveryInfo : null;
  return {
    id: String(row.requestId),
    status: word === null ? 'queued' : meaningOf(word).status,
    providerStatus: word,
    acceptedAt: utc(row.timestamp),
    raw: row,
  };
}

function oldestFirst(found: ReadonlyMap<string, Accepted>): Accepted[] {
  return [...found.values()].sort((a, b) => a.acceptedAt.localeCompare(b.acceptedAt));
}

/** Year and month are demanded beside the interval; the vendor's months are Belgian, up to two hours ahead of UTC. */
function monthsOf(start: number, end: number): { year: number; month: number }[] {
  const months = [start, end, end + 2 * 3600_000].map((time) => {
    const date = new Date(time);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1 };
  });
  return months.filter((a, i) => months.findIndex((b) => b.year === a.year && b.month === a.month) === i);
}
