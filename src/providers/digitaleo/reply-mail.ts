/**
 * The mail that brings a reply, §2.10: "the body contains the text message that was sent along with its response, and
 * the subject is 'Response from 801 555 xxxx to SMS #xxx'". How the body is laid out is not documented.
 */
import { createHash } from 'node:crypto';
import { SmsError } from '../../sms/errors';
import { toE164 } from '../../sms/phone';
import { measure } from '../../sms/segments';
import type { Mail, MailReader, ProviderInbound } from '../provider';
import { textOfHtml } from './html';
import { number } from './values';

export const replyMail: MailReader = { read };

/** An SMS has 1024 characters at most, and is in here twice; what is beyond this is not looked at. */
const LONGEST_BODY = 64 * 1024;
const LONGEST_SUBJECT = 1000;

function read(mail: Mail, region: string): ProviderInbound {
  const body = bodyOf(mail);
  const subject = subjectOf(mail.subject.slice(0, LONGEST_SUBJECT));
  const answer = labelled(body);
  // A mail that has neither the vendor's subject nor its label is anybody's, such as a notice of absence.
  const from = subject?.from ?? (answer === undefined ? undefined : numberIn(body));
  const text = answer ?? lastParagraph(body);
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
    ...(subject ? { inReplyTo: subject.id } : {}),
    raw: { subject: mail.subject, from: mail.from, text: body },
  };
}

function bodyOf(mail: Mail): string {
  const [text, html] = [mail.text, mail.html].map((part) => part.slice(0, LONGEST_BODY)) as [string, string];
  return (text.trim() === '' || isHtml(text) ? textOfHtml(html || text) : text).trim();
}

/** The usual subject; `emailSubject` may have put another one in its place. */
function subjectOf(subject: string): { from: string; id: string } | undefined {
  const [, from, id] = /^\s*(?:\w{2,3}:\s*)?Response from (.+?) to SMS #(\w+)\s*$/i.exec(subject) ?? [];
  return from && id ? { from, id } : undefined;
}

function numberIn(body: string): string | undefined {
  return /(?<![\w+])\+\d[\d .-]{6,20}\d/.exec(body)?.[0];
}

/** Behind the last word for it, to the end: the text that was sent stands before, and may have such a word too. */
function labelled(body: string): string | undefined {
  for (const label of LABELS) {
    const last = [...body.matchAll(label)].at(-1);
    if (last) return body.slice(last.index + last[0].length).trim();
  }
  return undefined;
}

/** The vendor's own word, and those that it might have in another language; a phone may well write the latter. */
const LABELS = [
  /^[ \t\u00a0]*(?:response|r(?:é|e\u0301|e)ponse)[ \t\u00a0]*:/gim,
  /^[ \t\u00a0]*(?:reply|answer)[ \t\u00a0]*:/gim,
];

/** Of several paragraphs: the text that was sent, and what was answered. */
function lastParagraph(body: string): string | undefined {
  const paragraphs: string[][] = [[]];
  for (const line of body.split('\n')) {
    if (line.trim() === '') paragraphs.push([]);
    else paragraphs.at(-1)?.push(line.trimEnd());
  }
  const written = paragraphs.filter((lines) => lines.length > 0);
  return written.length > 1 ? written.at(-1)?.join('\n').trim() : undefined;
}

function isHtml(text: string): boolean {
  return /^\s*<(?:!doctype|html|body|p|div|table)\b/i.test(text);
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
