/** The GSM 7-bit default alphabet and its extension table, as 3GPP TS 23.038 §6.2.1 has them. */

/**
 * The default alphabet, in the order of its codes 0x00 to 0x7F (§6.2.1). Code 0x1B is the escape to the extension
 * table: it stands for no character (a text that holds U+001B cannot be said in this alphabet), so a gap is left here.
 */
export const DEFAULT_ALPHABET =
  '@£$¥èéùìòÇ\nØø\rÅå' +
  'Δ_ΦΓΛΩΠΨΣΘΞ\0ÆæßÉ' +
  ' !"#¤%&\'()*+,-./' +
  '0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNO' +
  'PQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmno' +
  'pqrstuvwxyzäöñüà';

/** Where {@link DEFAULT_ALPHABET} has no character. */
const ESCAPE = 0x1b;

/** The extension table (§6.2.1.1): the code sent after the escape, and its character. Each costs two septets. */
export const EXTENSION_TABLE: readonly (readonly [code: number, character: string])[] = [
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
];

/** Septets that a UTF-16 code unit costs: 1, 2 for the extension table, 0 for what is not in the alphabet. */
export const SEPTETS: Uint8Array = septetTable();

/** True when every character of the text is in the default alphabet or its extension table. */
export function isGsm(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (SEPTETS[text.charCodeAt(index)] === 0) return false;
  }
  return true;
}

function septetTable(): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (let code = 0; code < DEFAULT_ALPHABET.length; code++) {
    if (code !== ESCAPE) table[DEFAULT_ALPHABET.charCodeAt(code)] = 1;
  }
  for (const [, character] of EXTENSION_TABLE) table[character.charCodeAt(0)] = 2;
  return table;
}
