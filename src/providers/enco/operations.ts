/** Every call that the Enco (Proximus EnCo) SMS API documents, "SMS API endpoint details". */
import type { Operation, Params, SchemaBuilder, TSchema } from '../provider';
import { operation as token } from './token';

const DOC = 'Enco SMS API';
const OUTBOUND = '/sms/outboundmessages';

export const operations: readonly Operation[] = [
  token,
  {
    id: 'enco.outbound.send',
    title: 'Send an SMS from the shared number',
    method: 'POST',
    path: OUTBOUND,
    query: ['forceCharacterLimit'],
    params: (t) => t.Object(message(t), CLOSED),
    result: sent,
    writes: true,
    source: `${DOC}, /sms/outboundmessages POST`,
  },
  {
    id: 'enco.outbound.sendFrom',
    title: 'Send an SMS from a dedicated address',
    method: 'POST',
    path: `${OUTBOUND}/{address}`,
    query: ['forceCharacterLimit'],
    params: (t) =>
      t.Object({ address: text(t, 'One of your dedicated addresses, used as origin'), ...message(t) }, CLOSED),
    result: sent,
    writes: true,
    source: `${DOC}, /sms/outboundmessages/{address} POST`,
  },
  {
    id: 'enco.outbound.length',
    title: 'Count the characters and parts of a text',
    method: 'POST',
    path: `${OUTBOUND}/length`,
    params: (t) => t.Object({ message: text(t, 'The text to count') }, CLOSED),
    result: (t) =>
      t.Object({
        numberOfChars: t.Number(),
        charLimitPerPart: t.Number(),
        numberOfParts: t.Number(),
        numberOfRemainingCharsInPart: t.Number(),
      }),
    writes: false,
    source: `${DOC}, /sms/outboundmessages/length POST`,
  },
  {
    id: 'enco.outbound.deliveryInfo',
    title: 'Ask what became of a message',
    method: 'GET',
    path: `${OUTBOUND}/deliveryinfos/{deliveryinfoId}`,
    params: (t) => t.Object({ deliveryinfoId: text(t, 'The id linked to the message when it was sent') }, CLOSED),
    result: sent,
    writes: false,
    source: `${DOC}, /sms/outboundmessages/deliveryinfos/{deliveryinfoId} GET`,
  },
  {
    id: 'enco.inbound.shared',
    title: 'Read the replies to the shared number',
    method: 'GET',
    path: '/sms/inboundmessages/shared',
    params: (t) => t.Object(period(t), CLOSED),
    result: received,
    writes: false,
    source: `${DOC}, /sms/inboundmessages/shared GET`,
  },
  {
    id: 'enco.inbound.dedicated',
    title: 'Read the messages to a dedicated address',
    method: 'GET',
    path: '/sms/inboundmessages/{address}',
    params: (t) =>
      t.Object({ address: text(t, 'The dedicated address that received the messages'), ...period(t) }, CLOSED),
    result: received,
    writes: false,
    source: `${DOC}, /sms/inboundmessages/{address} GET`,
  },
  {
    id: 'enco.dedicatedAddresses',
    title: 'List your dedicated addresses',
    method: 'GET',
    path: '/sms/dedicatedaddresses',
    params: (t) => t.Object({}, CLOSED),
    result: (t) => t.Object({ dedicatedAddresses: t.Array(t.String()) }),
    writes: false,
    source: `${DOC}, /sms/dedicatedaddresses GET`,
  },
  {
    id: 'enco.logs.interval',
    title: 'Read the log of an interval',
    method: 'GET',
    path: '/logs',
    implied: { function: 'interval' },
    params: (t) =>
      t.Object(
        { ...log(t), startTime: instant(t, 'Start of the interval'), endTime: instant(t, 'End of the interval') },
        CLOSED,
      ),
    result: (t) => t.Array(t.Record(t.String(), t.Unknown())),
    next: nextLogPage,
    writes: false,
    source: `${DOC}, /logs GET, function=interval`,
  },
  {
    id: 'enco.logs.groupByDay',
    title: 'Read the overview of a month',
    method: 'GET',
    path: '/logs',
    implied: { function: 'groupByDay' },
    params: (t) => t.Object(log(t), CLOSED),
    // The document names the function and shows no answer.
    result: (t) => t.Unknown(),
    next: nextLogPage,
    writes: false,
    source: `${DOC}, /logs GET, function=groupByDay`,
  },
];

