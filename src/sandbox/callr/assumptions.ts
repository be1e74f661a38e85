/**
 * What CALLR's document leaves open, each with a switch. It describes the `sms.*` methods and nothing of the transport;
 * what its pages on webhooks, authentication and JSON-RPC (docs.callr.com) and its public SDKs add is named where it decides.
 */

export interface CallrAssumptions {
  /** What stands in the body of an HTTP 401: a JSON-RPC error 401, `html` or nothing (`empty`); assumption. */
  unauthorizedBody: 'error' | 'html' | 'empty';
  /** Bad credentials get HTTP 200 with error 401, a code that one public client lists; the SDKs expect HTTP 401. */
  unauthorizedIs200: boolean;
  /** A `Content-Type` other than JSON is refused with 415; the SDKs send `application/json-rpc`, nothing says what becomes of others. */
  contentTypeRequired: boolean;
  /** A last parameter that may be null may be left out; assumption, the samples of the SDKs send it. */
  trailingNullOptional: boolean;
  /** A field that is not known (in SMS.Options, filters, search options, webhooks) is refused; assumption: it is ignored. */
  unknownFieldsRefused: boolean;

  /** Any alphanumeric sender may be used; otherwise only "SMS" without asking the support team (sms.send, `from`). */
  anySenderAuthorised: boolean;
  /** The SMS object shows the shared short code that was chosen when `from` was empty; otherwise it shows an empty `from`. Assumption. */
  sharedCodeShown: boolean;
  /** What refuses a recipient that cannot be reached: the value of `to` (error 151) or the routing (error 1000); assumption. */
  rejection: 'value' | 'routing';
  /** An empty text is refused; sms.send says nothing of it; assumption. */
  emptyBodyRefused: boolean;
  /** The 3200 characters of sms.send are UTF-16 units; assumption: code points. */
  limitCountsUnits: boolean;
  /** The most characters of `user_data`, 0 for no limit; undocumented. */
  userDataLimit: number;
  /** `nature` of a message that was sent without one; undocumented. */
  defaultNature: 'ALERTING' | 'MARKETING';
  /** What `%STOPNUM%` becomes (sms.send, `body`); the number is undocumented. */
  stopNumber: string;
  /** The quotes, which know no sender, count a text with `%STOPNUM%` replaced; assumption. */
  quoteReplacesStopNumber: boolean;
  /**
   * The extension table (`€^{}[]~\|`) belongs to GSM, two septets each. The SDK's README says "Basic Character Set" and turns
   * `€` into `e` when GSM is forced; assumption: off, those characters make a text UNICODE.
   */
  extensionTable: boolean;
  /** `text` of the SMS object is what the phone shows after a forced encoding; "encoding is done at SMS interconnections level" (sms.send): it is the text given. */
  textAsEncoded: boolean;
  /** Money for one part, in the account's currency, which is undocumented. */
  pricePerPart: number;

  /** Word for a message that failed: the SDK's `ERROR`, or the `FAILED` that the successor API has. */
  failedStatus: 'ERROR' | 'FAILED';

  /** Shape of sms.get_gsm_charset_mapping, "array": `pairs` of character and GSM text, or an `object`, as PHP calls an array too. */
  charsetMappingShape: 'pairs' | 'object';
  /** Where sms.search has its rows; undocumented, `hits` by analogy with the successor API; `array` is the bare list. */
  searchShape: 'hits' | 'results' | 'list' | 'array';
  /** Word for a job that was cancelled; undocumented. */
  cancelledStatus: 'CANCELLED' | 'ERROR';
  /** The CSV of an export is given only to who logs in; undocumented, its address cannot be guessed. */
  exportNeedsLogin: boolean;

  /** How often a push that was not taken is tried again; "exponential back-off", the number is undocumented. */
  webhookRetries: number;
  /** Which answer takes a push: exactly 200, or any 2xx; undocumented. */
  webhookTakenBy: '200' | '2xx';
  /** `X-CALLR-EventId` is another id than the body's `event_id`, as in the sample of docs.callr.com/webhooks. */
  eventIdHeaderDiffers: boolean;
  /** A message's or export's own webhook keeps its events from the subscribed ones; assumption: both are told. */
  dynamicWebhookReplaces: boolean;
}

export const CALLR_ASSUMPTIONS: CallrAssumptions = {
  unauthorizedBody: 'error',
  unauthorizedIs200: false,
  contentTypeRequired: false,
  trailingNullOptional: true,
  unknownFieldsRefused: false,
  anySenderAuthorised: true,
  sharedCodeShown: true,
  rejection: 'value',
  emptyBodyRefused: true,
  limitCountsUnits: false,
  userDataLimit: 0,
  defaultNature: 'MARKETING',
  stopNumber: '36179',
  quoteReplacesStopNumber: true,
  extensionTable: false,
  textAsEncoded: false,
  pricePerPart: 0.05,
  failedStatus: 'ERROR',
  charsetMappingShape: 'pairs',
  searchShape: 'hits',
  cancelledStatus: 'CANCELLED',
  exportNeedsLogin: false,
  webhookRetries: 5,
  webhookTakenBy: '200',
  eventIdHeaderDiffers: true,
  dynamicWebhookReplaces: false,
};

/** The values that a switch of words may have. */
export const CALLR_CHOICES: { [Name in keyof CallrAssumptions]?: readonly CallrAssumptions[Name][] } = {
  unauthorizedBody: ['error', 'html', 'empty'],
  rejection: ['value', 'routing'],
  defaultNature: ['ALERTING', 'MARKETING'],
  failedStatus: ['ERROR', 'FAILED'],
  charsetMappingShape: ['pairs', 'object'],
  searchShape: ['hits', 'results', 'list', 'array'],
  cancelledStatus: ['CANCELLED', 'ERROR'],
  webhookTakenBy: ['200', '2xx'],
};
