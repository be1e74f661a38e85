/** The common verbs over Digitaleo's operations, by HTTPS. */
import { setTimeout as pause } from 'node:timers/promises';
import { SmsError, toSmsError } from '../../sms/errors';
import { measure } from '../../sms/segments';
import { isoOf } from '../../sms/time';
import type {
  Accepted,
  Attempt,
  InboundQuery,
  OutgoingMessage,
  Params,
  ProviderInbound,
  ProviderReport,
  Verbs,
} from '../provider';
import { recordedWithin } from '../recorded';
import type { Session } from '../session';
import { textOf } from '../text-of';
import { LONGEST_TEXT, MAX_PER_CALL, MAX_STATUSES, STATUS_ATTRIBUTES } from './limits';
import {
  byStage,
  countOf,
  idOf,
  isBefore,
  meaningOf,
  number,
  type Row,
  report,
  rowsOf,
  sendingTime,
  utc,
  vendorSince,
  vendorUntil,
} from './values';

export const verbs: Verbs = { send, sendMany, status, history, statusQueue, lookup, cancel, inbound };

type Answer = Accepted | SmsError;

async function send(session: Session, message: OutgoingMessage): Promise<Accepted> {
  refuseTooLong(message);
  const isLiteral = !mayHoldFields(message.text);
  const contact = isLiteral ? { recipient: message.to } : { recipient: message.to, [FIELD]: message.text };
  const params = { text: isLiteral ? message.text : `#${FIELD}#`, contacts: [contact], ...commonOf(message) };
  const raw = await session.call('digitaleo.sms.create', params, { check: false });
  const id = idOf(raw);
  if (!id) throw uncertain('Digitaleo answered success without the id of the SMS.');
  return { id, ...justAccepted(message), raw };
}

/** A field that carries a whole text. */
const FIELD = 'message';

/**
 * "Enclosing them between pound signs": two of them in a text may be read as a field, and what is between them is then
 * left out. As the value of a field a text is not read again.
 */
function mayHoldFields(text: string): boolean {
  return text.indexOf('#') !== text.lastIndexOf('#');
}

/** What a message and a mailing have in common. */
function commonOf({ sender, at, alphabet, options }: OutgoingMessage): Params {
  return {
    ...(at ? { date: sendingTime(at) } : {}),
    ...(sender ? { sender } : {}),
    ...(alphabet === 'UCS-2' ? { binary: true } : {}),
    ...options,
  };
}

/** The answer has no status. */
function justAccepted({ at }: OutgoingMessage): Pick<Accepted, 'status' | 'providerStatus' | 'acceptedAt'> {
  return { status: at ? 'scheduled' : 'queued', providerStatus: null, acceptedAt: isoOf(Date.now()) };
}

/** @throws SmsError SMS_TOO_LONG */
function refuseTooLong({ text }: OutgoingMessage): void {
  const { units } = measure(text);
  if (units <= LONGEST_TEXT) return;
  throw new SmsError(
    'SMS_TOO_LONG',
    `The text has ${units} characters, and Digitaleo takes ${LONGEST_TEXT}: shorten it.`,
  );
}

/** Mailings of at most 200, of one sender, date and alphabet; an SMS alone is sent alone. */
async function sendMany(session: Session, messages: readonly OutgoingMessage[]): Promise<Answer[]> {
  const answers = new Map<OutgoingMessage, Answer>();
  const alike = Map.groupBy(messages, (message) => JSON.stringify(commonOf(message)));
  for (const batch of [...alike.values()].flatMap(mailings)) {
    const given = await sendBatch(session, batch);
    for (const [index, message] of batch.entries()) answers.set(message, given[index] ?? uncertain(NO_ID));
  }
  return messages.map((message) => answers.get(message) ?? uncertain(NO_ID));
}

/** No number twice in one mailing: its SMS could not be told apart. */
function mailings(messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
  const all: { numbers: Set<string>; batch: OutgoingMessage[] }[] = [];
  for (const message of messages) {
    let place = all.find(({ numbers, batch }) => batch.length < MAX_PER_CALL && !numbers.has(message.to));
    if (!place) {
      place = { numbers: new Set(), batch: [] };
      all.push(place);
    }
    place.numbers.add(message.to);
    place.batch.push(message);
  }
  return all.map(({ batch }) => batch);
}

