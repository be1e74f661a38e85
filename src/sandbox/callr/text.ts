/** What CALLR makes of a text: its encoding, its parts, the GSM mapping and the STOP number. */
import { DEFAULT_ALPHABET, isGsm, SEPTETS } from '../../sms/alphabet';
import { measure } from '../../sms/segments';
import type { CallrAssumptions } from './assumptions';

export type Encoding = 'GSM' | 'UNICODE';
export const ENCODINGS: readonly Encoding[] = ['GSM', 'UNICODE'];

export interface Encoded {
  encoding: Encoding;
  /** What the phone shows. */
  text: string;
  parts: number;
}

const STOP = '%STOPNUM%';

/** "We auto-detect the encoding needed (GSM 03.38 or UNICODE), or you can force the encoding" (sms.send). */
export function encode(text: string, assume: CallrAssumptions, force?: Encoding): Encoded {
  const detected = inCharset(text, assume) ? 'GSM' : 'UNICODE';
  const encoding = force ?? detected;
  if (encoding === 'UNICODE') return { encoding, text, parts: measure(text, 'unicode').parts };
  const sent = detected === 'GSM' ? text : toGsm(text, assume);
  return { encoding, text: sent, parts: measure(sent).parts };
}

/** "If you are using a custom sender, you can use the special string %STOPNUM%" (sms.send). */
export function withStopNumber(text: string, { stopNumber }: CallrAssumptions): string {
  return text.replaceAll(STOP, () => stopNumber);
}

/** The text in the GSM charset, `?` for what has no place there. */
function toGsm(text: string, assume: CallrAssumptions): string {
  return Array.from(text.normalize('NFC'), (character) => mapped(character, assume)).join('');
}

/** The rows of the table that the charset mapping shows: each character and what it becomes. */
export function charsetMapping(assume: CallrAssumptions): { charset: string[]; mapping: [string, string][] } {
  const charset = Array.from(DEFAULT_ALPHABET).filter((character) => inCharset(character, assume));
  const letters = Array.from({ length: LATIN_END - LATIN_START }, (_, index) =>
    String.fromCodePoint(LATIN_START + index),
  );
  const candidates = [...new Set([...SPECIAL.keys(), ...letters])].filter((one) => !inCharset(one, assume));
  const rows = candidates.map((character): [string, string] => [character, mapped(character, assume)]);
  return { charset, mapping: rows.filter(([, gsm]) => gsm !== UNKNOWN) };
}

const UNKNOWN = '?';
/** Latin-1 Supplement and Latin Extended-A. */
const LATIN_START = 0xa0;
const LATIN_END = 0x180;

/** Assumption, but for the guillemets and the euro, which the SDK's README shows. */
const SPECIAL: ReadonlyMap<string, string> = new Map([
  ...Array.from('«»“”„', (character): [string, string] => [character, '"']),
  ...Array.from('‘’‚^', (character): [string, string] => [character, "'"]),
  ...Array.from('–—~', (character): [string, string] => [character, '-']),
  ...Array.from('[{', (character): [string, string] => [character, '(']),
  ...Array.from(']}', (character): [string, string] => [character, ')']),
  ...Array.from('\\|', (character): [string, string] => [character, '/']),
  ['€', 'e'],
  ['…', '...'],
  ['œ', 'oe'],
  ['Œ', 'OE'],
  ['\u00a0', ' '],
]);

function mapped(character: string, assume: CallrAssumptions): string {
  if (inCharset(character, assume)) return character;
  const special = SPECIAL.get(character);
  if (special !== undefined) return special;
  const base = character.normalize('NFD').replace(/\p{M}/gu, '');
  return inCharset(base, assume) ? base : UNKNOWN;
}

function inCharset(text: string, { extensionTable }: CallrAssumptions): boolean {
  if (extensionTable) return isGsm(text);
  for (let index = 0; index < text.length; index++) if (SEPTETS[text.charCodeAt(index)] !== 1) return false;
  return true;
}
