/** Phone numbers as people write them, to E.164 as the vendors want them. */
import type { CountryCode } from 'libphonenumber-js/min';
import { SmsError } from './errors';
import { excerpt } from './excerpt';

/** The last numbers read: an alarm goes to the same few people again and again. */
const read = new Map<string, string>();
const READ_LIMIT = 2_000;

/** Fifteen digits and any separators are shorter. */
const LONGEST_NUMBER = 64;
/** A plus and fifteen digits. */
const LONGEST_E164 = 16;
const TOO_LONG = 'it is too long (give several recipients as an array, one number each)';

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
  const key = `${region ?? ''} ${input}`;
  const known = read.get(key);
  if (known !== undefined) return known;
  const number = parse(input, region);
  remember(key, number);
  return number;
}

function remember(key: string, number: string): void {
  if (read.size >= READ_LIMIT) read.clear();
  read.set(key, number);
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

/** What a number may not contain, and the way out; the first that fits is told. */
const REFUSED: readonly (readonly [pattern: RegExp, wayOut: string])[] = [
  [
    /\d\s*(?:x|#|ext|extn|extension|poste|toestel|;ext=)[.:\s]*\d+\s*$/iu,
    'an SMS cannot reach an extension: remove it',
  ],
  [/[,;|\n]|\+.*\+/u, 'give several recipients as an array, one number each'],
  [/\p{L}/u, 'it has letters, which are never read as digits: write the number in digits'],
  [
    /[^\d\s+().\-/]/u,
    'it has characters that no number has: use digits, spaces, dots, dashes, slashes, brackets and a plus in front',
  ],
  [/(?<!^\(?)\+/u, 'the plus belongs in front'],
];

function parse(input: string, region: string | undefined): string {
  const country = toCountry(region);
  if (input.length > LONGEST_NUMBER) throw invalid(input, TOO_LONG);
  const text = tidy(input);
  if (text === '') throw noNumber();
  for (const [pattern, wayOut] of REFUSED) if (pattern.test(text)) throw invalid(input, wayOut);
  if (!/\d/.test(text)) throw invalid(input, 'it has no digits');

  const international = country === undefined ? text.replace(/^[\s(]*0[\s.\-/]*0/, '+') : text;
  if (country === undefined && !/^[\s(]*\+/.test(international)) {
    throw invalid(input, 'write it with its country code, such as +32470123456, or set the region of the account');
  }
  const number = library().parsePhoneNumberFromString(international, country);
  if (!number?.isPossible()) throw invalid(input, reason(international, country));
  // Japan's toll-free numbers may be longer, within Japan.
  if (number.number.length > LONGEST_E164) throw invalid(input, TOO_LONG);
  if (number.number !== international && !isWhatItSays(number.number)) throw invalid(input, AMBIGUOUS);
  return number.number;
}

/** A trunk prefix that is left out may leave a number that seems to begin with one again. */
function isWhatItSays(number: string): boolean {
  return library().parsePhoneNumberFromString(number)?.number === number;
}

/** Without `tel:`, without what is not seen (numbers copied from an address book carry direction marks), with plain dashes and spaces. */
function tidy(input: string): string {
  return input
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[‐-―−]/gu, '-')
    .replace(/[^\S\n]/g, ' ')
    .trim()
    .replace(/^tel:\s*/i, '');
}

function toCountry(region: string | undefined): CountryCode | undefined {
  if (region === undefined || region.trim() === '') return undefined;
  const country = region.trim().toUpperCase();
  if (library().isSupportedCountry(country)) return country;
  throw new SmsError(
    'SMS_CONFIG',
    `The region ${excerpt(region)} is no country: give its ISO 3166 code, such as BE, FR or ZA.`,
  );
}

/** The library's finding, as advice. */
function reason(text: string, country: CountryCode | undefined): string {
  switch (library().validatePhoneNumberLength(text, country)) {
    case 'TOO_SHORT':
    case 'NOT_A_NUMBER':
      return 'it is too short';
    case 'TOO_LONG':
      return TOO_LONG;
    case 'INVALID_COUNTRY':
      return 'no country has this code';
    default:
      return `no number${country === undefined ? '' : ` of ${country}`} has this length`;
  }
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

type Library = typeof import('libphonenumber-js/min', { with: { 'resolution-mode': 'require' }});

/** Loaded on first use: its tables take 40 ms that a flow without phone numbers should not pay. */
function library(): Library {
  return require('libphonenumber-js/min');
}
