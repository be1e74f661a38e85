/**
 * ZoomConnect's two pushes, "Receiving a reply" and "Receiving a delivery report". The guide prints their fields as a
 * query and sends them by POST; consumers read them from a body: whatever comes in query, form or JSON is taken together.
 */
import { createHash } from 'node:crypto';
import { SmsError } from '../../sms/errors';
import { measure } from '../../sms/segments';
import type { ProviderInbound, ProviderReport, WebhookEvents, WebhookReader, WebhookRequest } from '../provider';
import { utc } from './dates';
import { meaningOf, number } from './values';

/** Nothing is signed in a way that is known (`checksum` is no documented sum), so the address carries the secret. */
export const webhook: WebhookReader = { read };

type Fields = Record<string, string>;

/** Parts of our own address, not of the push. */
const OURS = new Set(['key', 'ref']);

function read(request: WebhookRequest): WebhookEvents {
  const fields = { ...withoutOurs(request.query), ...bodyFields(request.body) };
  if (Object.keys(fields).length === 0) {
    throw new SmsError('SMS_BAD_RESPONSE', 'This is not a push from ZoomConnect: it carries no fields.');
  }
  const { status, messageId, from } = fields;
  // An empty status is none.
  if (from !== undefined && !status?.trim()) return replied(fields);
  if (status && messageId) return { reports: [{ report: delivered(fields), hint: false }], inbound: [], other: [] };
  return { reports: [], inbound: [], other: [fields] };
}

/** A reply is news of the message that it answers too: the phone has it. */
function replied(fields: Fields): WebhookEvents {
  const sms = inboundOf(fields);
  const { inReplyTo: id, from: to, text, receivedAt } = sms;
  if (id === undefined) return { reports: [], inbound: [sms], other: [] };
  const report: ProviderReport = {
    id,
    to,
    status: 'delivered',
    final: true,
    // The push does not say; a null is told apart from the report of the delivery itself.
    providerStatus: null,
    description: 'The recipient replied',
    updatedAt: receivedAt,
    reply: { text, receivedAt },
    raw: fields,
  };
  return { reports: [{ report, hint: false }], inbound: [sms], other: [] };
}

function inboundOf(fields: Fields): ProviderInbound {
  const { from = '', to, message = '', repliedToMessageId } = fields;
  return {
    id: idOf(fields),
    from: number(from),
    to: to ? number(to) : null,
    text: message,
    parts: measure(message).parts,
    receivedAt: utc(fields.date) ?? utc(fields['nonce-date']) ?? new Date().toISOString(),
    ...(repliedToMessageId ? { inReplyTo: repliedToMessageId } : {}),
    raw: fields,
  };
}

/** That of the message, which polling finds it by; else the nonce, which is the same when a push is repeated. */
function idOf(fields: Fields): string {
  const { messageId, nonce, from, date, message } = fields;
  if (messageId || nonce) return messageId || nonce || '';
  return createHash('sha256')
    .update(JSON.stringify([from, date, message]))
    .digest('hex')
    .slice(0, 32);
}

function delivered(fields: Fields): ProviderReport {
  const { status = '', messageId = '' } = fields;
  return {
    id: messageId,
    // Who it was for is not in the push.
    to: '',
    providerStatus: status,
    updatedAt: utc(fields['nonce-date']) ?? new Date().toISOString(),
    raw: fields,
    ...meaningOf(status),
  };
}

/** Form or JSON, whatever the content type says. */
function bodyFields(body: Buffer): Fields {
  const text = body
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (text === '') return {};
  if (/^[[{"]/.test(text)) return jsonFields(text);
  return text.includes('=') ? plain(Object.fromEntries(new URLSearchParams(text))) : {};
}

function jsonFields(text: string): Fields {
  let pushed: unknown;
  try {
    pushed = JSON.parse(text);
  } catch {
    pushed = undefined;
  }
  // What stands before a webhook may hand over an empty body as an empty text.
  if (pushed === '') return {};
  if (typeof pushed === 'object' && pushed !== null && !Array.isArray(pushed)) return plain(pushed);
  throw new SmsError('SMS_BAD_RESPONSE', 'This is not a push from ZoomConnect: its body is not a JSON object.');
}

function withoutOurs(query: Fields): Fields {
  return Object.fromEntries(Object.entries(query).filter(([name]) => !OURS.has(name)));
}

/** Numbers may come as such; what is null is not there. */
function plain(pushed: object): Fields {
  const given = Object.entries(pushed).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
