/** Generated texts, of the characters that matter to an SMS. */
import fc from 'fast-check';

const GSM = Array.from('abc XYZ 019 @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&\'()*+,-./:;<=>?¡¿ÄÖÑÜ§äöñüà');
const EXTENSION = Array.from('\f^{}\\[~]|€');
const LATIN = Array.from('çêîôûëïœŒ’“”–…\u00a0\u200b½²ﬁＡǟ\u0301\u0308\u0338\u00ad\t\u2028');
const OTHER = ['\0', '\x1b', 'ж', '你', 'م', '😀', '👍🏽', '🇧🇪', '❤️', '👨‍👩‍👧', 'e\u0301', '\ufe0f', '\u200d'];
const HALVES = ['\ud83d', '\ude00'];

const of = (...palettes: string[][]) => fc.constantFrom(...palettes.flat());

/** A text of a few alphabets, up to five parts long; now and then any UTF-16 at all. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: joined(of(GSM, EXTENSION)) },
  { weight: 3, arbitrary: joined(of(GSM, EXTENSION, LATIN)) },
  { weight: 3, arbitrary: joined(of(GSM, LATIN, OTHER)) },
  { weight: 1, arbitrary: joined(of(GSM, OTHER, HALVES)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
);

/** A text near the border of a part, where what belongs together may be parted. */
export const textAtBorder: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('x', 'ж'), fc.integer({ min: 60, max: 160 }), joined(of(EXTENSION, OTHER), 40))
  .map(([filling, length, end]) => filling.repeat(length) + end);

function joined(character: fc.Arbitrary<string>, maxLength = 500): fc.Arbitrary<string> {
  return fc.array(character, { maxLength, size: 'max' }).map((characters) => characters.join(''));
}
