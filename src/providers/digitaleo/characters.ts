/** What Digitaleo makes of a text in text mode: appendix A, "text message characters". */
import { isGsm } from '../../sms/alphabet';
import { outsideGsm } from '../../sms/folding';
import type { UnicodeCharacter } from '../../sms/types';
import type { Transcript } from '../provider';

/** "The following characters are changed when the message is sent"; of Œ only the small one is printed. */
const CHANGED: Readonly<Record<string, string>> = {
  Â: 'A',
  â: 'a',
  Ê: 'E',
  ê: 'e',
  Î: 'I',
  î: 'i',
  Ô: 'O',
  ô: 'o',
  Û: 'U',
  û: 'u',
  Ë: 'E',
  ë: 'e',
  Ï: 'I',
  ï: 'i',
  '°': 'o',
  œ: 'oe',
  Œ: 'OE',
  '`': "'",
  '\u2019': "'",
  '\u2026': '...',
};

/** Characters that show nothing: nobody misses them. */
const UNSEEN = /^\p{Default_Ignorable_Code_Point}$/u;

/**
 * The text as the phone will show it. "Characters not listed here are deleted": `replacement` is null for those, and
 * for a letter that loses its accent that way.
 */
export function transcribe(text: string): Transcript {
  if (isGsm(text)) return { text, changed: [] };
  const changed: UnicodeCharacter[] = [];
  let shown = '';
  let done = 0;
  for (const found of outsideGsm(text)) {
    const { character, index } = found;
    const { left, lost } = replaced(character);
    shown += text.slice(done, index) + left;
    done = index + character.length;
    changed.push({ ...found, replacement: lost ? null : left });
  }
  return { text: shown + text.slice(done), changed };
}

/** Of a letter with combining marks the composed form counts, which is what is sent. */
function replaced(character: string): { left: string; lost: boolean } {
  let left = '';
  let lost = false;
  for (const codePoint of character.normalize('NFC')) {
    const put = isGsm(codePoint) ? codePoint : Object.hasOwn(CHANGED, codePoint) ? CHANGED[codePoint] : undefined;
    left += put ?? '';
    lost ||= put === undefined && !UNSEEN.test(codePoint);
  }
  return { left, lost };
}
