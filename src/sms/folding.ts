/** Saying a text in the GSM alphabet: which characters are outside it, and what can stand for them. */
import { isGsm, SEPTETS } from './alphabet';
import { REPLACEMENTS } from './replacements';
import type { UnicodeCharacter } from './types';

/**
 * The text with everything replaced that can be, and what is left. The positions in `unfoldable` are those in the
 * text given. A text that is in the GSM alphabet comes back as it is.
 */
export function fold(text: string): { text: string; unfoldable: UnicodeCharacter[] } {
  const outside = outsideGsm(text);
  return {
    text: putReplacements(text, outside),
    unfoldable: outside.filter(({ replacement }) => replacement === null),
  };
}

/** The text with each character of {@link outsideGsm} replaced, where something stands for it. */
export function putReplacements(text: string, outside: UnicodeCharacter[]): string {
  let folded = '';
  let done = 0;
  for (const { character, index, replacement } of outside) {
    folded += text.slice(done, index) + (replacement ?? character);
    done = index + character.length;
  }
  return folded + text.slice(done);
}

/**
 * Every occurrence of a character outside the GSM alphabet, in order. A character is what a person sees as one: a letter
 * with its combining marks (`e` + U+0301), a flag, a family of emoji. Of such a sequence `codePoint` lists all,
 * separated by spaces. Putting each replacement in its place gives the folded text.
 */
export function outsideGsm(text: string): UnicodeCharacter[] {
  const found: UnicodeCharacter[] = [];
  let end = 0;
  for (let index = 0; index < text.length; index++) {
    if (SEPTETS[text.charCodeAt(index)] !== 0) continue;
    const start = index > end && attaches(text, index) ? index - 1 : index;
    const character = characterAt(text, start);
    const { codePoint, replacement } = factsOf(character);
    const inPlace = replacement && separator(text, start, character) + replacement;
    found.push({ character, codePoint, index: start, replacement: inPlace });
    end = start + character.length;
    index = end - 1;
  }
  return found;
}

type Facts = Pick<UnicodeCharacter, 'codePoint' | 'replacement'>;

/** Texts of one kind repeat their characters; only single UTF-16 units are kept, so there is an end to it. */
const facts = new Map<string, Facts>();

function factsOf(character: string): Facts {
  const known = facts.get(character);
  if (known !== undefined) return known;
  const found = { codePoint: codePoints(character), replacement: replacement(character) };
  if (character.length === 1) facts.set(character, found);
  return found;
}

/**
 * What stands for a character in the GSM alphabet: itself when it is in it, the empty string for what is not seen (a
 * zero-width space), null when nothing does.
 *
 * `ç` becomes `c`: the alphabet has only the capital, and `francais` reads better than `franÇais`.
 * Cyrillic, Arabic, CJK and emoji have no replacement: a text without its words helps nobody.
 */
export function replacement(character: string): string | null {
  const composed = character.normalize('NFC');
  let result = '';
  for (const codePoint of composed) {
    const part = replaceCodePoint(codePoint);
    if (part === null) return null;
    result += part;
  }
  return result;
}

/** Characters that show nothing: zero-width, soft hyphen, direction marks, variation selectors, byte order mark. */
const INVISIBLE = /^\p{Default_Ignorable_Code_Point}$/u;
const SPACE = /^\p{Zs}$/u;
const LINE_END = /^[\p{Zl}\p{Zp}]$/u;
const CONTROL = /^\p{Cc}$/u;
/** Accents, and the circle or key drawn round a character. The strokes through a letter (U+0335 to U+0338) say no, so they stay. */
const ACCENT = /^[\u0300-\u0334\u0339-\u036f\u20dd-\u20e0\u20e2-\u20e4]$/u;

function replaceCodePoint(codePoint: string): string | null {
  if (isGsm(codePoint)) return codePoint;
  const listed = REPLACEMENTS.get(codePoint);
  if (listed !== undefined) return listed;
  if (SPACE.test(codePoint)) return ' ';
  if (LINE_END.test(codePoint)) return '\n';
  if (INVISIBLE.test(codePoint) || CONTROL.test(codePoint) || ACCENT.test(codePoint)) return '';
  return decompose(codePoint);
}

/** `ê` is e + accent, `ﬁ` is f + i, `Ａ` is A: Unicode's compatibility decomposition, without the accents that GSM lacks. */
function decompose(codePoint: string): string | null {
  const parts = Array.from(codePoint.normalize('NFKD'));
  // ǟ keeps the dots that the alphabet has: accents go from the last one on, until the rest is in the alphabet.
  while (ACCENT.test(parts.at(-1) ?? '') && !isGsm(parts.join('').normalize('NFC'))) parts.pop();
  const rest = parts.join('').normalize('NFC');
  return rest === codePoint ? null : replacement(rest);
}

/** No mark, joiner or modifier comes before this code unit. */
const FIRST_MARK = 0x300;

/** The character that begins at `start`, with all that belongs to it. */
function characterAt(text: string, start: number): string {
  const next = start + 1;
  if (next === text.length || text.charCodeAt(next) < FIRST_MARK) return text.charAt(start);
  if (!SURROGATE.test(text.charAt(start)) && !CONTINUES.test(text.charAt(next))) return text.charAt(start);
  CHARACTER.lastIndex = start;
  return CHARACTER.exec(text)?.[0] ?? text.charAt(start);
}

/** A flag (two regional indicators), an emoji with what modifies it or is joined to it, or any code point with its marks. */
const CHARACTER = /\p{RI}\p{RI}|\p{ExtPict}(?:\p{M}|\p{EMod}|[\u{e0020}-\u{e007f}]|\u200d\p{ExtPict})*|[\s\S]\p{M}*/uy;
const MARK = /^\p{M}$/u;
/** What may belong to the character before it; most characters stand alone, and are told at once. */
const CONTINUES = /\p{M}|\u200d|[\ud800-\udfff]/u;
const SURROGATE = /[\ud800-\udfff]/;

/** True for a mark that belongs to the character before it. */
function attaches(text: string, index: number): boolean {
  return text.charCodeAt(index) >= FIRST_MARK && MARK.test(text.charAt(index));
}

/** `1½` must not become `11/2`, nor `10²` `102`: after a digit a fraction and an exponent are set apart. */
function separator(text: string, index: number, character: string): string {
  if (index === 0 || !DIGIT.test(text.charAt(index - 1))) return '';
  if (FRACTION.test(character)) return ' ';
  return EXPONENT.test(character) ? '^' : '';
}
const DIGIT = /^[0-9]$/;
const FRACTION = /^[¼-¾⅐-⅞↉]/u;
const EXPONENT = /^[²³¹⁰⁴-⁹⁺⁻]/u;

/** `U+2019`, or `U+0065 U+0301` for a sequence. */
function codePoints(character: string): string {
  return Array.from(
    character,
    (one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  ).join(' ');
}
