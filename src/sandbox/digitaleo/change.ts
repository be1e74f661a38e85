/** What may still be changed: an SMS or a mailing that waits is updated (§1.5) or cancelled (§3.7, §3.10). */
import type { Call, Digitaleo, Mailing, Outcome, Sms } from './account';
import { badRequest, notModified, required, requireOne } from './answers';
import { dueOf, replyMailOf } from './draft';
import { mailingsOf, smsOf } from './filters';
import { cancel, render, schedule } from './outbound';
import type { Params } from './params';
import { isObject, jsonObject, text, values } from './params';

const SMS_FILTERS = ['id', 'recipient', 'mailingName', 'mailingId', 'date'];
const UPDATABLE = ['text', 'date', 'email', 'emailSender', 'emailSubject'];

/** The text of §3.7 is missing; assumption: as a mailing, by one id. */
export function cancelSms(call: Call): Outcome {
  return cancelled(call, smsOf({ ...call, params: oneId(call) }));
}

/** "Also works with a mailing in progress, it will cancel the messages not sent yet" (§3.10). */
export function cancelMailing(call: Call): Outcome {
  return cancelled(
    call,
    mailingsOf({ ...call, params: oneId(call) }).flatMap(({ sms }) => sms),
  );
}

/** @throws Fault 304 when there is nothing left to cancel (§1.6) */
function cancelled({ digitaleo }: Call, sms: Sms[]): Outcome {
  if (sms.filter((one) => cancel(digitaleo, one)).length === 0) throw notModified();
  return counted(digitaleo, 1);
}

/** "Allows you to delete according to one identifier. This field is mandatory" (§3.10.1). */
function oneId({ params }: Call): Params {
  const [id, ...others] = required(values(params, 'id'), 'id');
  if (others.length > 0) throw badRequest('One id only');
  return { id };
}

/** Which attributes can be updated is undocumented; assumption: the text, the date and the reply mail of what waits. */
export function updateSms(call: Call): Outcome {
  requireOne(call.params, SMS_FILTERS);
  const changes = changesOf(call.params, UPDATABLE);
  const waiting = smsOf(call).filter(isWaiting);
  check(call.digitaleo, waiting, changes);
  for (const sms of waiting) changeSms(call.digitaleo, sms, changes);
  return modified(call.digitaleo, waiting.length);
}

/** The same, with the name, which a mailing may change at any time. */
export function updateMailing(call: Call): Outcome {
  requireOne(call.params, ['id', 'name']);
  const changes = changesOf(call.params, [...UPDATABLE, 'name']);
  const onlyName = Object.keys(changes).every((attribute) => attribute === 'name');
  const meant = mailingsOf(call).filter(({ sms }) => onlyName || sms.some(isWaiting));
  check(
    call.digitaleo,
    meant.flatMap(({ sms }) => sms.filter(isWaiting)),
    changes,
  );
  for (const mailing of meant) changeMailing(call.digitaleo, mailing, changes);
  return modified(call.digitaleo, meant.length);
}

const isWaiting = ({ record, gone }: Sms): boolean => record.providerStatus === 'wait' && !gone;

function changeMailing(digitaleo: Digitaleo, mailing: Mailing, changes: Params): void {
  const waiting = mailing.sms.filter(isWaiting);
  for (const sms of waiting) changeSms(digitaleo, sms, changes);
  mailing.name = text(changes, 'name') ?? mailing.name;
  mailing.text = text(changes, 'text') ?? mailing.text;
  mailing.due = dueOf(text(changes, 'date')) ?? mailing.due;
  mailing.replyMail = { ...mailing.replyMail, ...given(replyMailOf(changes)) };
}

/** @throws Fault when a change is not possible, before any is made */
function check(digitaleo: Digitaleo, waiting: readonly Sms[], changes: Params): void {
  dueOf(text(changes, 'date'));
  replyMailOf(changes);
  for (const sms of waiting) render(digitaleo, { ...sms, text: text(changes, 'text') ?? sms.text });
}

function changeSms(digitaleo: Digitaleo, sms: Sms, changes: Params): void {
  const { text: shown, parts } = render(digitaleo, { ...sms, text: text(changes, 'text') ?? sms.text });
  const due = dueOf(text(changes, 'date'));
  const replyMail = { ...sms.replyMail, ...given(replyMailOf(changes)) };
  sms.text = text(changes, 'text') ?? sms.text;
  sms.replyMail = replyMail;
  Object.assign(sms.record, { text: shown, parts });
  if (due === undefined) return;
  sms.due = due;
  schedule(digitaleo, sms);
}

function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')) as Partial<T>;
}

/** `metaData`: JSON text, also within a JSON body, as one public client sends it; or the object itself. */
function changesOf({ metaData }: Params, allowed: readonly string[]): Params {
  const data = required(metaData === '' || metaData === null ? undefined : metaData, 'metaData');
  const changes = typeof data === 'string' ? jsonObject(data) : data;
  if (!isObject(changes) || Array.isArray(changes)) throw badRequest('metaData must be a JSON object');
  const names = Object.keys(changes);
  if (names.length === 0) throw badRequest('metaData has nothing to change');
  for (const name of names) if (!allowed.includes(name)) throw badRequest(`${name} cannot be changed`);
  return changes;
}

function modified(digitaleo: Digitaleo, count: number): Outcome {
  if (count === 0) throw notModified();
  return counted(digitaleo, count);
}

/** "Number of resources" (§1.4.3) against "204 No Content: Resource updated or deleted" (§1.6). */
function counted({ assume }: Digitaleo, count: number): Outcome {
  return assume.noContentForCount ? { status: 204 } : { status: 200, value: { count } };
}
