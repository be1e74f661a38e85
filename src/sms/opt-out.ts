/** The words by which a phone says that it wants no more messages, or wants them again. */

/** `stop` for no more messages, `start` for messages again. */
export type Wish = 'stop' | 'start';

const WORDS = new Map<string, Wish>([
  ['STOP', 'stop'],
  ['STOP ALL', 'stop'],
  ['STOPALL', 'stop'],
  ['ARRET', 'stop'],
  ['DESINSCRIRE', 'stop'],
  ['UITSCHRIJVEN', 'stop'],
  ['ABMELDEN', 'stop'],
  ['START', 'start'],
]);

/** The longest word, the short code, and what people put around them. */
const LONGEST = 100;

/** French operators have people write `STOP 36180`, or `STOP au 36180`. */
const SHORT_CODE = /^(STOP|START)(?: AU)? \d{3,6}$/;

/**
 * What a text says about messages to come; null for a text that is about something else. The word is all there is to
 * it: case, accents, and what stands around it that is neither letter nor digit do not matter.
 */
export function wishOf(text: string): Wish | null {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return null;
  const words = trimmed
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return WORDS.get(words.replace(SHORT_CODE, '$1')) ?? null;
}
