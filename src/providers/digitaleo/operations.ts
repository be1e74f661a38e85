/** Every call that Digitaleo's "API SMS" documents, and local stand-ins for the two services that have no call. */
import type { Operation, Params, SchemaBuilder, TSchema } from '../provider';
import { textOf } from '../text-of';
import { fileOperations } from './file-operations';
import {
  LONGEST_TEXT,
  MAILING_ATTRIBUTES,
  MAX_PER_CALL,
  MAX_STATUSES,
  SMS_ATTRIBUTES,
  STATS_ATTRIBUTES,
  STATUS_ATTRIBUTES,
} from './limits';
import { localOperations } from './local';
import {
  answered,
  CLOSED,
  carried,
  contacts,
  counted,
  created,
  dates,
  encoded,
  type Fields,
  list,
  message,
  oneId,
  paged,
  several,
  statusList,
  text,
} from './schemas';
import { operation as token } from './token';
import { rowsOf } from './values';

export const operations: readonly Operation[] = [
  token,
  sending('sms.create', 'Send an SMS to one contact', '§3.4'),
  sending('sms.createPersonalized', 'Send an SMS with #fields# to one contact', '§3.5'),
  reading('sms.read', 'Read SMS that were sent or received', '§3.6', SMS_ATTRIBUTES, (t) => ({
    id: t.Optional(several(t, 'Only these ids')),
    recipient: t.Optional(several(t, 'Only to these numbers')),
    mailingName: t.Optional(several(t, 'Only of the mailings of these names')),
    mailingId: t.Optional(several(t, 'Only of these mailings')),
    date: t.Optional(dates(t)),
    way: t.Optional(
      t.Union([t.Literal('mt'), t.Literal('mo')], { description: 'mt: sent to phones; mo: written by phones' }),
    ),
  })),
  cancelling('sms.cancel', 'Cancel an SMS that has not been sent yet', '§3.7, of which only the title is there'),
  sending('mailing.create', 'Send an SMS to many contacts', '§3.8.3'),
  sending('mailing.createPersonalized', 'Send an SMS with #fields# to many contacts', '§3.8.4'),
  reading('mailing.read', 'Read mailings', '§3.9', MAILING_ATTRIBUTES, (t) => ({
    id: t.Optional(several(t, 'Only these ids')),
    name: t.Optional(several(t, 'Only these names')),
  })),
  cancelling('mailing.cancel', 'Cancel what has not been sent yet of a mailing', '§3.10'),
  reading('status.read', 'Read the current status of SMS', '§3.11.2', STATUS_ATTRIBUTES, (t) => ({
    smsId: t.Optional(several(t, 'Only of these SMS')),
    mailingId: t.Optional(several(t, 'Only of these mailings')),
    mailingName: t.Optional(several(t, 'Only of the mailings of these names')),
  })),
  {
    id: 'digitaleo.status.queue',
    title: 'Take statuses out of the queue, the oldest first',
    method: 'GET',
    path: '/status',
    implied: { action: 'queue' },
    params: (t) => {
      const description = 'How many to take out of the queue; without it, all';
      const limit = t.Optional(t.Integer({ minimum: 1, maximum: MAX_STATUSES, description }));
      return t.Object({ limit, ...answered(t) }, CLOSED);
    },
    result: statusList,
    // What is read is gone from the queue: an answer that gets lost takes it along.
    writes: true,
    source: 'API SMS §3.11.3',
  },
  reading('smsstatus.read', 'Read every status that an SMS has had', '§3.12', STATUS_ATTRIBUTES, (t) => ({
    smsId: several(t, 'Of these SMS'),
  })),
  reading('stats.read', 'Read the statistics of mailings, a month or the account', '§3.13', STATS_ATTRIBUTES, (t) => ({
    mailingId: t.Optional(several(t, 'Only of these mailings; not with month')),
    mailingName: t.Optional(several(t, 'Only of the mailings of these names; not with month')),
    month: t.Optional(t.String({ pattern: '^\\d{4}-\\d{2}$', description: 'Only of this month, such as 2017-06' })),
  })),
  {
    id: 'digitaleo.update.metaData',
    title: 'Change attributes of all SMS or mailings that a filter selects',
    method: 'PUT',
    path: '/{resource}',
    params: (t) => t.Object(update(t), CLOSED),
    result: counted,
    writes: true,
    source: 'API SMS §1.5',
  },
  ...localOperations,
  ...fileOperations,
];

