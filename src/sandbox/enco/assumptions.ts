/**
 * What Enco's document leaves open, or shows only in one example, as switches. "Document" is the vendor's SMS API page
 * ("SMS API endpoint details"); what it does not say is marked as an assumption.
 */

export interface EncoAssumptions {
  /** `expires_in` of a token as a string. The document says nothing of the token answer; assumption: a number. */
  expiresInAsString: boolean;
  /** The token endpoint takes client_id and client_secret from the query, as one public client sends them; assumption. */
  acceptQueryCredentials: boolean;
  /** The token endpoint takes them from the form body (RFC 6749, 2.3.1); assumption. */
  acceptFormCredentials: boolean;
  /** A client that asks again gets the token it has, while it lives; assumption: a new one each time. */
  tokenReused: boolean;

  /** First status of a message: `DeliveredToNetwork` (example of /sms/outboundmessages); on, `MessageWaiting` (example of /logs). */
  startsWaiting: boolean;
  /** Word for a failed message; `AddressInvalid` is not in the document's list, `DeliveryImpossible` is; assumption. */
  failedStatus: 'AddressInvalid' | 'DeliveryImpossible';
  /** A message that never becomes final turns to `DeliveryUncertain` (a name of the document, unexplained); assumption: it stays. */
  neverFinalIsUncertain: boolean;
  /** `forceCharacterLimit=true` refuses a longer text; otherwise it is cut to one part. /sms/outboundmessages: "Force max 1 message". */
  forceCharacterLimitRefuses: boolean;

  /** The `Location` header ends with a double quote: both examples of /sms/outboundmessages. */
  strayQuoteInLocation: boolean;
  /**
   * `resourceURL` and `Location` carry https://api.enco.io whatever host was called: the examples show an absolute URL.
   * Off, they carry the sandbox's own address, so that a client that follows them stays on this machine.
   */
  resourceUrlOfVendor: boolean;
  /** `address` in the answer to a POST has no `tel:`: examples of /sms/outboundmessages. */
  bareAddressInSendAnswer: boolean;
  /** `address` in the answer to a GET has it: example of /deliveryinfos. */
  telPrefixInDeliveryInfo: boolean;
  /** JSON with line breaks and a blank on both sides of a colon: every example. */
  prettyJson: boolean;
  /** /sms/dedicatedaddresses answers without Content-Type: its example. */
  dedicatedAddressesWithoutContentType: boolean;

  /** A push wraps its body in OneAPI's `deliveryInfoNotification`; the document is silent on the push; assumption: the /deliveryinfos object. */
  callbackWrapped: boolean;
  /** `address` in a push has the prefix `tel:`; assumption, as in /deliveryinfos. */
  callbackWithTelPrefix: boolean;
  /** A push says `resourceURL`; assumption, as in /deliveryinfos. */
  callbackWithResourceUrl: boolean;

  /** `senderAddress` of an inbound message has the prefix `tel:`; the document has no example; assumption. */
  senderAddressWithTelPrefix: boolean;
  /** Reading with `new-only=false` counts as retrieving too; /sms/inboundmessages/shared does not say; assumption. */
  newOnlyMarksOnFalse: boolean;
  /** Only a client's sends of the last 7 days give it the answers on the shared number; unclear in /sms/inboundmessages/shared. */
  ownSendMustBeRecent: boolean;
  /** A dedicated address of someone else: 403, otherwise 404; assumption. */
  foreignAddressForbidden: boolean;

  /** `numberOfChars` counts septets or UTF-16 units, so that € is two; otherwise code points. /length shows ASCII only; assumption. */
  lengthCountsUnits: boolean;
  /** /length also answers `numberOfRemainingParts`, which one public client declares; assumption: it does not. */
  lengthWithRemainingParts: boolean;

  /** Numbers in log rows are strings: response payload and example of /logs. */
  logsNumbersAsStrings: boolean;
  /** `httpResponseCode` of a successful send is 200 although the call answered 201: example of /logs. */
  logsSay200: boolean;
  /** `requestId` of a row is the deliveryinfoId of the message; the document does not say so; assumption. */
  logsRequestIdIsDeliveryinfoId: boolean;
  /** `pageref` is the `requestId` at the edge of the page; otherwise the number of rows before it. Its source is undocumented; assumption. */
  logsPageRefIsRequestId: boolean;
  /** Rows in an answer when `limit` is absent; assumption. */
  logsDefaultLimit: number;
  /** `year` and `month` mean the Belgian calendar, as the timestamps do, otherwise UTC; assumption. */
  logsMonthIsBelgian: boolean;
  /** `groupByDay` answers `rows`, an array with a row per day, or `days`, an object keyed by day; undocumented; assumption. */
  groupByDayShape: 'rows' | 'days';

  /** Body of a refusal by the gateway: `json`, `xml` (WSO2's habit towards who does not ask for JSON) or `empty`; assumption. */
  gatewayFaultFormat: 'json' | 'xml' | 'empty';
}

export const ENCO_ASSUMPTIONS: EncoAssumptions = {
  expiresInAsString: false,
  acceptQueryCredentials: true,
  acceptFormCredentials: true,
  tokenReused: false,
  startsWaiting: false,
  failedStatus: 'AddressInvalid',
  neverFinalIsUncertain: false,
  forceCharacterLimitRefuses: true,
  strayQuoteInLocation: true,
  resourceUrlOfVendor: false,
  bareAddressInSendAnswer: true,
  telPrefixInDeliveryInfo: true,
  prettyJson: true,
  dedicatedAddressesWithoutContentType: true,
  callbackWrapped: false,
  callbackWithTelPrefix: true,
  callbackWithResourceUrl: true,
  senderAddressWithTelPrefix: true,
  newOnlyMarksOnFalse: true,
  ownSendMustBeRecent: true,
  foreignAddressForbidden: true,
  lengthCountsUnits: true,
  lengthWithRemainingParts: false,
  logsNumbersAsStrings: true,
  logsSay200: true,
  logsRequestIdIsDeliveryinfoId: true,
  logsPageRefIsRequestId: true,
  logsDefaultLimit: 1000,
  logsMonthIsBelgian: true,
  groupByDayShape: 'rows',
  gatewayFaultFormat: 'json',
};

/** The values that a switch of words may have. */
export const ENCO_CHOICES: { [Name in keyof EncoAssumptions]?: readonly EncoAssumptions[Name][] } = {
  failedStatus: ['AddressInvalid', 'DeliveryImpossible'],
  groupByDayShape: ['rows', 'days'],
  gatewayFaultFormat: ['json', 'xml', 'empty'],
};