const CLOSED = { additionalProperties: false } as const;

function text(t: SchemaBuilder, description: string) {
  return t.String({ minLength: 1, description });
}

function instant(t: SchemaBuilder, description: string) {
  return t.String({ format: 'date-time', description: `${description}, such as 2016-12-27T23:00:00.000Z` });
}

function message(t: SchemaBuilder) {
  return {
    message: text(t, 'The text; line breaks are \\n or \\r'),
    destinations: t.Array(t.String({ pattern: '^\\+[1-9][0-9]{5,14}$' }), {
      minItems: 1,
      maxItems: 1,
      description: 'An array of exactly one number, in the international format: +32490000000',
    }),
    callbackURL: t.Optional(
      t.String({ pattern: '^https?://', description: 'http or https address that is told of status changes' }),
    ),
    forceCharacterLimit: t.Optional(
      t.Boolean({ description: 'Force one part at most instead of splitting a long text' }),
    ),
    binary: t.Optional(t.Boolean({ description: 'Not in the document; sent by other clients of this vendor' })),
  };
}

function sent(t: SchemaBuilder): TSchema {
  return t.Object({
    resourceURL: t.String(),
    deliveryInfo: t.Array(t.Object({ address: t.String(), deliveryStatus: t.String() })),
  });
}

function period(t: SchemaBuilder) {
  return {
    startdatetime: instant(t, 'Only messages after this time'),
    enddatetime: instant(t, 'Only messages before this time'),
    'new-only': t.Boolean({ description: 'Only messages that were not retrieved before' }),
  };
}

/** There is no example. What `new-only` has handed out does not come again: a member in another form costs no message. */
function received(t: SchemaBuilder): TSchema {
  const names = ['senderAddress', 'message', 'numberOfParts', 'timeReceived'];
  const row = t.Object(Object.fromEntries(names.map((name) => [name, t.Optional(t.Unknown())])));
  const some = t.Object({ numberOfMessages: t.Optional(t.Unknown()), messages: t.Array(row) });
  const none = t.Object({ numberOfMessages: t.Union([t.Literal(0), t.Literal('0')]), messages: t.Optional(t.Null()) });
  return t.Union([some, none]);
}

function log(t: SchemaBuilder) {
  return {
    type: t.Union([t.Literal('sms-outbound'), t.Literal('sms-outbound-error')], {
      description: 'sms-outbound: successful calls; sms-outbound-error: erroneous calls',
    }),
    dedicatedaddress: t.Optional(
      t.String({ description: 'Log of this dedicated address; without it, of the shared address' }),
    ),
    year: t.Integer({ minimum: 2000, maximum: 9999, description: 'The year to search in' }),
    month: t.Integer({ minimum: 1, maximum: 12, description: 'The month to search in' }),
    page: t.Optional(
      t.Union([t.Literal('first'), t.Literal('next'), t.Literal('previous'), t.Literal('last')], {
        description: 'Which page',
      }),
    ),
    pageref: t.Optional(t.String({ description: 'Where the next or previous page starts' })),
    limit: t.Optional(t.Integer({ minimum: 1, description: 'The most results to return' })),
  };
}

/**
 * The page after this one. The answer is a bare array and the document does not say what a `pageref` is; the
 * `requestId` of the last row is taken for it (an assumption).
 */
function nextLogPage(params: Params, result: unknown): Params | null {
  if (!Array.isArray(result) || result.length === 0 || params.page === 'last') return null;
  if (typeof params.limit === 'number' && result.length < params.limit) return null;
  const last = (result[result.length - 1] as { requestId?: unknown } | null)?.requestId;
  if (typeof last !== 'string' || last === '' || last === params.pageref) return null;
  return { ...params, page: 'next', pageref: last };
}