/** POST of an SMS or a mailing. */
function sending(name: string, title: string, section: string): Operation {
  const isMailing = name.startsWith('mailing');
  return {
    id: `digitaleo.${name}`,
    title,
    method: 'POST',
    path: pathOf(name),
    params: (t) =>
      t.Object(
        {
          ...(isMailing ? { name: t.Optional(text(t, 'Name of the mailing, by which it can be found later')) } : {}),
          ...message(t, LONGEST_TEXT),
          contacts: contacts(t, isMailing ? MAX_PER_CALL : 1),
          ...carried(t, 'create'),
          ...encoded(t, 'json'),
          ...answered(t),
        },
        CLOSED,
      ),
    result: created,
    writes: true,
    source: `API SMS ${section}`,
  };
}

function reading(
  name: string,
  title: string,
  section: string,
  attributes: readonly string[],
  filters: (t: SchemaBuilder) => Fields,
): Operation {
  return {
    id: `digitaleo.${name}`,
    title,
    method: 'GET',
    path: pathOf(name),
    params: (t) => t.Object({ ...filters(t), ...paged(t), ...carried(t, 'read'), ...answered(t) }, CLOSED),
    result: list(attributes),
    next: nextPage,
    writes: false,
    source: `API SMS ${section}`,
  };
}

function cancelling(name: string, title: string, section: string): Operation {
  return {
    id: `digitaleo.${name}`,
    title,
    method: 'DELETE',
    path: pathOf(name),
    params: (t) => t.Object({ id: oneId(t), ...carried(t, 'delete'), ...answered(t) }, CLOSED),
    result: counted,
    writes: true,
    source: `API SMS ${section}`,
  };
}

function pathOf(name: string): string {
  return `/${name.split('.')[0]}`;
}

function update(t: SchemaBuilder): Record<string, TSchema> {
  return {
    resource: t.Union([t.Literal('sms'), t.Literal('mailing')], { description: 'What is to be changed' }),
    metaData: t.Union([t.Record(t.String(), t.Unknown()), t.String()], {
      description: 'The attributes with their new values: an object, or its JSON text',
    }),
    id: t.Optional(several(t, 'Only these ids')),
    name: t.Optional(several(t, 'Only mailings of these names')),
    recipient: t.Optional(several(t, 'Only SMS to these numbers')),
    mailingId: t.Optional(several(t, 'Only SMS of these mailings')),
    mailingName: t.Optional(several(t, 'Only SMS of the mailings of these names')),
    ...carried(t, 'update'),
    ...encoded(t, 'form'),
    ...answered(t),
  };
}

/**
 * The page after this one. Without a limit the document promises all there is; as many again are asked for all the
 * same, and the end is where nothing comes. The vendor's own limit may be lower than the one asked for: its total goes,
 * where there is one. Text in another format is not paged.
 */
function nextPage(params: Params, result: unknown): Params | null {
  const { length } = rowsOf(result);
  if (length === 0) return null;
  const offset = Number(params.offset ?? 0) + length;
  const total = textOf((result as { total?: unknown }).total);
  const isShort = params.limit !== undefined && length < Math.min(Number(params.limit), MAX_STATUSES);
  const isLast = total === '' ? isShort : offset >= Number(total);
  return isLast ? null : { ...params, limit: params.limit ?? length, offset };
}
