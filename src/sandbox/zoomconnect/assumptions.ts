/**
 * What ZoomConnect's papers leave open, as switches. "Document" is the vendor's REST API guide, whose parameter tables
 * are empty; "Swagger" is the vendor's published description, which fills them; "seen" means observed by public clients
 * of the live API. What none of them says is marked as an assumption.
 */

export interface ZoomConnectAssumptions {
  /** Who asks for no format by `Accept` or suffix gets XML, even after a JSON request: seen. Off, JSON. */
  xmlByDefault: boolean;
  /** `.json` and `.xml` are understood on every path; seen on sms/send, sms/send-bulk and account/balance only; assumption. */
  suffixOnEveryPath: boolean;
  /** The 401 is XML whatever was asked for (only that form was seen); assumption: it has the form asked for. */
  unauthorizedIsXml: boolean;
  /** The root of an XML request must be the class's name without `WebService`; `sendSmsRequest` seen, the others by analogy. */
  xmlRootChecked: boolean;
  /** A bare string, such as the id from send-url-parameters, is a quoted JSON string; off, plain text; assumption. */
  bareStringsQuoted: boolean;

  /** Ids are decimal and JSON numbers, as in the document's examples and the older Swagger; newer: strings of 24 hex digits. */
  numericIds: boolean;
  /** Creating answers 201: seen for groups/create; assumption for contacts and users. */
  createdIs201: boolean;
  /** A successful send answers 201; Swagger lists 200 and 201; assumption: 200. */
  sendIs201: boolean;
  /** A DELETE answers 204; Swagger lists 200 and 204; assumption: 200 without a body. */
  deleteIs204: boolean;
  /** A DELETE of what is not there answers 404; Swagger declares no 404 for DELETE, so it is 200. */
  deleteOfNothingIs404: boolean;
  /** account/transfer answers the user who gave (newer Swagger); off, nothing (older). */
  transferAnswersUser: boolean;
  /** The `links` of a contact name its groups and those of a group its contacts; what links hold is unknown; assumption. */
  linksShowMembership: boolean;

  /** DELETE of a scheduled message also stops it; no paper says so; assumption. */
  deleteCancels: boolean;
  /** A deleted message is gone for messages/{id}; assumption: it is shown with `deleted: true`, as the model has that field. */
  deletedIsGone: boolean;
  /** messages/all without `deleted` shows deleted messages too: Swagger, "return only deleted / not deleted messages"; assumption. */
  allIncludesDeleted: boolean;
  /** messages/all lists the newest first; assumption. */
  newestFirst: boolean;
  /** `campaign` and `dataField` of messages/all must be equal to what was sent; off, contained in it; assumption. */
  searchIsExact: boolean;
  /** A `to…` date of messages/all includes that day; off, it ends as the day begins; assumption. */
  toDayIncluded: boolean;
  /** Calls of messages/all per minute before a 429 (document: polling "may be rate limited", no number); 0, the default: no limit. */
  pollsPerMinute: number;
  /** Rows of contacts, groups and templates when no `pageSize` is asked for (document: "Paginated", no parameter known); 0: all; assumption. */
  listPageSize: number;

  /** Word for story 0002; Swagger has both. The refunded one gives the credits back. */
  failedStatus: 'FAILED' | 'FAILED_REFUNDED';
  /** A message that never becomes final turns to UNKNOWN (in Swagger, unexplained); assumption: it stays SENT. */
  neverFinalIsUnknown: boolean;
  /** `messageStatus` of an inbound message; neither is documented for it; assumption. */
  inboundStatus: 'UNKNOWN' | 'RECEIVED' | '';
  /** A phone that answers this word gets nothing more: FAILED_OPTOUT. The status is in Swagger, the word is an assumption. */
  stopWord: string;

  /** Hours by which dateToSend and the dates of filters are ahead of UTC; derived from seen webhooks (South Africa), else assumption. */
  zoneHours: number;
  /** How a message's own dates are written; Swagger's "date-time" is nominal; assumption: as `dateToSend`. */
  messageDates: 'compact' | 'iso' | 'epoch';
  /** How `from` and `to` of the statistics are written: seen as epoch milliseconds, though Swagger says date-time. */
  statisticsDates: 'compact' | 'iso' | 'epoch';

