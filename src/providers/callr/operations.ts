/** Every call of CALLR's SMS document, and those beside it that its webhooks and export jobs need. */
import type { Operation, Params, SchemaBuilder, TSchema } from '../provider';
import { rowsOf } from './values';

const DOC = 'CALLR SMS API';
const PAGES = 'docs.callr.com';
const CLOSED = { additionalProperties: false } as const;

export const operations: readonly Operation[] = [
  {
    id: 'callr.sms.send',
    title: 'Send an SMS',
    method: 'RPC',
    path: 'sms.send',
    positions: ['from', 'to', 'body', 'options'],
    params: (t) =>
      t.Object(
        {
          from: t.Optional(
            t.String({
              pattern: '^([0-9]{1,11}|(?=.*[A-Za-z])[A-Za-z0-9 _\\-]{1,11})?$',
              description:
                'The sender: a dedicated short code, or a name of at most 11 letters, digits, spaces, dashes and underscores with at least one letter; SMS is always authorised. Empty: a shared short code is chosen for the carrier, and the phone can answer',
            }),
          ),
          to: recipient(t),
          body: t.String({
            minLength: 1,
            maxLength: 3200,
            description: 'The text. With a custom sender, %STOPNUM% is replaced by the number for STOP',
          }),
          options: t.Optional(
            t.Union([t.Object(smsOptionsSchema(t), CLOSED), t.Null()], {
              description: 'SMS.Options as one object; its members can be given by themselves, too',
            }),
          ),
          ...smsOptionsSchema(t),
        },
        CLOSED,
      ),
    result: (t) => t.String({ minLength: 1 }),
    writes: true,
    source: `${DOC}, sms.send`,
  },
  {
    id: 'callr.sms.get',
    title: 'Ask for an SMS that was sent or received',
    method: 'RPC',
    path: 'sms.get',
    positions: ['id'],
    params: (t) => t.Object({ id: t.String({ minLength: 1, description: 'The id of the SMS' }) }, CLOSED),
    result: sms,
    writes: false,
    source: `${DOC}, sms.get`,
  },
  {
    id: 'callr.sms.search',
    title: 'Search the SMS of the last 6 months',
    method: 'RPC',
    path: 'sms.search',
    positions: ['filters', 'options'],
    params: (t) => t.Object({ filters: filters(t), options: searchOptions(t) }, CLOSED),
    // Search.Results is not documented.
    result: (t) => t.Union([t.Array(t.Unknown()), t.Record(t.String(), t.Unknown())]),
    next: nextSearchPage,
    writes: false,
    source: `${DOC}, sms.search`,
  },
  {
    id: 'callr.sms.exportAsync',
    title: 'Have SMS exported as CSV',
    method: 'RPC',
    path: 'sms.export_async',
    positions: ['filters', 'webhook'],
    params: (t) =>
      t.Object(
        {
          filters: t.Optional(t.Union([filters(t), t.Null()], { description: 'SMS.SearchFilters; none: everything' })),
          webhook: t.Optional(
            t.Union([webhook(t), t.Null()], { description: 'Webhook that is told when the export is there' }),
          ),
        },
        CLOSED,
      ),
    result: (t) => t.String({ minLength: 1, description: 'The id of the job' }),
    writes: true,
    source: `${DOC}, sms.export_async`,
  },
  {
    id: 'callr.sms.getQuote',
    title: 'Ask what a text to a number costs',
    method: 'RPC',
    path: 'sms.get_quote',
    positions: ['to', 'text', 'options'],
    params: (t) =>
      t.Object(
        {
          to: recipient(t),
          text: t.String({ minLength: 1, description: 'The text' }),
          options: t.Optional(
            t.Union([t.Object(smsOptionsSchema(t), CLOSED), t.Null()], {
              description: 'SMS.Options: what would be used to send it',
            }),
          ),
        },
        CLOSED,
      ),
    result: quoted,
    writes: false,
    source: `${DOC}, sms.get_quote`,
  },
  {
    id: 'callr.sms.getGsmCharsetMapping',
    title: 'List the GSM characters, and what others become when GSM is forced',
    method: 'RPC',
    path: 'sms.get_gsm_charset_mapping',
    positions: [],
    params: (t) => t.Object({}, CLOSED),
    // Documented as an array, which in the vendor's language may have names.
    result: (t) => t.Union([t.Array(t.Unknown()), t.Record(t.String(), t.Unknown())]),
    writes: false,
    source: `${DOC}, sms.get_gsm_charset_mapping`,
  },
  {
    id: 'callr.sms.getList',
    title: 'List SMS between two times (deprecated)',
    method: 'RPC',
    path: 'sms.get_list',
    positions: ['type', 'from', 'to'],
    params: (t) =>
      t.Object(
        {
          type: t.Union([t.Literal('IN'), t.Literal('OUT')], { description: 'Received or sent' }),
          from: datetime(t, 'Retrieve from this time'),
          to: datetime(t, 'Retrieve to this time'),
        },
        CLOSED,
      ),
    result: (t) => t.Array(sms(t)),
    writes: false,
    source: `${DOC}, sms.get_list`,
    deprecated: 'The vendor may remove it and advises strongly against it; use callr.sms.search.',
  },
  {
    id: 'callr.sms.getCountForBody',
    title: 'Count the SMS of a text (deprecated)',
    method: 'RPC',
    path: 'sms.get_count_for_body',
    positions: ['body'],
    params: (t) => t.Object({ body: t.String({ minLength: 1, description: 'The text' }) }, CLOSED),
    result: quoted,
    writes: false,
    source: `${DOC}, sms.get_count_for_body`,
    deprecated: 'The vendor may remove it and advises strongly against it; use callr.sms.getQuote.',
  },
  {
    id: 'callr.webhooks.getEventTypes',
    title: 'List the events that can be subscribed to',
    method: 'RPC',
    path: 'webhooks.get_event_types',
    positions: [],
    params: (t) => t.Object({}, CLOSED),
    result: (t) => t.Union([t.Array(t.Unknown()), t.Record(t.String(), t.Unknown())]),
    writes: false,
    source: `${PAGES}, webhooks`,
  },
  {
    id: 'callr.webhooks.subscribe',
    title: 'Have the events of a type pushed to an address',
    method: 'RPC',
    path: 'webhooks.subscribe',
    positions: ['type', 'endpoint', 'options'],
    params: (t) =>
      t.Object(
        {
          type: t.String({
            minLength: 1,
            description: 'The type of event, such as sms.mo, sms.mt.status_update or job.status_update',
          }),
          endpoint: address(t),
          options: hookOptions(t),
        },
        CLOSED,
      ),
    result: (t) => t.Object({ hash: t.String() }),
    writes: true,
    source: `${PAGES}, webhooks`,
  },
  {
    id: 'callr.webhooks.unsubscribe',
    title: 'End a subscription',
    method: 'RPC',
    path: 'webhooks.unsubscribe',
    positions: ['hash'],
    params: (t) => t.Object({ hash: t.String({ minLength: 1, description: 'The hash of the webhook' }) }, CLOSED),
    result: (t) => t.Unknown(),
    writes: true,
    source: `${PAGES}, webhooks`,
  },
  {
    id: 'callr.jobs.get',
    title: 'Ask how far a job is, such as an export',
    method: 'RPC',
    path: 'jobs.get',
    positions: ['id'],
    params: job,
    result: (t) => t.Unknown(),
    writes: false,
    source: `${PAGES}, jobs`,
  },
  {
    id: 'callr.jobs.cancel',
    title: 'Cancel a job',
    method: 'RPC',
    path: 'jobs.cancel',
    positions: ['id'],
    params: job,
    result: (t) => t.Unknown(),
    writes: true,
    source: `${PAGES}, jobs`,
  },
];

