/** What Digitaleo makes of a text before it is sent (appendix A): some characters are changed, others deleted. */
import { isGsm, SEPTETS } from '../../sms/alphabet';

/** "The following characters are changed when the message is sent"; `Œ` is the label of the row of `œ`. */
const CHANGED = new Map([
  ...pairs('ÂâÊêÎîÔôÛûËëÏï°', 'AaEeIiOoUuEeIio'),
  ['œ', 'oe'],
  ['Œ', 'OE'],
  ['`', "'"],
  ['’', "'"],
  ['…', '...'],
]);

/** The text as the phone shows it: "Characters not listed here are deleted." */
export function asSent(text: string): string {
  if (isGsm(text)) return text;
  let sent = '';
  for (const character of text) sent += isGsm(character) ? character : (CHANGED.get(character) ?? '');
  return sent;
}

/** The characters of a text that {@link asSent} has made, those of the extension table counted twice (§2.1, §2.2). */
export function count(text: string): number {
  let units = 0;
  for (let index = 0; index < text.length; index++) units += SEPTETS[text.charCodeAt(index)] ?? 0;
  return units;
}

/** More than any SMS has: the fields of a small body could fill all memory. */
const ENOUGH = 100_000;

/**
 * The text with each `#name#` replaced by the contact's field of that name (§3.5).
 * @param unknownIsEmpty whether a name that is no field becomes nothing; one with a blank in it is taken for plain text
 */
export function personalise(text: string, contact: Readonly<Record<string, unknown>>, unknownIsEmpty: boolean): string {
  let filled = '';
  let done = 0;
  for (let open = text.indexOf('#'); open >= 0; open = text.indexOf('#', open)) {
    const close = text.indexOf('#', open + 1);
    if (close < 0) break;
    const value = fieldOf(text.slice(open + 1, close), contact, unknownIsEmpty);
    if (value === undefined) {
      open = close;
      continue;
    }
    filled += text.slice(done, open) + value;
    done = close + 1;
    open = done;
    if (filled.length > ENOUGH) break;
  }
  return filled + text.slice(done);
}

/** True when the text has a place for a field. */
export function isPersonalised(text: string): boolean {
  return /#[^#\s]+#/.test(text);
}

function fieldOf(
  name: string,
  contact: Readonly<Record<string, unknown>>,
  unknownIsEmpty: boolean,
): string | undefined {
  if (name !== '' && Object.hasOwn(contact, name)) {
    const value = contact[name];
    return typeof value === 'object' ? '' : String(value);
  }
  return unknownIsEmpty && /^[^\s]+$/.test(name) ? '' : undefined;
}

function pairs(from: string, to: string): [string, string][] {
  return Array.from(from, (character, index) => [character, to.charAt(index)]);
}
