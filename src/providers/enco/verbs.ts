/** The common verbs over Enco's operations. */
import { createHash } from 'node:crypto';
import { SmsError, toSmsError } from '../../sms/errors';
import { measure } from '../../sms/segments';
import { isoOf } from '../../sms/time';
import type { Measurement } from '../../sms/types';
import { atMost } from '../at-most';
import { CONNECTIONS } from '../http';
import type { Accepted, InboundQuery, OutgoingMessage, ProviderInbound, ProviderReport, Verbs } from '../provider';
import type { Session } from '../session';
import { textOf } from '../text-of';
import { findInLog } from './log';
import { deliveryInfo, idOf, meaningOf, number, utc } from './values';

export const verbs: Verbs = { send, status, inbound, lookup: findInLog, length, senders };

async function send(session: Session, { to, text, sender, options, callbackUrl }: OutgoingMessage): Promise<Accepted> {
  const body = { message: text, destinations: [to], ...(callbackUrl ? { callbackURL: callbackUrl } : {}), ...options };
  const raw = sender
    ? await session
        .call('enco.outbound.sendFrom', { address: sender, ...body }, { check: false })
        .catch((error) => Promise.reject(foreignSender(error, sender)))
    : await session.call('enco.outbound.send', body, { check: false });
  const id = idOf((raw as { resourceURL?: unknown } | null)?.resourceURL);
  if (!id) {
    throw new SmsError('SMS_UNCERTAIN', 'Enco answered success without the id of the message.', {
      outcome: 'unknown',
      retryable: true,
    });
  }
  const word = deliveryInfo(raw).deliveryStatus ?? null;
  return { id, status: meaningOf(word).status, providerStatus: word, acceptedAt: isoOf(Date.now()), raw };
}

/** Refused for an address that is not the account's own (assumed: 403 or 404), which is no refusal of the account. */
function foreignSender(error: unknown, sender: string): unknown {
  const isForeign = error instanceof SmsError && (error.httpStatus === 403 || error.httpStatus === 404);
  if (!isForeign || GATEWAY_FAULT.test(error.providerCode ?? '')) return error;
  const sentence = `Enco refuses '${sender}' as sender: use one of the account's dedicated addresses, or leave it empty for the shared number.`;
  return error.as('SMS_INVALID_SENDER', sentence, { accountRefused: false });
}

/** Codes of the gateway in front of the API: they are about the token. */
const GATEWAY_FAULT = /^9009\d\d$/;

/** One call an id: this vendor has no call for several. */
function status(session: Session, ids: readonly string[]): Promise<(ProviderReport | SmsError)[]> {
  return atMost(CONNECTIONS, ids, (id) => statusOf(session, id).catch((error) => toSmsError(error)));
}

async function statusOf(session: Session, id: string): Promise<ProviderReport> {
  const raw = await session.call('enco.outbound.deliveryInfo', { deliveryinfoId: id });
  return report(id, raw);
}

/** A delivery info, from an answer or from a push, as a report. */
export function report(id: string, raw: unknown): ProviderReport {
  const { address, deliveryStatus } = deliveryInfo(raw);
  const word = deliveryStatus ?? null;
  return {
    id,
    to: address ? number(address) : '',
    providerStatus: word,
    updatedAt: new Date().toISOString(),
    raw,
    ...meaningOf(word),
  };
}

interface InboundRow {
  senderAddress?: unknown;
  message?: unknown;
  numberOfParts?: unknown;
  timeReceived?: unknown;
}

interface InboundList {
  messages?: InboundRow[] | null;
}

async function inbound(session: Session, query: InboundQuery): Promise<ProviderInbound[]> {
  const { address, since, until, markRead } = query;
  const period = { startdatetime: since.toISOString(), enddatetime: until.toISOString(), 'new-only': markRead };
  const { messages } = address
    ? await session.call<InboundList>('enco.inbound.dedicated', { address, ...period })
    : await session.call<InboundList>('enco.inbound.shared', period);
  const ids = new Map<string, number>();
  const rows = (messages ?? []).map((row) => inboundMessage(address, row, ids));
  return rows.sort((a, b) => a.receivedAt.localeCompare(b.receivedAt)).slice(0, query.limit);
}

/** The vendor gives inbound messages no id: one is made of what it does give, with a count for equal rows. */
function inboundMessage(address: string | null, row: InboundRow, ids: Map<string, number>): ProviderInbound {
  const { senderAddress, message, numberOfParts, timeReceived } = row;
  const from = number(textOf(senderAddress));
  const text = textOf(message);
  const facts = JSON.stringify([address, from, timeReceived, text]);
  const nth = (ids.get(facts) ?? 0) + 1;
  ids.set(facts, nth);
  return {
    id: createHash('sha256').update(`${facts}${nth}`).digest('hex').slice(0, 32),
    from,
    to: address,
    text,
    parts: Number(textOf(numberOfParts)) || measure(text).parts,
    receivedAt: utc(timeReceived),
    raw: row,
  };
}

interface LengthAnswer {
  numberOfChars: number;
  charLimitPerPart: number;
  numberOfParts: number;
  numberOfRemainingCharsInPart: number;
}

/** The vendor's count; which characters force Unicode is known here only. */
async function length(session: Session, text: string): Promise<Measurement> {
  const answer = await session.call<LengthAnswer>('enco.outbound.length', { message: text });
  return {
    ...measure(text),
    alphabet: answer.charLimitPerPart > 70 ? 'GSM-7' : 'UCS-2',
    units: answer.numberOfChars,
    unitsPerPart: answer.charLimitPerPart,
    parts: answer.numberOfParts,
    remaining: answer.numberOfRemainingCharsInPart,
  };
}

async function senders(session: Session): Promise<string[]> {
  const { dedicatedAddresses } = await session.call<{ dedicatedAddresses: string[] }>('enco.dedicatedAddresses');
  return dedicatedAddresses;
}