function recipient(t: SchemaBuilder) {
  return t.String({
    pattern: '^\\+[1-9][0-9]{5,14}$',
    description: 'The recipient in the international format, such as +33678912345',
  });
}

function datetime(t: SchemaBuilder, description: string) {
  return t.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\d( \\d\\d:\\d\\d:\\d\\d|T\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:?\\d\\d))$',
    description: `${description}, in UTC, such as 2012-04-24 23:42:00, or ISO 8601 with an offset`,
  });
}

function smsOptionsSchema(t: SchemaBuilder) {
  return {
    flash_message: t.Optional(t.Boolean({ description: 'Shown at once and not kept on the phone' })),
    force_encoding: t.Optional(
      t.Union([t.Literal('GSM'), t.Literal('UNICODE')], { description: 'Instead of what the text needs' }),
    ),
    nature: t.Optional(t.Union([t.Literal('ALERTING'), t.Literal('MARKETING')], { description: 'What it is for' })),
    user_data: t.Optional(t.String({ description: 'Data of your own, which come back with the SMS' })),
    webhook: t.Optional(webhook(t)),
  };
}

function address(t: SchemaBuilder) {
  return t.String({ pattern: '^https?://', description: 'http or https address that the events are pushed to' });
}

function webhook(t: SchemaBuilder) {
  return t.Object(
    { endpoint: address(t), options: hookOptions(t) },
    { ...CLOSED, description: 'Webhook for this one alone' },
  );
}