async function sendBatch(session: Session, batch: readonly OutgoingMessage[]): Promise<Answer[]> {
  const [first, ...others] = batch;
  if (!first) return [];
  try {
    if (others.length === 0) return [await send(session, first)];
    return await sendMailing(session, first, batch);
  } catch (error) {
    return batch.map(() => toSmsError(error));
  }
}

/** The name of the mailing is the reference of its first message, by which it can be found when the answer gets lost. */
async function sendMailing(
  session: Session,
  first: OutgoingMessage,
  batch: readonly OutgoingMessage[],
): Promise<Answer[]> {
  for (const message of batch) refuseTooLong(message);
  const { text, reference: name } = first;
  const isSame = batch.every((message) => message.text === text) && !mayHoldFields(text);
  const contacts = batch.map((one) => (isSame ? { recipient: one.to } : { recipient: one.to, [FIELD]: one.text }));
  const params = { name, text: isSame ? text : `#${FIELD}#`, contacts, ...commonOf(first) };
  const raw = await session.call('digitaleo.mailing.create', params, { check: false });
  const mailingId = idOf(raw);
  if (!mailingId) throw uncertain('Digitaleo answered success without the id of the mailing.');
  const ids = await idsOf(session, mailingId, batch.length);
  return batch.map((message) => {
    const id = ids.get(message.to);
    return id ? { id, batch: mailingId, ...justAccepted(message), raw } : uncertain(`${NO_ID} (mailing ${mailingId})`);
  });
}

const NO_ID = 'Digitaleo took the mailing, and does not tell the id of this SMS';
/** Milliseconds before the list of a mailing's SMS is read again, when it lacks some. */
const READ_AGAIN = [300, 1000];

/** The answer to a mailing has its own id only: those of its SMS are read afterwards. */
async function idsOf(session: Session, mailingId: string, count: number): Promise<Map<string, string>> {
  const params = { mailingId, properties: 'id,recipient', limit: MAX_PER_CALL };
  for (let attempt = 0; ; attempt++) {
    const rows = rowsOf(await session.call('digitaleo.sms.read', params).catch(() => null));
    const wait = READ_AGAIN[attempt];
    if (rows.length >= count || wait === undefined) {
      return new Map(rows.map(({ recipient, id }) => [number(recipient), textOf(id)]));
    }
    await pause(wait);
  }
}

/** As many as the vendor answers in one call, §2.9. */
async function status(session: Session, ids: readonly string[]): Promise<(ProviderReport | SmsError)[]> {
  const found = new Map<string, ProviderReport>();
  const failed = new Map<string, SmsError>();
  for (let start = 0; start < ids.length; start += MAX_STATUSES) {
    const asked = ids.slice(start, start + MAX_STATUSES);
    try {
      for (const one of await statuses(session, 'digitaleo.status.read', asked)) found.set(one.id, one);
    } catch (error) {
      for (const id of asked) failed.set(id, toSmsError(error));
    }
  }
  return ids.map((id) => found.get(id) ?? failed.get(id) ?? unknown(id));
}

async function statuses(session: Session, operation: string, ids: readonly string[]): Promise<ProviderReport[]> {
  const params = { smsId: ids.join(','), properties: STATUS_ATTRIBUTES.join(','), limit: MAX_STATUSES };
  return rowsOf(await session.call(operation, params)).map(report);
}

async function history(session: Session, id: string): Promise<ProviderReport[]> {
  const reports = await statuses(session, 'digitaleo.smsstatus.read', [id]);
  if (reports.length === 0) throw unknown(id);
  return reports.sort(byStage);
}

async function statusQueue(session: Session, limit: number): Promise<ProviderReport[]> {
  const answer = await session.call('digitaleo.status.queue', { limit: Math.min(limit, MAX_STATUSES) });
  return rowsOf(answer).map(report);
}

function unknown(id: string): SmsError {
  return new SmsError('SMS_REJECTED', `Digitaleo knows no SMS with the id '${id.slice(0, 60)}' in this account.`, {
    httpStatus: 404,
  });
}

