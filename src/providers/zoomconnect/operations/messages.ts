/** "Messages": what was sent and received, what a text would cost, and the polling of replies. */
import type { Operation, SchemaBuilder, TSchema } from '../../provider';
import { API, CLOSED, DOC, date, idResult, maybe, nextPage, nothing, orNothing, paging, pathId, text } from './shapes';

const MESSAGES = `${API}/messages`;
const ANALYSE = `${MESSAGES}/analyse`;

export const messageOperations: readonly Operation[] = [
  {
    id: 'zoomconnect.messages.all',
    title: 'List messages, sent and received',
    method: 'GET',
    path: `${MESSAGES}/all`,
    params: (t) => t.Object({ ...paging(t), ...filters(t) }, CLOSED),
    result: messages,
    next: nextPage('webServiceMessages'),
    writes: false,
    source: `${DOC}, GET messages/all`,
  },
  {
    id: 'zoomconnect.polling',
    title: 'List the replies that are not marked as read',
    method: 'GET',
    path: `${MESSAGES}/all`,
    implied: { type: 'INBOUND', read: false },
    params: (t) => {
      const { type: _type, status: _status, read: _read, ...others } = filters(t);
      return t.Object({ ...paging(t), ...others }, CLOSED);
    },
    result: messages,
    next: nextPage('webServiceMessages'),
    writes: false,
    source: `${DOC}, "Receiving a reply", polling`,
  },
  {
    id: 'zoomconnect.messages.analyse.full',
    title: 'Analyse a text wholly',
    method: 'POST',
    path: `${ANALYSE}/full`,
    params: priced,
    result: (t) =>
      t.Object({
        messageLength: t.Number(),
        numberOfMessages: t.Number(),
        messageEncoding: t.String(),
        messageCreditCost: maybe(t, t.Number()),
        messageLengthWithinMaximumAllowed: maybe(t, t.Boolean()),
        // An array of arrays, of what is not documented.
        characterAnalysis: t.Optional(t.Unknown()),
      }),
    writes: false,
    source: `${DOC}, POST messages/analyse/full`,
  },
  {
    id: 'zoomconnect.messages.analyse.creditCost',
    title: 'Ask what a text to a number would cost, in credits',
    method: 'POST',
    path: `${ANALYSE}/message-credit-cost`,
    params: priced,
    result: (t) => t.Number(),
    writes: false,
    source: `${DOC}, POST messages/analyse/message-credit-cost`,
  },
  {
    id: 'zoomconnect.messages.analyse.encoding',
    title: 'Ask in which encoding a text would be sent',
    method: 'POST',
    path: `${ANALYSE}/message-encoding`,
    params: counted,
    result: (t) => t.String(),
    writes: false,
    source: `${DOC}, POST messages/analyse/message-encoding`,
  },
  {
    id: 'zoomconnect.messages.analyse.length',
    title: 'Count the characters of a text',
    method: 'POST',
    path: `${ANALYSE}/message-length`,
    params: counted,
    result: (t) => t.Number(),
    writes: false,
    source: `${DOC}, POST messages/analyse/message-length`,
  },
  {
    id: 'zoomconnect.messages.analyse.withinMax',
    title: 'Ask whether a text is short enough to be sent',
    method: 'POST',
    path: `${ANALYSE}/message-length-within-max-allowed`,
    params: counted,
    result: (t) => t.Boolean(),
    writes: false,
    source: `${DOC}, POST messages/analyse/message-length-within-max-allowed`,
  },
  {
    id: 'zoomconnect.messages.analyse.numberOfMessages',
    title: 'Count the parts that a text would be sent in',
    method: 'POST',
    path: `${ANALYSE}/number-of-messages`,
    params: counted,
    result: (t) => t.Number(),
    writes: false,
    source: `${DOC}, POST messages/analyse/number-of-messages`,
  },
  {
    id: 'zoomconnect.messages.get',
    title: 'Read a message',
    method: 'GET',
    path: `${MESSAGES}/{messageId}`,
    params: byId,
    result: message,
    writes: false,
    source: `${DOC}, GET messages/{messageId}`,
  },
  {
    id: 'zoomconnect.messages.delete',
    title: 'Delete a message, which takes back one that is scheduled',
    method: 'DELETE',
    path: `${MESSAGES}/{messageId}`,
    params: byId,
    result: nothing,
    writes: true,
    source: `${DOC}, DELETE messages/{messageId}`,
  },
  ...mark('markRead', 'Mark a message as read'),
  ...mark('markUnread', 'Mark a message as unread'),
];

