/**
 * What Digitaleo's document leaves open, or shows only in one example, as switches. "§" is a section of "API SMS"
 * (revision 7, 29/12/2017); what it does not say is marked as an assumption.
 */

export interface DigitaleoAssumptions {
  /** `expires_in` of a token as a string: example of §1.1.2. One public client of the vendor needs a number. */
  expiresInAsString: boolean;
  /** Characters of a token, up to 50 000: note of §1.1.2. */
  tokenLength: number;

  /** Lists end with `httpStatusCode`: example of §3.12.3, absent in §1.3; assumption: every list. */
  httpStatusCodeInLists: boolean;
  /** An update or a deletion answers 204 without a body, as §1.6 says; off, 200 with `{"count":n}`, as §1.4.3 and §1.5 say. */
  noContentForCount: boolean;
  /** The answer's format may be asked for by `Accept` too, as one public client of the vendor does; §1.7 knows suffixes only. */
  formatByAccept: boolean;
  /** A query of more characters gets 414 (§1.6: "too large, please shorten it"); the number is an assumption, Apache's usual one. */
  maxQueryLength: number;
  /** A property that the resource has not is an error, otherwise it is passed over; assumption. */
  unknownPropertyRefused: boolean;

  /** Replies come without `type=2` too, as after a call to the vendor's support; off, as an account is by default (§2.10). */
  repliesActivated: boolean;
  /** Phones of other countries are reached, as after a request to the vendor; off, they end as `ko` (§2.4). */
  internationalActivated: boolean;
  /** The account's own country code, which is never international (§2.5); assumption. */
  countryCode: string;
  /** Senders that the vendor has approved (§3.4.1), separated by commas; another one is refused, assumption. Empty: all are. */
  approvedSenders: string;
  /** The name of the parameter that makes an SMS binary: §2.3 has the service and no name; assumption. */
  binaryParameter: string;
  /** A text of more than 1024 characters (§2.2) is refused, otherwise cut; assumption. */
  longerTextRefused: boolean;
  /** `#name#` without such a field becomes nothing, otherwise it stays; undocumented, assumption. */
  unknownFieldIsEmpty: boolean;
  /** The `text` of an SMS that is read is what the phone shows, otherwise what was asked for; assumption. */
  readTextAsShown: boolean;
  /** One bad number refuses a whole mailing; off, that SMS is `ko` at once, unless no number is left; assumption. */
  badNumberRefusesMailing: boolean;

  /** A cancelled SMS is in no list any more; off, it is `ko` with its reason; the text of §3.7 is missing, assumption. */
  cancelledDisappears: boolean;
  /** A message that never becomes final turns to `no` (§2.8); assumption: it stays `on`. */
  neverFinalIsNo: boolean;
  /** /smsstatus lists `ok` before `on`: example of §3.12.3. */
  historyOutOfOrder: boolean;
  /** A failure's description ends with a technical code as `N4:204` (§2.8); where it stands is an assumption. */
  technicalCodes: boolean;

  /** More than 20 SMS within a second get 429; §2.7 says that so many are sent on average, and nothing of a refusal. */
  enforceRate: boolean;
  /** More than 10 status requests for one SMS, or one mailing, get 403; §2.9 calls it "not categorically frozen". */
  enforceChecks: boolean;

  /** The body of a reply mail: "HTML or TEXT", set by the vendor's support (§2.10). */
  replyMailFormat: 'text' | 'html';
  /** Mails are taken from who has logged in only; §4 says nothing of credentials; assumption. */
  smtpAuthRequired: boolean;
  /** A text of `format=flowed` (RFC 3676) is put together again; assumption: a line that was broken is not. */
  flowedMailDecoded: boolean;
  /** A file whose name ends so is left alone until it is renamed; §5 says nothing of names; assumption. */
  ftpTemporarySuffix: string;
}

export const DIGITALEO_ASSUMPTIONS: DigitaleoAssumptions = {
  expiresInAsString: true,
  tokenLength: 800,
  httpStatusCodeInLists: true,
  noContentForCount: false,
  formatByAccept: true,
  maxQueryLength: 8190,
  unknownPropertyRefused: true,
  repliesActivated: true,
  internationalActivated: true,
  countryCode: '33',
  approvedSenders: '',
  binaryParameter: 'binary',
  longerTextRefused: true,
  unknownFieldIsEmpty: true,
  readTextAsShown: true,
  badNumberRefusesMailing: false,
  cancelledDisappears: false,
  neverFinalIsNo: false,
  historyOutOfOrder: true,
  technicalCodes: true,
  enforceRate: false,
  enforceChecks: false,
  replyMailFormat: 'text',
  smtpAuthRequired: false,
  flowedMailDecoded: false,
  ftpTemporarySuffix: '.tmp',
};

/** The values that a switch of words may have. */
export const DIGITALEO_CHOICES: { [Name in keyof DigitaleoAssumptions]?: readonly DigitaleoAssumptions[Name][] } = {
  replyMailFormat: ['text', 'html'],
};
