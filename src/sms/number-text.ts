/** What may be written where a phone number is wanted, told without knowing any country: the dialogs say it while one types. */

/** Fifteen digits and any separators are shorter. */
const LONGEST_NUMBER = 64;
export const TOO_LONG = 'it is too long (give several recipients as an array, one number each)';

/** Why a text is no number, whatever the country: a word for it, and the way out. */
export interface NumberProblem {
  kind: 'extension' | 'several' | 'letters' | 'characters' | 'plus' | 'digits' | 'long';
  wayOut: string;
}

/** What a number may not contain; the first that fits is told. */
const REFUSED: readonly (readonly [pattern: RegExp, kind: NumberProblem['kind'], wayOut: string])[] = [
  [
    /\d\s*(?:x|#|ext|extn|extension|poste|toestel|;ext=)[.:\s]*\d+\s*$/iu,
    'extension',
    'an SMS cannot reach an extension: remove it',
  ],
  [/[,;|\n]|\+.*\+/u, 'several', 'give several recipients as an array, one number each'],
  [/\p{L}/u, 'letters', 'it has letters, which are never read as digits: write the number in digits'],
  [
    /[^\d\s+().\-/]/u,
    'characters',
    'it has characters that no number has: use digits, spaces, dots, dashes, slashes, brackets and a plus in front',
  ],
  [/(?<!^\(?)\+/u, 'plus', 'the plus belongs in front'],
];

/** The first thing that is wrong with what is written; undefined for nothing, and for an empty text. */
export function problemIn(written: string): NumberProblem | undefined {
  if (written.length > LONGEST_NUMBER) return { kind: 'long', wayOut: TOO_LONG };
  const text = tidy(written);
  if (text === '') return undefined;
  for (const [pattern, kind, wayOut] of REFUSED) if (pattern.test(text)) return { kind, wayOut };
  return /\d/.test(text) ? undefined : { kind: 'digits', wayOut: 'it has no digits' };
}

/** `00` in front as the plus that it stands for where no country says otherwise. */
export function withPlus(text: string): string {
  return text.replace(/^[\s(]*0[\s.\-/]*0/, '+');
}

export function isInternational(text: string): boolean {
  return /^[\s(]*\+/.test(text);
}

/** Without `tel:`, without what is not seen (numbers copied from an address book carry direction marks), with plain dashes and spaces. */
export function tidy(input: string): string {
  return input
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/[‐-―−]/gu, '-')
    .replace(/[^\S\n]/g, ' ')
    .trim()
    .replace(/^tel:\s*/i, '');
}