function hookOptions(t: SchemaBuilder) {
  const members = {
    hmac_secret: t.Optional(t.String({ description: 'Signs the pushes' })),
    hmac_algo: t.Optional(
      t.Union([t.Literal('SHA256'), t.Literal('SHA512'), t.Literal('SHA1'), t.Literal('MD5')], {
        description: 'How they are signed',
      }),
    ),
    format: t.Optional(t.String({ description: 'JSON' })),
  };
  return t.Optional(
    t.Union([t.Object(members, CLOSED), t.Null()], {
      description: 'hmac_secret, hmac_algo, format; without it the webhook secret of the account signs, null: nothing',
    }),
  );
}

function filters(t: SchemaBuilder) {
  return t.Record(t.String(), t.Unknown(), {
    description:
      'SMS.SearchFilters; the document does not name them. Probably type, hash, from, to, text, status, date_from, date_to',
  });
}

function searchOptions(t: SchemaBuilder) {
  return t.Record(t.String(), t.Unknown(), {
    description: 'Search.Options; the document does not name them. Probably sort, order (asc, desc), offset, limit',
  });
}

function job(t: SchemaBuilder) {
  return t.Object({ id: t.String({ minLength: 1, description: 'The id of the job' }) }, CLOSED);
}

/** The document only names the object: what all that we know of has is demanded, and the rest may come. */
function sms(t: SchemaBuilder): TSchema {
  return t.Object({ hash: t.String({ minLength: 1 }), status: t.String() });
}

/** SMS.Quote likewise. */
function quoted(t: SchemaBuilder): TSchema {
  return t.Record(t.String(), t.Unknown());
}

/** By analogy with the vendor's newer API: `offset` and `total` or `hasMore`; as long as pages are full where there is neither. */
function nextSearchPage(params: Params, result: unknown): Params | null {
  const rows = rowsOf(result) ?? [];
  const options = params.options as Params;
  const offset = Number(options.offset ?? 0) + rows.length;
  if (rows.length === 0 || Number.isNaN(offset) || !hasMore(result, offset, rows.length, options.limit)) return null;
  return { ...params, options: { ...options, offset } };
}

function hasMore(result: unknown, offset: number, count: number, limit: unknown): boolean {
  const { total, hasMore: more } = result as { total?: unknown; hasMore?: unknown };
  if (typeof more === 'boolean') return more;
  if (isFigure(total)) return offset < Number(total);
  return isFigure(limit) && count >= Number(limit);
}

/** The vendor writes some numbers as text, and so may who asks. */
function isFigure(value: unknown): value is number | string {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}
