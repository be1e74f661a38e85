/** Texts for a vendor that changes them: measured as the phone will show them, and refused when something would be lost. */
import { type ComposeOptions, compose } from '../sms/compose';
import { SmsError } from '../sms/errors';
import { excerpt } from '../sms/excerpt';
import { measure } from '../sms/segments';
import type { AlphabetChoice, Measurement, UnicodeCharacter } from '../sms/types';
import type { Provider } from './provider';

/** How many characters an error names before it only counts the rest. */
const NAMED = 5;

/**
 * The text as it will be sent by this provider, measured.
 * @throws SmsError as {@link compose}, and SMS_INVALID_TEXT naming what the vendor would leave out
 */
export function composeFor(provider: Provider, text: unknown, options: ComposeOptions = {}): Measurement {
  const { alphabet = 'auto' } = options;
  if (!provider.transcribe || alphabet === 'unicode') return compose(text, options);
  const given = compose(text, { alphabet });
  const { text: shown, changed } = provider.transcribe(given.text);
  const lost = changed.filter(({ replacement }) => replacement === null);
  if (lost.length > 0) throw wouldBeLost(provider.label, lost);
  return { ...compose(shown, { maxParts: options.maxParts }), unicode: unicodeOf(given, alphabet, changed) };
}

/**
 * The same without a refusal: what the phone will show is told, with what is lost of the text among `unicode`.
 * @throws SmsError as {@link compose}
 */
export function measureFor(provider: Provider, text: unknown, alphabet: AlphabetChoice): Measurement {
  const given = compose(text, { alphabet });
  if (!provider.transcribe || alphabet === 'unicode') return given;
  const { text: shown, changed } = provider.transcribe(given.text);
  return { ...measure(shown), unicode: unicodeOf(given, alphabet, changed) };
}

/** What was folded has been replaced already, so that the vendor has nothing left to change. */
function unicodeOf(given: Measurement, alphabet: AlphabetChoice, changed: UnicodeCharacter[]): UnicodeCharacter[] {
  return alphabet === 'gsm' ? given.unicode : changed;
}

function wouldBeLost(label: string, lost: readonly UnicodeCharacter[]): SmsError {
  const named = lost.slice(0, NAMED).map(({ character, codePoint, index }) => {
    return `${excerpt(character).slice(1, -1)} (${excerpt(codePoint).slice(1, -1)} at ${index})`;
  });
  const more = lost.length > NAMED ? ` and ${lost.length - NAMED} more` : '';
  return new SmsError(
    'SMS_INVALID_TEXT',
    `${label} leaves out ${named.join(', ')}${more} without a word: choose the alphabet gsm, which replaces what it can, or unicode.`,
  );
}
