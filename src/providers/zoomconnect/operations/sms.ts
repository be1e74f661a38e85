/** "SMS": one message, many in one call, and by the parameters of a URL. */
import type { Operation, SchemaBuilder, TSchema } from '../../provider';
import { API, CLOSED, DOC, date, idResult, maybe, sms, smsOfMany } from './shapes';

const SMS = `${API}/sms`;
const SWAGGER = "ZoomConnect's Swagger description";
/** A message by URL travels in the query, also of a POST. */
const IN_QUERY = ['recipientNumber', 'message', 'dateToSend', 'campaign', 'dataField'] as const;

export const smsOperations: readonly Operation[] = [
  {
    id: 'zoomconnect.sms.send',
    title: 'Send an SMS',
    method: 'POST',
    path: `${SMS}/send`,
    params: (t) => t.Object(sms(t), CLOSED),
    result: sent,
    writes: true,
    source: `${DOC}, POST sms/send`,
  },
  {
    id: 'zoomconnect.sms.sendBulk',
    title: 'Send several SMS in one call',
    method: 'POST',
    path: `${SMS}/send-bulk`,
    params: (t) =>
      t.Object(
        {
          sendSmsRequests: t.Array(t.Object(smsOfMany(t), CLOSED), { minItems: 1, description: 'The messages' }),
          defaultDateToSend: date(t, 'yyyyMMddHHmm', 'When those without a dateToSend of their own are to be sent'),
          messagesPerMinute: t.Optional(t.Integer({ minimum: 0, description: 'No faster than this; 0: all at once' })),
        },
        CLOSED,
      ),
    result: (t) => t.Object({ sendSmsResponses: t.Array(sent(t)) }),
    writes: true,
    source: `${DOC}, POST sms/send-bulk`,
  },
  {
    id: 'zoomconnect.sms.send.example',
    title: 'Read an example of what sms/send takes',
    method: 'GET',
    path: `${SMS}/send`,
    params: (t) => t.Object({}, CLOSED),
    result: (t) => t.Object({}),
    writes: false,
    source: `${SWAGGER}, GET sms/send`,
  },
  {
    id: 'zoomconnect.sms.sendBulk.example',
    title: 'Read an example of what sms/send-bulk takes',
    method: 'GET',
    path: `${SMS}/send-bulk`,
    params: (t) => t.Object({}, CLOSED),
    result: (t) => t.Object({}),
    writes: false,
    source: `${SWAGGER}, GET sms/send-bulk`,
  },
  ...byUrl('zoomconnect.sms.sendUrlParameters', 'Send an SMS by URL parameters', 'send-url-parameters'),
  ...byUrl('zoomconnect.sms.sendUrlToken', 'Send an SMS with the URL sending token of the account', 'send-url'),
];

/** True for the calls whose path ends in the URL sending token, and which know no other credentials. */
export function byUrlToken({ id }: Operation): boolean {
  return id.startsWith('zoomconnect.sms.sendUrlToken.');
}

/** "GET or POST". The last segment of send-url, the token, is a credential and nobody's parameter. */
function byUrl(id: string, title: string, name: string): Operation[] {
  const params = (t: SchemaBuilder) => t.Object(sms(t), CLOSED);
  const shared = {
    path: `${SMS}/${name}`,
    params,
    result: bareId,
    writes: true,
    source: `${DOC}, GET or POST sms/${name}`,
  };
  return [
    { id: `${id}.get`, title: `${title}, by GET`, method: 'GET', ...shared },
    { id: `${id}.post`, title: `${title}, by POST`, method: 'POST', query: IN_QUERY, ...shared },
  ];
}

/** `error` is text in the description, and may be an object. */
function sent(t: SchemaBuilder): TSchema {
  return t.Object({ messageId: maybe(t, idResult(t)), error: t.Optional(t.Unknown()) });
}

/** The id alone, as text or, in older versions, a number. A sentence is no id. */
function bareId(t: SchemaBuilder): TSchema {
  return t.Union([t.String({ pattern: '^[\\w-]+$' }), t.Number()]);
}
