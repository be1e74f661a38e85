/** The common verbs over CALLR's operations. */

import { isGsm } from '../../sms/alphabet';
import { SmsError, toSmsError } from '../../sms/errors';
import { measure } from '../../sms/segments';
import { isoOf } from '../../sms/time';
import { atMost } from '../at-most';
import { CONNECTIONS } from '../http';
import type {
  Accepted,
  InboundQuery,
  OutgoingMessage,
  ProviderInbound,
  ProviderReport,
  Quote,
  Verbs,
} from '../provider';
import type { Session } from '../session';
import { lookup } from './lookup';
import { smsOptions } from './options';
import { records } from './records';
import { instant, meaningOf, number, type Sms, text, utc } from './values';

export const verbs: Verbs = { send, status, history, inbound, lookup, quote };

/** Of `body` (sms.send). */
const MOST_CHARACTERS = 3200;

async function send(session: Session, message: OutgoingMessage): Promise<Accepted> {
  const { to, text: body, sender, reference, callbackUrl } = message;
  checkLength(body);
  const webhook = callbackUrl ? { webhook: { endpoint: callbackUrl } } : {};
  const options = { user_data: reference, ...webhook, ...encoding(message), ...smsOptions(message.options) };
  const id = await session
    .call('callr.sms.send', { from: sender ?? '', to, body, options }, { check: false })
    .catch((error) => Promise.reject(refusedSender(error, sender)));
  if (typeof id !== 'string' || id === '') {
    throw new SmsError('SMS_UNCERTAIN', 'CALLR answered success without the id of the message.', {
      outcome: 'unknown',
      retryable: true,
    });
  }
  // The answer is the id and nothing else.
  return { id, status: 'queued', providerStatus: null, acceptedAt: isoOf(Date.now()), raw: id };
}

/** The word for a sender that the vendor does not take: "PROPERTY_VALUE_ERROR [from]". */
function refusedSender(error: unknown, sender: string | null): unknown {
  const isSender = error instanceof SmsError && error.code === 'SMS_REJECTED' && sender;
  if (!isSender || !error.providerMessage?.includes('[from]')) return error;
  const sentence = `CALLR refuses '${sender}' as sender: use one that it has given or approved, SMS, or leave it empty for the shared number.`;
  return error.as('SMS_INVALID_SENDER', sentence);
}

/** The vendor finds out by itself what a text needs; that it is to cost more than that has to be said. */
function encoding({ text: body, alphabet }: OutgoingMessage): { force_encoding?: 'UNICODE' } {
  return alphabet === 'UCS-2' && isGsm(body) ? { force_encoding: 'UNICODE' } : {};
}

/** @throws SmsError SMS_TOO_LONG */
function checkLength(body: string): void {
  const characters = body.length > MOST_CHARACTERS ? [...body].length : body.length;
  if (characters <= MOST_CHARACTERS) return;
  throw new SmsError(
    'SMS_TOO_LONG',
    `CALLR takes ${MOST_CHARACTERS} characters at most, this text has ${characters}. Shorten it, or send it as several.`,
  );
}

/** One call an id: this vendor has no call for several. */
function status(session: Session, ids: readonly string[]): Promise<(ProviderReport | SmsError)[]> {
  return atMost(CONNECTIONS, ids, (id) =>
    session.call<Sms>('callr.sms.get', { id }).then(
      (sms) => report(sms),
      (error) => toSmsError(error),
    ),
  );
}

/** An SMS, from an answer or from a push, as a report. */
export function report(sms: Sms): ProviderReport {
  const error = text(sms.status_error);
  const { description, ...told } = reportOf(sms, text(sms.status), utc(sms.date_update, sms.date_creation));
  return { ...told, description: error ? `${description}: ${error.slice(0, 200)}` : description };
}

function reportOf(sms: Sms, word: string | null, updatedAt: string): ProviderReport {
  const meaning = meaningOf(word, sms.type);
  return { id: text(sms.hash) ?? '', to: number(sms.to), providerStatus: word, updatedAt, raw: sms, ...meaning };
}

interface Change {
  old_status?: unknown;
  new_status?: unknown;
  updated_at?: unknown;
}

/** The first status is only told as what the first change came from. */
async function history(session: Session, id: string): Promise<ProviderReport[]> {
  const sms = await session.call<Sms>('callr.sms.get', { id });
  const changes = (Array.isArray(sms.status_history) ? (sms.status_history as (Change | null)[]) : [])
    .filter((change) => change !== null && typeof change === 'object')
    .sort((a, b) => (instant(a.updated_at) ?? 0) - (instant(b.updated_at) ?? 0));
  const [first] = changes;
  if (!first) return [report(sms)];
  const steps = changes.map(({ new_status, updated_at }) => reportOf(sms, text(new_status), utc(updated_at)));
  const created = text(first.old_status);
  return created ? [reportOf(sms, created, utc(sms.date_creation, first.updated_at)), ...steps] : steps;
}

/** Only phones that answer the shared number, or write to a number of the account's own, are on record. */
async function inbound(session: Session, query: InboundQuery): Promise<ProviderInbound[]> {
  const { address, since, until, limit } = query;
  const rows = await records(session, { type: 'IN', since: since.getTime(), until: until.getTime() });
  return rows
    .map(inboundMessage)
    .filter(({ to }) => !address || to === number(address))
    .sort((a, b) => a.receivedAt.localeCompare(b.receivedAt))
    .slice(0, limit);
}

/** An SMS of the type IN, from a list or from a push. What it answers, the vendor does not tell. */
export function inboundMessage(sms: Sms): ProviderInbound {
  const written = text(sms.text) ?? '';
  return {
    id: text(sms.hash) ?? '',
    from: number(sms.from),
    to: number(sms.to) || null,
    text: written,
    parts: typeof sms.parts === 'number' && sms.parts > 0 ? sms.parts : measure(written).parts,
    receivedAt: utc(sms.date_received, sms.date_creation),
    raw: sms,
  };
}

/**
 * The fields of SMS.Quote are undocumented ("number of SMS billed, encoding, and cost"). The vendor is on record for
 * GSM without its extension table, so that it may count `€` as Unicode where we do not: its word goes.
 */
async function quote(session: Session, to: string, body: string): Promise<Quote> {
  const answer = await session.call<Record<string, unknown>>('callr.sms.getQuote', { to, text: body });
  const parts = figure(answer.count);
  if (parts === undefined) {
    throw new SmsError('SMS_BAD_RESPONSE', 'CALLR quoted in a form that is not known: the count is missing.');
  }
  const isUnicode = /uni|ucs/i.test(text(answer.encoding) ?? measure(body).alphabet);
  const measured = isUnicode ? measure(body, 'unicode') : measure(body);
  const cost = figure(answer.cost);
  return cost === undefined ? { ...measured, parts } : { ...measured, parts, cost };
}

/** Money is written as text. */
function figure(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