  /** Where a push carries its fields: the document prints a query, a consumer reads a parsed body; assumption: query, empty body. */
  webhookPlacement: 'query' | 'form' | 'json';
  /** A `+` in a pushed query or form is not encoded, as the document prints it. */
  webhookPlusUnencoded: boolean;
  /** A push also carries `to`, `nonce-date`, `nonce`, `checksum`, a report `campaign` and `dataField`: seen. Off, as the document. */
  webhookExtras: boolean;
  /** `to` of a reply: a number without `+`, or an opaque word; both seen. */
  webhookTo: 'number' | 'token';
  /** Only final statuses are pushed; off, SENT too; assumption. */
  webhookFinalOnly: boolean;
  /** How often a push is tried again that is not answered with 2xx; undocumented; assumption: never. */
  webhookRetries: number;

  /** Name of the GSM 03.38 encoding in analyse/*; assumption. */
  gsmEncoding: string;
  /** Name of the other one; assumption. */
  unicodeEncoding: string;
  /** analyse/message-length counts septets or UTF-16 units, so that € is two; off, code points; assumption. */
  lengthCountsUnits: boolean;
  /** The most parts of one message; a longer one is refused; assumption. */
  maxParts: number;
  /** `characterAnalysis` has a row [character, encoding] for each character; its inner form is unknown; assumption: it is empty. */
  characterAnalysisFilled: boolean;

  /** Credits for one part; the document names no price; assumption. */
  creditsPerPart: number;
  /** Credits of an account at the start. */
  startingCredits: number;
  /** HTTP status of a send without credits; not documented; assumption. */
  noCreditsStatus: 400 | 402 | 403;
  /** The most messages in one send-bulk; not documented; 0, the default: no limit. */
  maxBulk: number;
  /** `dataField` is cut to so many characters (one consumer cuts it at 50 itself); 0, the default: never. */
  dataFieldLimit: number;
}

export const ZOOMCONNECT_ASSUMPTIONS: ZoomConnectAssumptions = {
  xmlByDefault: true,
  suffixOnEveryPath: true,
  unauthorizedIsXml: false,
  xmlRootChecked: true,
  bareStringsQuoted: true,
  numericIds: false,
  createdIs201: true,
  sendIs201: false,
  deleteIs204: false,
  deleteOfNothingIs404: false,
  transferAnswersUser: true,
  linksShowMembership: true,
  deleteCancels: true,
  deletedIsGone: false,
  allIncludesDeleted: true,
  newestFirst: true,
  searchIsExact: true,
  toDayIncluded: true,
  pollsPerMinute: 0,
  listPageSize: 0,
  failedStatus: 'FAILED',
  neverFinalIsUnknown: false,
  inboundStatus: 'UNKNOWN',
  stopWord: 'STOP',
  zoneHours: 2,
  messageDates: 'compact',
  statisticsDates: 'epoch',
  webhookPlacement: 'query',
  webhookPlusUnencoded: true,
  webhookExtras: true,
  webhookTo: 'number',
  webhookFinalOnly: true,
  webhookRetries: 0,
  gsmEncoding: 'GSM7',
  unicodeEncoding: 'UCS2',
  lengthCountsUnits: true,
  maxParts: 10,
  characterAnalysisFilled: false,
  creditsPerPart: 1,
  startingCredits: 1_000_000,
  noCreditsStatus: 400,
  maxBulk: 0,
  dataFieldLimit: 0,
};

/** The values that a switch of words may have. */
export const ZOOMCONNECT_CHOICES: {
  [Name in keyof ZoomConnectAssumptions]?: readonly ZoomConnectAssumptions[Name][];
} = {
  failedStatus: ['FAILED', 'FAILED_REFUNDED'],
  inboundStatus: ['UNKNOWN', 'RECEIVED', ''],
  messageDates: ['compact', 'iso', 'epoch'],
  statisticsDates: ['compact', 'iso', 'epoch'],
  webhookPlacement: ['query', 'form', 'json'],
  webhookTo: ['number', 'token'],
  noCreditsStatus: [400, 402, 403],
};
