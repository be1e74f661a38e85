/** What a sender does with a text before it goes out: read it, fold it if asked, and see that it is not too long. */
import { SmsError } from './errors';
import { excerpt } from './excerpt';
import { measure } from './segments';
import type { AlphabetChoice, Measurement, UnicodeCharacter } from './types';

export interface ComposeOptions {
  /** `auto` unless said otherwise. */
  alphabet?: AlphabetChoice;
  /** The most parts the text may take; 0 or nothing: no limit. */
  maxParts?: number;
}

const CHOICES: readonly unknown[] = ['auto', 'gsm', 'unicode'];
/** How many characters an error names before it only counts the rest. */
const NAMED = 5;
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** Nothing a person would see. */
const BLANK = /^[\s\p{Default_Ignorable_Code_Point}]*$/u;

/**
 * The text as it will be sent, measured. Numbers and booleans become text.
 *
 * A text of nothing but white space is refused as empty: the network would carry it, but nobody means it, and an SMS that
 * shows nothing is what a flow sends when its text got lost. A half surrogate pair (an emoji cut by a
 * substring) becomes U+FFFD, as it would on any wire.
 *
 * @throws SMS_EMPTY_TEXT nothing to read
 * @throws SMS_INVALID_TEXT not a text, or with `gsm` characters that nothing in the GSM alphabet stands for
 * @throws SMS_TOO_LONG more than `maxParts` parts
 * @throws SMS_INVALID_OPTION an alphabet or a limit that does not exist
 */
export function compose(text: unknown, options: ComposeOptions = {}): Measurement {
  const { alphabet = 'auto', maxParts = 0 } = options;
  checkOptions(alphabet, maxParts);
  const given = asText(text);
  const measured = measure(given, alphabet);
  if (alphabet === 'gsm') refuseUnfoldable(measured.unicode);
  if (BLANK.test(measured.text)) throw emptyText();
  if (maxParts > 0 && measured.parts > maxParts) throw tooLong(measured, maxParts);
  return measured;
}

function checkOptions(alphabet: unknown, maxParts: unknown): void {
  if (!CHOICES.includes(alphabet)) {
    throw new SmsError('SMS_INVALID_OPTION', `alphabet is ${excerpt(alphabet)}: give auto, gsm or unicode.`);
  }
  if (!Number.isInteger(maxParts) || (maxParts as number) < 0) {
    throw new SmsError(
      'SMS_INVALID_OPTION',
      `maxParts is ${excerpt(maxParts)}: give a whole number of SMS parts, or 0 for no limit.`,
    );
  }
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value.replace(LONE_SURROGATE, '\ufffd');
  if (value === undefined || value === null) throw emptyText();
  if (typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  const wayOut = ArrayBuffer.isView(value)
    ? 'use msg.payload.toString() in a Function node'
    : 'choose one of its properties, or build a text with a Template or JSON node';
  throw new SmsError('SMS_INVALID_TEXT', `The text of the SMS is ${excerpt(value)}, not a text: ${wayOut}.`);
}

function emptyText(): SmsError {
  return new SmsError(
    'SMS_EMPTY_TEXT',
    'The SMS has no text: put one in msg.payload, or in what the text property of the node names.',
  );
}

function refuseUnfoldable(unicode: UnicodeCharacter[]): void {
  const unfoldable = unicode.filter(({ replacement }) => replacement === null);
  if (unfoldable.length === 0) return;
  throw new SmsError(
    'SMS_INVALID_TEXT',
    `Nothing in the GSM alphabet stands for ${list(unfoldable)}: remove ${unfoldable.length === 1 ? 'it' : 'them'}, or choose the alphabet auto or unicode.`,
  );
}

/** `😀 (U+1F600 at 12), …` */
function list(characters: UnicodeCharacter[]): string {
  const named = characters.slice(0, NAMED).map(({ character, codePoint, index }) => {
    return `${excerpt(character).slice(1, -1)} (${excerpt(codePoint).slice(1, -1)} at ${index})`;
  });
  const more = characters.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function tooLong(measured: Measurement, maxParts: number): SmsError {
  const { alphabet, parts, units, text } = measured;
  const alone = alphabet === 'GSM-7' ? 160 : 70;
  const room = maxParts === 1 ? alone : maxParts * measured.unitsPerPart;
  const kind = alphabet === 'GSM-7' ? 'septets' : 'UTF-16 units';
  const folded = alphabet === 'UCS-2' ? measure(text, 'gsm') : measured;
  const cheaper =
    folded.alphabet === 'GSM-7' && folded.parts <= maxParts ? ' Or choose the alphabet gsm, with which it fits.' : '';
  return new SmsError(
    'SMS_TOO_LONG',
    `The text takes ${parts} parts (${units} ${kind} in ${alphabet}) and maxParts allows ${maxParts} (${room}): shorten it, or raise maxParts.${cheaper}`,
  );
}