/** "PUT or POST". */
function mark(name: string, title: string): Operation[] {
  const shared = {
    path: `${MESSAGES}/{messageId}/${name}`,
    params: byId,
    result: orNothing(message),
    writes: true,
    source: `${DOC}, PUT or POST messages/{messageId}/${name}`,
  };
  return [
    { id: `zoomconnect.messages.${name}.put`, title: `${title}, by PUT`, method: 'PUT', ...shared },
    { id: `zoomconnect.messages.${name}.post`, title: `${title}, by POST`, method: 'POST', ...shared },
  ];
}

function byId(t: SchemaBuilder) {
  return t.Object({ messageId: pathId(t, 'The id of the message') }, CLOSED);
}

const TO_COUNT = 'The text to analyse';

function counted(t: SchemaBuilder) {
  const recipientNumber = t.Optional(
    t.String({ description: 'The recipient, which the guide shows and this needs not' }),
  );
  return t.Object({ message: text(t, TO_COUNT), recipientNumber }, CLOSED);
}

function priced(t: SchemaBuilder) {
  return t.Object({ message: text(t, TO_COUNT), recipientNumber: text(t, 'Who it would go to') }, CLOSED);
}

function filters(t: SchemaBuilder) {
  const optional = (description: string) => t.Optional(t.String({ description }));
  return {
    type: t.Optional(words(t, ['OUTBOUND', 'INBOUND'], 'Sent, or received')),
    status: t.Optional(
      words(
        t,
        ['SCHEDULED', 'UNKNOWN', 'SENT', 'FAILED', 'FAILED_REFUNDED', 'FAILED_OPTOUT', 'DELIVERED'],
        'Only those of this status',
      ),
    ),
    fromDateTimeSent: date(t, 'yyyyMMdd', 'Sent on this day or later'),
    toDateTimeSent: date(t, 'yyyyMMdd', 'Sent up to this day'),
    fromDateTimeReceived: date(t, 'yyyyMMdd', 'Received on this day or later'),
    toDateTimeReceived: date(t, 'yyyyMMdd', 'Received up to this day'),
    fromNumber: optional('Phone number the message was sent from'),
    toNumber: optional('Phone number the message was sent to'),
    message: optional('Search in the text'),
    campaign: optional('Search by campaign'),
    dataField: optional('Search by data field'),
    deleted: t.Optional(t.Boolean({ description: 'Only deleted messages, or only others' })),
    read: t.Optional(t.Boolean({ description: 'Only read or only unread messages; of received ones' })),
    repliesToMessageId: optional('Only the replies to the message with this id'),
  };
}

function words(t: SchemaBuilder, choices: readonly string[], description: string) {
  return t.Union(
    choices.map((word) => t.Literal(word)),
    { description },
  );
}

function messages(t: SchemaBuilder): TSchema {
  const figures = Object.fromEntries(
    ['elements', 'page', 'pageSize', 'totalElements', 'totalPages'].map((name) => [name, maybe(t, t.Number())]),
  );
  return t.Object({ ...figures, webServiceMessages: t.Array(message(t)) });
}

function message(t: SchemaBuilder): TSchema {
  const linked = t.Object({ messageId: maybe(t, idResult(t)) });
  return t.Object({
    messageId: idResult(t),
    messageType: maybe(t, t.String()),
    messageStatus: maybe(t, t.String()),
    message: maybe(t, t.String()),
    fromNumber: maybe(t, t.String()),
    toNumber: maybe(t, t.String()),
    campaign: maybe(t, t.String()),
    userDataField: maybe(t, t.String()),
    creditCost: maybe(t, t.Number()),
    numberOfMessages: maybe(t, t.Number()),
    // Of unknown form: text or epoch milliseconds.
    dateTimeScheduled: t.Optional(t.Unknown()),
    dateTimeSent: t.Optional(t.Unknown()),
    dateTimeReceived: t.Optional(t.Unknown()),
    deleted: maybe(t, t.Boolean()),
    read: maybe(t, t.Boolean()),
    repliedToMessage: maybe(t, linked),
  });
}
