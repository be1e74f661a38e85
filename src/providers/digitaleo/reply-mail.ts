/**
 * The mail that brings a reply, §2.10: "the body contains the text message that was sent along with its response, and
 * the subject is 'Response from 801 555 xxxx to SMS #xxx'". How the body is laid out is not documented.
 */
import { createHash } from 'node:crypto';
import { SmsError } from '../../sms/errors';
import { toE164 } from '../../sms/phone';
import { measure } from '../../sms/segments';
import type { Mail, MailReader, ProviderInbound } from '../provider';
import { number } from './values';

export const replyMail: MailReader = { read };

function read(mail: Mail, region: string): ProviderInbound {
  const body = (mail.text.trim() === '' || isHtml(mail.text) ? textOfHtml(mail.html || mail.text) : mail.text).trim();
  const { from, id } = subjectOf(mail.subject) ?? { from: numberIn(body), id: undefined };
  const text = responseIn(body);
  if (from === undefined || text === undefined) {
    throw new SmsError(
      'SMS_BAD_RESPONSE',
      `This mail ('${mail.subject.slice(0, 60)}') brings no reply from Digitaleo: it names no phone, or no text.`,
    );
  }
  return {
    id: identity(mail, from, text),
    from: international(from, region),
    to: null,
    text,
    parts: Math.max(1, measure(text).parts),
    receivedAt: mail.date,
    ...(id ? { inReplyTo: id } : {}),
    raw: { subject: mail.subject, from: mail.from, text: body },
  };
}

/** The usual subject; `emailSubject` may have put another one in its place. */
function subjectOf(subject: string): { from: string; id: string } | undefined {
  const [, from, id] = /^\s*(?:\w{2,3}:\s*)?Response from (.+?) to SMS #(\w+)\s*$/i.exec(subject) ?? [];
  return from && id ? { from, id } : undefined;
}

function numberIn(body: string): string | undefined {
  return /(?<![\w+])\+\d[\d .-]{6,20}\d/.exec(body)?.[0];
}

/** What stands behind the word for it, to the end; without such a word, the last paragraph of several. */
function responseIn(body: string): string | undefined {
  const labelled = /^[ \t]*(?:response|reply|answer|réponse)[ \t]*:[ \t]*([\s\S]*)$/im.exec(body)?.[1]?.trim();
  if (labelled !== undefined) return labelled;
  const paragraphs = body.split(/\r?\n\s*\r?\n/).filter((one) => one.trim() !== '');
  return paragraphs.length > 1 ? paragraphs.at(-1)?.trim() : undefined;
}

function isHtml(text: string): boolean {
  return /^\s*<(?:!doctype|html|body|p|div|table)\b/i.test(text);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', amp: '&' };

function textOfHtml(html: string): string {
  return html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/<br\b[^>]*>/gi, '\n')
    .replace(/<\/(?:p|div|tr|td|h\d|li)>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
      if (name) return ENTITIES[String(name).toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n');
}

/** The number in the way of the account's country, where it can be read so. */
function international(from: string, region: string): string {
  try {
    return toE164(from, region || undefined);
  } catch {
    return number(from);
  }
}

/** A mail that is fetched twice is one; without its own id, what it says tells. */
function identity({ messageId, date, subject }: Mail, from: string, text: string): string {
  const facts = messageId || JSON.stringify([date, subject, from, text]);
  return createHash('sha256').update(facts).digest('hex').slice(0, 32);
}
