/**
 * What stands in the GSM alphabet for a character that is not in it, where no rule of Unicode tells.
 * Letters with diacritics, ligatures, full-width and styled forms, spaces and invisible characters are not listed:
 * folding.ts finds them by their Unicode properties.
 */

/** Each character of the first string is replaced by the second string. */
const SAME: readonly (readonly [characters: string, replacement: string])[] = [
  // Apostrophes, single quotation marks, primes, spacing accents
  ['‘’‚‛ʼʻʽʹˈ′‵‹›`´＇', "'"],
  // Double quotation marks
  ['“”„‟«»″‶〝〞¨', '"'],
  // Hyphens, dashes, minus signs
  ['‐‑‒–—―−⁃﹘¯', '-'],
  // Ellipses and dots
  ['…⋯', '...'],
  ['‥', '..'],
  ['·‧⋅∙', '.'],
  // Bullets
  ['•‣◦▪▫■□●○◆◇►▶', '-'],
  // Other punctuation
  ['⁄∕', '/'],
  ['∣¦', '|'],
  ['∗⁎', '*'],
  ['¸', ','],
  ['‗', '_'],
  ['ˆ', '^'],
  ['˜∼〜', '~'],
  ['†', '+'],
  ['\ufffd', '?'],
  // Marks of law: the brackets keep them apart from the name before them
  ['™', '(TM)'],
  ['℠', '(SM)'],
  ['®', '(R)'],
  ['©', '(C)'],
  ['℗', '(P)'],
  // Signs: `25 °C` reads as `25 oC` and `n° 5` as the `no 5` that French writes by hand
  ['°', 'o'],
  ['‰', 'o/oo'],
  ['×', 'x'],
  ['÷', '/'],
  ['±', '+/-'],
  ['≤≦', '<='],
  ['≥≧', '>='],
  ['≠', '!='],
  ['≈', '~'],
  ['∆', 'Δ'],
  ['∑', 'Σ'],
  ['∏', 'Π'],
  ['µ', 'u'],
  // Arrows
  ['→➔➜➡', '->'],
  ['←⬅', '<-'],
  ['↔⬌', '<->'],
  ['⇒', '=>'],
  ['⇐', '<='],
  ['↑⬆', '^'],
  ['↓⬇', 'v'],
  // Currencies: the ISO 4217 code, unless a letter is usual
  ['¢', 'c'],
  ['₤', '£'],
  ['₣', 'F'],
  ['₹', 'INR'],
  ['₽', 'RUB'],
  ['₺', 'TRY'],
  ['₴', 'UAH'],
  ['₩', 'KRW'],
  ['₪', 'ILS'],
  ['₫', 'VND'],
  ['฿', 'THB'],
  ['₦', 'NGN'],
  ['₱', 'PHP'],
  ['₲', 'PYG'],
  ['₵', 'GHS'],
  ['₡', 'CRC'],
  ['₸', 'KZT'],
  ['₼', 'AZN'],
  ['₾', 'GEL'],
  ['₿', 'BTC'],
  // Letters that Unicode does not decompose: French, Polish, South Slavic, Vietnamese, Icelandic, Turkish, Maltese, Sámi
  ['œ', 'oe'],
  ['Œ', 'OE'],
  ['ł', 'l'],
  ['Ł', 'L'],
  ['đð', 'd'],
  ['ĐÐ', 'D'],
  ['þ', 'th'],
  ['Þ', 'Th'],
  ['ı', 'i'],
  ['ħ', 'h'],
  ['Ħ', 'H'],
  ['ŧ', 't'],
  ['Ŧ', 'T'],
  ['ŋ', 'ng'],
  ['Ŋ', 'NG'],
  ['ĸ', 'k'],
  ['ə', 'e'],
  ['Ə', 'E'],
  ['ƒ', 'f'],
  ['ẞ', 'SS'],
  // Controls that separate; the other controls vanish
  ['\t', ' '],
  ['\v\u0085', '\n'],
];

/** The n-th character of the first string is replaced by the n-th of the second. */
const ONE_TO_ONE: readonly (readonly [characters: string, replacements: string])[] = [
  // Greek capitals that the alphabet leaves out because a Latin capital looks the same
  ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
  // Greek small letters: in capitals, as Greek phones write them to stay in the alphabet
  ['αβγδεζηθικλμνξοπρσςτυφχψω', 'ABΓΔEZHΘIKΛMNΞOΠPΣΣTYΦXΨΩ'],
];

/** The table by code point. */
export const REPLACEMENTS: ReadonlyMap<string, string> = new Map([
  ...SAME.flatMap(([characters, to]) => Array.from(characters, (from) => [from, to] as const)),
  ...ONE_TO_ONE.flatMap(([characters, to]) => Array.from(characters, (from, n) => [from, to.charAt(n)] as const)),
]);