const SMS = { way: 'mt', properties: 'id,status,text,date,recipient' };

/** By the name of the mailing, which is our reference; an SMS that was sent alone by recipient, text and time. */
async function lookup(session: Session, attempt: Attempt): Promise<Accepted[]> {
  const { to, text, reference, startedAt } = attempt;
  const { since } = recordedWithin(startedAt);
  const [mailing] = rowsOf(await session.call('digitaleo.mailing.read', { name: reference, properties: 'id,name' }));
  const mailingId = textOf(mailing?.id);
  if (mailingId) {
    const rows = rowsOf(await session.call('digitaleo.sms.read', { ...SMS, mailingId, recipient: to }));
    return rows
      .filter((row) => number(row.recipient) === to)
      .map((row) => ({ ...acceptedRow(row, since), batch: mailingId }));
  }
  const date = [{ logical: 'AND' }, { operator: '>=', value: vendorSince(new Date(since)) }];
  const rows: Row[] = [];
  for await (const page of session.pages('digitaleo.sms.read', { ...SMS, recipient: to, date, limit: PAGE })) {
    rows.push(...rowsOf(page));
  }
  return rows
    .filter((row) => number(row.recipient) === to && oneLineEnd(textOf(row.text)) === oneLineEnd(text))
    .filter((row) => !isBefore(row.date, since))
    .map((row) => acceptedRow(row, since))
    .sort((a, b) => a.acceptedAt.localeCompare(b.acceptedAt));
}

const PAGE = 200;

function oneLineEnd(text: string): string {
  return text.replace(/\r\n?/g, '\n').trimEnd();
}

/** The date of a scheduled SMS is that of its sending. */
function acceptedRow(row: Row, since: number): Accepted {
  const word = textOf(row.status) || null;
  const now = new Date().toISOString();
  const date = utc(row.date, since);
  const { status: known } = meaningOf(word);
  return {
    id: textOf(row.id),
    status: word === null ? 'queued' : known,
    providerStatus: word,
    acceptedAt: date < now ? date : now,
    raw: row,
  };
}

/** An SMS; a mailing as a whole is cancelled by its own operation. */
async function cancel(session: Session, id: string): Promise<void> {
  const count = countOf(await session.call('digitaleo.sms.cancel', { id }));
  if (count !== 0) return;
  throw new SmsError('SMS_REJECTED', `Nothing was cancelled: there is no SMS '${id.slice(0, 60)}', or it has left.`);
}

async function inbound(session: Session, query: InboundQuery): Promise<ProviderInbound[]> {
  if (query.address) {
    throw new SmsError(
      'SMS_INVALID_OPTION',
      'Digitaleo does not tell which address a reply came to: leave the address of the poll empty.',
    );
  }
  const date = [
    { logical: 'AND' },
    { operator: '>=', value: vendorSince(query.since) },
    { operator: '<', value: vendorUntil(query.until) },
  ];
  const params = { way: 'mo', properties: 'id,text,date,recipient', date, sort: 'date ASC', limit: PAGE };
  const since = query.since.getTime();
  const rows: ProviderInbound[] = [];
  for await (const page of session.pages('digitaleo.sms.read', params)) {
    const asked = rowsOf(page).filter((row) => !isBefore(row.date, since));
    rows.push(...asked.map((row) => inboundMessage(row, since)));
    if (rows.length >= query.limit) break;
  }
  return rows.sort((a, b) => a.receivedAt.localeCompare(b.receivedAt)).slice(0, query.limit);
}

/** Of a reply, the recipient is the phone that wrote it (an assumption). */
function inboundMessage(row: Row, since: number): ProviderInbound {
  const text = textOf(row.text);
  const now = new Date().toISOString();
  const date = utc(row.date, since);
  return {
    id: textOf(row.id),
    from: number(row.recipient),
    to: null,
    text,
    parts: Math.max(1, measure(text).parts),
    // The vendor's clock may be ahead of ours.
    receivedAt: date < now ? date : now,
    raw: row,
  };
}

function uncertain(sentence: string): SmsError {
  return new SmsError('SMS_UNCERTAIN', sentence, { outcome: 'unknown', retryable: true });
}
