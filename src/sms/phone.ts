/** Phone numbers as people write them, to E.164 as the vendors want them. */
import type { PhoneNumberUtil } from 'google-libphonenumber';
import { SmsError } from './errors';
import { excerpt } from './excerpt';
import { isInternational, problemIn, TOO_LONG, tidy, withPlus } from './number-text';

/** The last numbers read: an alarm goes to the same few people again and again. */
const read = new Map<string, Map<string, string>>();
/** Of each region. */
const READ_LIMIT = 2_000;

/** A plus and fifteen digits. */
const LONGEST_E164 = 16;

const TOO_SHORT = 'it is too short';
const NO_COUNTRY = 'no country has this code';
const AMBIGUOUS = 'it can be read as two numbers: write it with its country code and without a trunk prefix';

/**
 * The E.164 form (`+32470123456`) of a number with its usual separators: spaces, dots, dashes, slashes, brackets, `tel:`.
 * With a region (ISO 3166, `BE`) national numbers are understood too. `00` stands for the plus when no region says
 * otherwise: no country code begins with 0, so nothing else can be meant. Reading the result again changes nothing.
 *
 * Checked is that the country exists and that the length is possible there, not that the number lies in a known range: a range
 * opened after this package was built must not be refused.
 *
 * @throws SMS_INVALID_NUMBER anything that is not one phone number, written as text
 * @throws SMS_CONFIG a region that is none
 */
export function toE164(input: unknown, region?: string): string {
  if (typeof input !== 'string') throw notText(input);
  const known = read.get(region ?? '')?.get(input);
  if (known !== undefined) return known;
  const number = parse(input, region);
  remember(region ?? '', input, number);
  return number;
}

/** What is no region was refused by then: there are few of them. */
function remember(region: string, input: string, number: string): void {
  const numbers = read.get(region) ?? new Map<string, string>();
  read.set(region, numbers);
  if (numbers.size >= READ_LIMIT) numbers.clear();
  // A copy: what was cut out of a text would keep all of the text in memory.
  numbers.set(Buffer.from(input).toString(), number);
}

/** A number that is typed as one has lost its plus and its zeros: guessing them could reach a stranger. */
function notText(input: unknown): SmsError {
  if (input === undefined || input === null) return noNumber();
  if (Array.isArray(input))
    return invalid(input, 'the recipient is an array where one number is wanted: give its elements one by one');
  if (typeof input !== 'number' && typeof input !== 'bigint')
    return invalid(input, 'give the number as a text, such as "+32470123456"');
  return invalid(
    input,
    'it is a number, which has lost its plus and leading zeros: give it as a text, such as "+32470123456"',
  );
}

function parse(input: string, region: string | undefined): string {
  const country = toCountry(region);
  const fault = problemIn(input);
  if (fault) throw invalid(input, fault.wayOut);
  const text = tidy(input);
  if (text === '') throw noNumber();

  const international = country === undefined ? withPlus(text) : text;
  if (country === undefined && !isInternational(international)) {
    throw invalid(input, 'write it with its country code, such as +32470123456, or set the region of the account');
  }
  const { number, problem } = readAs(international, country);
  if (problem !== undefined) throw invalid(input, problem);
  // Japan's toll-free numbers may be longer, within Japan.
  if (number.length > LONGEST_E164) throw invalid(input, TOO_LONG);
  // A trunk prefix that is left out may leave a number that seems to begin with one again.
  if (number !== international && readAs(number).number !== number) throw invalid(input, AMBIGUOUS);
  return number;
}

/** What the library makes of a text: its E.164 form, and what is wrong with it. */
function readAs(text: string, country?: string): { number: string; problem?: string } {
  const { util, findings, E164 } = library();
  try {
    const read = util.parse(text, country);
    const problem = findings.get(util.isPossibleNumberWithReason(read));
    return { number: util.format(read, E164), problem };
  } catch (error) {
    return { number: '', problem: refusal(error) };
  }
}

/** The library's refusals have no code. */
function refusal(error: unknown): string {
  const said = error instanceof Error ? error.message : '';
  if (said.includes('country')) return NO_COUNTRY;
  return said.includes('too long') ? TOO_LONG : TOO_SHORT;
}

function toCountry(region: string | undefined): string | undefined {
  if (region === undefined || region.trim() === '') return undefined;
  const country = region.trim().toUpperCase();
  if (library().regions.has(country)) return country;
  throw new SmsError(
    'SMS_CONFIG',
    `The region ${excerpt(region)} is no country: give its ISO 3166 code, such as BE, FR or ZA.`,
  );
}

function noNumber(): SmsError {
  return new SmsError(
    'SMS_INVALID_NUMBER',
    'There is no number to send to: put it in msg.to, such as +32470123456, or in what the node names.',
  );
}

function invalid(input: unknown, wayOut: string): SmsError {
  return new SmsError('SMS_INVALID_NUMBER', `${excerpt(input)} is not a phone number an SMS can go to: ${wayOut}.`);
}

interface Library {
  util: PhoneNumberUtil;
  regions: ReadonlySet<string>;
  /** What is wrong with a number that is not possible, as advice. */
  findings: ReadonlyMap<number, string>;
  E164: number;
}

let loaded: Library | undefined;

/** Loaded on first use: its tables take 30 ms that a flow without phone numbers should not pay. */
function library(): Library {
  if (loaded) return loaded;
  const google = require('google-libphonenumber') as typeof import('google-libphonenumber');
  const util = google.PhoneNumberUtil.getInstance();
  const { ValidationResult } = google.PhoneNumberUtil;
  loaded = {
    util,
    regions: new Set(util.getSupportedRegions()),
    findings: new Map([
      [ValidationResult.TOO_SHORT, TOO_SHORT],
      [ValidationResult.TOO_LONG, TOO_LONG],
      [ValidationResult.INVALID_COUNTRY_CODE, NO_COUNTRY],
      [ValidationResult.INVALID_LENGTH, 'no number of its country has this length'],
      [ValidationResult.IS_POSSIBLE_LOCAL_ONLY, 'it lacks its area code'],
    ]),
    E164: google.PhoneNumberFormat.E164,
  };
  return loaded;
}
