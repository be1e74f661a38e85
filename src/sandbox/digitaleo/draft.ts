/** Reads what a creation asks for: the parameters of §3.4.1, §3.5.1 and §3.8.2, and the contacts. */
import type { Call, Digitaleo, Draft, ReplyMail } from './account';
import { badRequest, missing, required } from './answers';
import type { Params } from './params';
import { isObject, text, whole } from './params';
import { parisInstant } from './paris';

/** "HTTPS API: lets you send up to 200 text messages at once" (§2.7). */
const MAX_CONTACTS = 200;

export interface Order {
  text: string;
  due?: number;
  replyMail: ReplyMail;
  /** One for each contact. */
  drafts: Draft[];
}

/** @throws Fault naming the first parameter that is missing (417) or wrong (400) */
export function readOrder({ digitaleo, params }: Call): Order {
  const template = required(text(params, 'text'), 'text');
  const contacts = contactsOf(params.contacts);
  const sender = senderOf(digitaleo, text(params, 'sender'));
  const due = dueOf(text(params, 'date'));
  const replyMail = replyMailOf(params);
  const type = whole(params, 'type');
  const binary = ['1', 'true'].includes(text(params, digitaleo.assume.binaryParameter) ?? '');
  const common = { text: template, sender, binary, replyMail, repliesWanted: type === 2, ...(due ? { due } : {}) };
  // "If they are both activated, the SMS won't be sent." (§3.4.1)
  const conflict = type === 2 && sender !== '' ? { reason: 'Expéditeur et réponses incompatibles' } : {};
  const drafts = contacts.map((contact) => ({ ...common, contact, to: recipientOf(contact), ...conflict }));
  return { text: template, replyMail, drafts, ...(due ? { due } : {}) };
}

export function replyMailOf(params: Params): ReplyMail {
  const [email = '', emailSender = '', emailSubject = ''] = ['email', 'emailSender', 'emailSubject'].map((name) =>
    text(params, name),
  );
  for (const address of [email, emailSender]) {
    if (/[\r\n]/.test(address)) throw badRequest('A mail address has no line breaks');
  }
  if (email !== '' && !/^[^\s@]+@[^\s@]+$/.test(email)) throw badRequest('email must be a mail address');
  if (/[\r\n]/.test(emailSubject)) throw badRequest('emailSubject has no line breaks');
  return { email, emailSender, emailSubject };
}

/** `2017-05-07 11:12:25`, the only form of the document. @throws Fault for another one */
export function dueOf(date: string | undefined): number | undefined {
  if (date === undefined) return undefined;
  const due = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(date.trim()) ? parisInstant(date.trim()) : undefined;
  if (due === undefined) throw badRequest('date must be as 2017-05-07 11:12:25');
  return due;
}

/** "Maximum 11 alphabet characters and digits" (§3.4.1). */
function senderOf({ assume }: Digitaleo, sender = ''): string {
  if (sender === '') return '';
  if (!/^[A-Za-z0-9]{1,11}$/.test(sender)) throw badRequest('sender must be at most 11 letters and digits');
  const approved = assume.approvedSenders.split(',').map((one) => one.trim());
  if (assume.approvedSenders !== '' && !approved.includes(sender)) throw badRequest('sender has not been approved');
  return sender;
}

/** A table, a table with indexes (`contacts[0][recipient]`), or JSON text of one: each is what a public client sends. */
function contactsOf(given: unknown): Params[] {
  if (given === undefined || given === null || given === '') throw missing('contacts');
  const parsed = typeof given === 'string' ? parse(given) : given;
  if (!isObject(parsed)) throw badRequest('contacts must be a table of contacts');
  const contacts = Object.values(parsed);
  if (contacts.length === 0) throw missing('contacts');
  if (contacts.length > MAX_CONTACTS) throw badRequest(`No more than ${MAX_CONTACTS} contacts at once`);
  return contacts.map((contact) => {
    if (!isObject(contact) || Array.isArray(contact)) throw badRequest('A contact must be a table of fields');
    return contact;
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw badRequest('contacts must be JSON');
  }
}

/** "+44 71234 56789": blanks are no harm (§2.5). @throws Fault when there is none */
function recipientOf(contact: Params): string {
  const recipient = required(text(contact, 'recipient'), 'recipient');
  return recipient.replace(/[\s.()-]/g, '');
}

/** "Mobile numbers must comply with the international format" (§2.5). */
export const isInternational = (recipient: string): boolean => /^\+[1-9]\d{6,14}$/.test(recipient);
