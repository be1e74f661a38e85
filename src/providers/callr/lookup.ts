/** Finds an attempt of unknown outcome on CALLR's record: by our reference in `user_data`, else by recipient, text and time. */
import type { Accepted, Attempt } from '../provider';
import { recordedWithin } from '../recorded';
import type { Session } from '../session';
import { STOP_NUMBER } from './characters';
import { smsOptions } from './options';
import { records } from './records';
import { instant, meaningOf, number, type Sms, text, utc } from './values';

export async function lookup(session: Session, attempt: Attempt): Promise<Accepted[]> {
  const { to, startedAt, reference, options = {} } = attempt;
  const rows = await records(session, { type: 'OUT', to, ...recordedWithin(startedAt) });
  const sent = rows.filter((row) => text(row.hash) && number(row.to) === to);
  const given = text(smsOptions(options)?.user_data) ?? undefined;
  const named = given === undefined ? sent.filter((row) => carries(row, reference)) : [];
  const found = named.length > 0 ? named : sent.filter((row) => isLike(row, attempt, given));
  const once = new Map(found.map((row) => [row.hash, accepted(row)]));
  return [...once.values()].sort((a, b) => a.acceptedAt.localeCompare(b.acceptedAt));
}

/** How much the vendor keeps of `user_data` is not documented; half of a reference still is that of one message. */
function carries({ user_data }: Sms, reference: string): boolean {
  const kept = text(user_data) ?? '';
  return kept === reference || (kept.length >= 16 && reference.startsWith(kept));
}

/** A record with data of somebody else's is not this message. */
function isLike(row: Sms, { sender, text: wanted }: Attempt, given = ''): boolean {
  const data = text(row.user_data) ?? '';
  const isOthers = data !== '' && data !== given;
  const isFrom = sender === null || row.from === sender;
  return !isOthers && isFrom && instant(row.date_creation) !== null && isText(row.text, wanted);
}

function isText(recorded: unknown, wanted: string): boolean {
  if (typeof recorded !== 'string') return false;
  const [found, sought] = [recorded, wanted].map((one) => one.replace(/\r\n?/g, '\n').trimEnd());
  if (found === undefined || sought === undefined) return false;
  if (!sought.includes(STOP_NUMBER)) return found === sought;
  const start = sought.slice(0, sought.indexOf(STOP_NUMBER));
  const end = sought.slice(sought.lastIndexOf(STOP_NUMBER) + STOP_NUMBER.length);
  return found.length >= start.length + end.length && found.startsWith(start) && found.endsWith(end);
}

function accepted(row: Sms): Accepted {
  const word = text(row.status);
  return {
    id: String(row.hash),
    status: word === null ? 'queued' : meaningOf(word, row.type).status,
    providerStatus: word,
    acceptedAt: utc(row.date_creation),
    raw: row,
  };
}
