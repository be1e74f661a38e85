/** What a text costs: its alphabet, its units and its parts, as 3GPP TS 23.038 and TS 23.040 §9.2.3.24.1 count them. */
import { SEPTETS } from './alphabet';
import { fold, outsideGsm } from './folding';
import type { AlphabetChoice, Measurement } from './types';

/** Units of one message alone, and of each part of several: six octets of 140 then go to the concatenation header. */
const GSM = { alphabet: 'GSM-7', alone: 160, part: 153 } as const;
const UCS2 = { alphabet: 'UCS-2', alone: 70, part: 67 } as const;
type Encoding = typeof GSM | typeof UCS2;

/** A hot loop reads a module's own constant faster than an import. */
const COST = SEPTETS;
const NOT_GSM = -1;

/**
 * What a text costs on the network.
 *
 * `units` are those of the text itself. Where a surrogate pair, or an escape and its character, does not fit at the end
 * of a part, the unit left there is lost: that padding is not in `units`, but `parts` and `remaining` allow for it.
 * `unicode` lists what is outside the GSM alphabet in the text as given, whatever the choice: with `gsm` therefore
 * what was replaced, and what could not be (`replacement` null; the text then measures as UCS-2).
 *
 * @param choice `auto` measures the text as it is, without normalising it; `gsm` folds it first; `unicode` forces UCS-2
 */
export function measure(text: string, choice: AlphabetChoice = 'auto'): Measurement {
  const sent = choice === 'gsm' ? fold(text).text : text;
  const septets = choice === 'unicode' ? NOT_GSM : countSeptets(sent, 0);
  const encoding = septets === NOT_GSM ? UCS2 : GSM;
  const units = septets === NOT_GSM ? sent.length : septets;
  const unicode = septets !== NOT_GSM && sent === text ? [] : outsideGsm(text);

  let unitsPerPart: number = encoding.alone;
  let parts = units === 0 ? 0 : 1;
  let remaining = unitsPerPart - units;
  if (remaining < 0) {
    const ends = cut(sent, encoding);
    const last = ends[ends.length - 2] ?? 0;
    unitsPerPart = encoding.part;
    parts = ends.length;
    remaining = unitsPerPart - (encoding === GSM ? countSeptets(sent, last) : sent.length - last);
  }
  const characters = encoding === GSM ? sent.length : countCodePoints(sent);
  return { alphabet: encoding.alphabet, characters, units, unitsPerPart, parts, remaining, text: sent, unicode };
}

/** The text of each part, in order; joined they are the text (folded, when the choice is `gsm`). */
export function split(text: string, choice: AlphabetChoice = 'auto'): string[] {
  const { alphabet, parts, text: sent } = measure(text, choice);
  if (parts <= 1) return parts === 0 ? [] : [sent];
  const ends = cut(sent, alphabet === 'GSM-7' ? GSM : UCS2);
  return ends.map((end, part) => sent.slice(ends[part - 1] ?? 0, end));
}

/** Where each part ends, in UTF-16 units, of a text that needs several. */
function cut(text: string, encoding: Encoding): number[] {
  const ends: number[] = [];
  const endOf = encoding === GSM ? endOfGsmPart : endOfUcs2Part;
  for (let start = 0; start < text.length; ) {
    start = endOf(text, start);
    ends.push(start);
  }
  return ends;
}

function endOfGsmPart(text: string, start: number): number {
  let used = 0;
  for (let index = start; index < text.length; index++) {
    used += COST[text.charCodeAt(index)] as number;
    if (used > GSM.part) return index;
  }
  return text.length;
}

function endOfUcs2Part(text: string, start: number): number {
  const end = start + UCS2.part;
  if (end >= text.length) return text.length;
  return isHigh(text.charCodeAt(end - 1)) && isLow(text.charCodeAt(end)) ? end - 1 : end;
}

/** Septets from `start` on, or {@link NOT_GSM}. */
function countSeptets(text: string, start: number): number {
  let septets = 0;
  for (let index = start; index < text.length; index++) {
    const cost = COST[text.charCodeAt(index)] as number;
    if (cost === 0) return NOT_GSM;
    septets += cost;
  }
  return septets;
}

/** A lone half of a surrogate pair counts as one. */
function countCodePoints(text: string): number {
  let count = text.length;
  for (let index = 1; index < text.length; index++) {
    if (isLow(text.charCodeAt(index)) && isHigh(text.charCodeAt(index - 1))) count--;
  }
  return count;
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
