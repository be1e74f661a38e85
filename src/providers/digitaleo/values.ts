/** Digitaleo's words, times and forms, in ours. */
import type { ProviderReport, StatusMeaning } from '../provider';
import { textOf } from '../text-of';

/** "Text message statuses", §2.8. */
const MEANINGS: Record<string, StatusMeaning> = {
  wait: { status: 'scheduled', final: false, description: 'Scheduled, not sent yet' },
  on: { status: 'sent', final: false, description: 'Sent, not received yet' },
  ok: { status: 'delivered', final: true, description: 'Delivered to the phone' },
  rep: { status: 'delivered', final: true, description: 'Delivered, and the recipient has replied' },
  ko: { status: 'failed', final: true, description: 'Could not be sent' },
  no: { status: 'unknown', final: true, description: 'The final status is not known' },
};

/** The order in which a message has them, for those of the same second. */
const STAGES = ['wait', 'on', 'ok', 'ko', 'no', 'rep'];

export function meaningOf(word: string | null): StatusMeaning {
  const known = word !== null && Object.hasOwn(MEANINGS, word) ? MEANINGS[word] : undefined;
  return known ?? { status: 'unknown', final: false, description: word ?? 'The vendor gave no status' };
}

/** A row of the lists; ids are text in the document's examples, and may be numbers. */
export type Row = Record<string, unknown>;

/** The rows of a list answer. */
export function rowsOf(answer: unknown): Row[] {
  const { list } = (answer ?? {}) as { list?: unknown };
  return Array.isArray(list) ? list.filter((row) => typeof row === 'object' && row !== null) : [];
}

/** The id of what was created: of the answer itself, or of the one row of a list. */
export function idOf(answer: unknown): string | undefined {
  const { id } = (rowsOf(answer)[0] ?? answer ?? {}) as Row;
  return textOf(id) || undefined;
}

/** How many were changed or deleted; undefined where the answer does not tell. */
export function countOf(answer: unknown): number | undefined {
  const count = textOf((answer as Row | null)?.count);
  return /^\d+$/.test(count) ? Number(count) : undefined;
}

/** E.164 out of a number with blanks, with or without its plus. */
export function number(recipient: unknown): string {
  const bare = textOf(recipient).replace(/[\s.()-]/g, '');
  return /^[1-9]\d{7,14}$/.test(bare) ? `+${bare}` : bare.replace(/^00(?=[1-9])/, '+');
}

/** A row of `status` or `smsstatus` as a report. */
export function report(row: Row): ProviderReport {
  const word = textOf(row.status) || null;
  const meaning = meaningOf(word);
  const updatedAt = utc(row.date);
  const reply = word === 'rep' ? { reply: { text: textOf(row.response), receivedAt: updatedAt } } : {};
  return {
    id: textOf(row.smsId),
    to: number(row.recipient),
    status: meaning.status,
    final: meaning.final,
    providerStatus: word,
    description: textOf(row.description) || meaning.description,
    updatedAt,
    ...reply,
    raw: row,
  };
}

/** The order of a life: the document's own example has `ok` before the `on` of the next second. */
export function byStage(a: ProviderReport, b: ProviderReport): number {
  return a.updatedAt.localeCompare(b.updatedAt) || stage(a) - stage(b);
}

function stage({ providerStatus }: ProviderReport): number {
  return STAGES.indexOf(providerStatus ?? '');
}

/** The document does not say in which zone its times are; the vendor is French (an assumption). */
const ZONE = 'Europe/Paris';
let wallClock: Intl.DateTimeFormat | undefined;

/** `YYYY-MM-DD HH:MM:SS`, in the vendor's zone. */
export function vendorTime(instant: Date): string {
  // Which is how Swedes write it. Made on first use: it takes longer than all the rest of this provider.
  wallClock ??= new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' });
  return wallClock.format(instant);
}

/**
 * When an SMS is to be sent: never early. Of the hour that comes twice it cannot be said which one is meant, so that the
 * second is written as its end.
 */
export function sendingTime(at: Date): string {
  const instant = Math.ceil(at.getTime() / 1000) * 1000;
  const written = vendorTime(new Date(instant));
  if (written !== vendorTime(new Date(instant - HOUR))) return written;
  return vendorTime(new Date(Math.floor(instant / HOUR + 1) * HOUR));
}

/**
 * The time from which on the vendor's list holds all that came since. In the hour that comes twice when summer time
 * ends, a later instant may have an earlier time.
 */
export function vendorSince(instant: Date): string {
  return vendorTime(comesTwice(instant) ? new Date(instant.getTime() - HOUR) : instant);
}

/** The time before which the vendor's list holds all that came until then. */
export function vendorUntil(instant: Date): string {
  return vendorTime(comesTwice(instant) ? new Date(instant.getTime() + HOUR) : instant);
}

function comesTwice(instant: Date): boolean {
  const [before, time, after] = [-HOUR, 0, HOUR].map((apart) => vendorTime(new Date(instant.getTime() + apart)));
  return time === before || time === after;
}

const HOUR = 3600_000;
const DAY = 24 * HOUR;

/**
 * ISO 8601 UTC out of a time of the vendor's; now, where there is none that can be read. Of a time that comes twice it
 * is the earlier instant, unless that lies before `since` (epoch ms) and the later one not in the future.
 */
export function utc(time: unknown, since = Number.NEGATIVE_INFINITY): string {
  const [earlier, later] = readings(time);
  if (earlier === undefined) return new Date().toISOString();
  const isLater = later !== undefined && earlier < wholeSecond(since) && later <= Date.now();
  return new Date(isLater ? later : earlier).toISOString();
}

/** Is it surely before this instant (epoch ms)? A time that comes twice never is. */
export function isBefore(time: unknown, instant: number): boolean {
  const [only, another] = readings(time);
  return only !== undefined && another === undefined && only < wholeSecond(instant);
}

/** The vendor writes no fractions. */
function wholeSecond(instant: number): number {
  return Math.floor(instant / 1000) * 1000;
}

/** The instants, epoch ms, that have this time: two when it comes twice, none when it cannot be read. */
function readings(time: unknown): number[] {
  const [, day, clock = '00:00:00'] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d))?$/.exec(textOf(time).trim()) ?? [];
  const asUtc = day ? Date.parse(`${day}T${clock}Z`) : Number.NaN;
  if (Number.isNaN(asUtc)) return [];
  const [before, after] = [offset(asUtc - DAY), offset(asUtc + DAY)];
  if (before === after) return [asUtc - before];
  const instants = [asUtc - before, asUtc - after].filter((instant) => instant + offset(instant) === asUtc);
  // A time that is left out in spring is read by the clock of before.
  return instants.length > 0 ? instants : [asUtc - before];
}

/** Milliseconds that the vendor's clock is ahead of UTC. */
function offset(instant: number): number {
  return Date.parse(`${vendorTime(new Date(instant)).replace(' ', 'T')}Z`) - wholeSecond(instant);
}
