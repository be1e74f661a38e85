/** A message of Node-RED's e-mail node, as a vendor's mail reader takes it. */
import type { Mail } from '../providers/provider';
import { isDate } from '../sms/excerpt';
import type { Message } from './nodes';

/** Null for a message that is no mail: the e-mail node is the one that adds `header`. */
export function mailOf(message: Message): Mail | null {
  const { header, topic, payload, html, from, date } = message as Record<string, unknown>;
  if (typeof header !== 'object' || header === null) return null;
  const messageId = (header as Record<string, unknown>)['message-id'];
  return {
    subject: text(topic),
    text: text(payload),
    html: text(html),
    from: text(from),
    date: (instant(date) ?? new Date()).toISOString(),
    messageId: text(messageId),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function instant(value: unknown): Date | null {
  const date = isDate(value) || typeof value === 'string' ? new Date(value) : null;
  return date && !Number.isNaN(date.getTime()) ? date : null;
}
