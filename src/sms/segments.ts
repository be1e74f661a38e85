/** What a text costs: its alphabet, its units and its parts, as 3GPP TS 23.038 and TS 23.040 §9.2.3.24.1 count them. */
import { SEPTETS } from './alphabet';
import { outsideGsm, putReplacements } from './folding';
import type { AlphabetChoice, Measurement } from './types';

/** Units of a message alone, and of each part of several: six of its 140 octets then go to the concatenation header. */
const GSM = { alone: 160, part: 153 } as const;
const UCS2 = { alone: 70, part: 67 } as const;

/** A hot loop reads a module's own constant faster than an import. */
const COST = SEPTETS;

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
  if (choice === 'unicode') return measureUcs2(text, 0);
  if (choice !== 'gsm') return measureAsIs(text);
  const unicode = outsideGsm(text);
  return { ...measureAsIs(putReplacements(text, unicode)), unicode };
}

/** The text of each part, in order; joined they are the text (folded, when the choice is `gsm`). */
export function split(text: string, choice: AlphabetChoice = 'auto'): string[] {
  const { alphabet, parts, text: sent } = measure(text, choice);
  if (parts <= 1) return parts === 0 ? [] : [sent];
  const endOfPart = alphabet === 'GSM-7' ? endOfGsmPart : endOfUcs2Part;
  const pieces: string[] = [];
  for (let start = 0, end = 0; start < sent.length; start = end) {
    end = endOfPart(sent, start);
    pieces.push(sent.slice(start, end));
  }
  return pieces;
}

function measureAsIs(text: string): Measurement {
  let escapes = 0;
  let padding = 0;
  for (let index = firstNotPlain(text); index < text.length; index = nextNotPlain(text, index + 1)) {
    if (COST[text.charCodeAt(index)] === 0) return measureUcs2(text, index);
    // The last septet of a part stays free rather than take an escape without its character.
    if ((index + escapes + padding) % GSM.part === GSM.part - 1) padding++;
    escapes++;
  }
  const units = text.length + escapes;
  const taken = units + padding;
  const parts = units <= GSM.alone ? Math.min(units, 1) : Math.ceil(taken / GSM.part);
  const unitsPerPart = parts > 1 ? GSM.part : GSM.alone;
  const remaining = parts > 1 ? parts * unitsPerPart - taken : unitsPerPart - units;
  const characters = text.length;
  return { alphabet: 'GSM-7', characters, units, unitsPerPart, parts, remaining, text, unicode: [] };
}

/** The index, from `start` on, of the next character that is not worth one septet; else `end`. */
function nextNotPlain(text: string, start: number, end = text.length): number {
  for (let index = start; index < end; index++) {
    if (COST[text.charCodeAt(index)] !== 1) return index;
  }
  return end;
}

/** Of a text that begins in the GSM alphabet, the rest may be ASCII: its bytes are read twice as fast as its characters. */
const BEGINNING = 40;
const BYTES = new Uint8Array(4096);
const encoder = new TextEncoder();

/** As {@link nextNotPlain} from the beginning. */
function firstNotPlain(text: string): number {
  const { length } = text;
  const first = nextNotPlain(text, 0, Math.min(length, BEGINNING));
  if (first < BEGINNING || length > BYTES.length) return first < BEGINNING ? first : nextNotPlain(text, first);
  const { read, written } = encoder.encodeInto(text, BYTES);
  // What is not ASCII takes more bytes than one.
  if (read !== length || written !== length) return nextNotPlain(text, first);
  for (let index = first; index < length; index++) {
    if (COST[BYTES[index] as number] !== 1) return index;
  }
  return length;
}

/** @param from no surrogate stands before this index */
function measureUcs2(text: string, from: number): Measurement {
  const units = text.length;
  if (units > UCS2.alone) return measureLongUcs2(text);
  const characters = units - countPairs(text, from);
  const parts = Math.min(units, 1);
  const figures = {
    alphabet: 'UCS-2',
    characters,
    units,
    unitsPerPart: UCS2.alone,
    parts,
    remaining: UCS2.alone - units,
    text,
  };
  return Object.defineProperty(figures, 'unicode', LISTED_WHEN_READ) as Measurement;
}

/** Only what stands at the ends of the parts has to be looked at, until somebody asks for the characters. */
function measureLongUcs2(text: string): Measurement {
  const units = text.length;
  const taken = units + ucs2Padding(text);
  const parts = Math.ceil(taken / UCS2.part);
  const remaining = parts * UCS2.part - taken;
  const figures = { alphabet: 'UCS-2', units, unitsPerPart: UCS2.part, parts, remaining, text };
  return Object.defineProperties(figures, MADE_WHEN_READ) as unknown as Measurement;
}

type Made = PropertyDescriptor & ThisType<Measurement>;

/**
 * The list of a long Cyrillic text costs a hundred times what its figures do, and a flow that only sends never reads
 * it: so it is made when it is first read, and is a plain property from then on. Cloning and JSON read it.
 */
const LISTED_WHEN_READ: Made = madeWhenRead('unicode', outsideGsm);

const MADE_WHEN_READ = {
  characters: madeWhenRead('characters', (text) => text.length - countPairs(text, text.search(HIGH_SURROGATE))),
  unicode: LISTED_WHEN_READ,
};

function madeWhenRead(name: keyof Measurement, make: (text: string) => unknown): Made {
  return {
    get() {
      const value = make(this.text);
      setPlain(this, name, value);
      return value;
    },
    set(value: unknown) {
      setPlain(this, name, value);
    },
    enumerable: true,
    configurable: true,
  };
}

/** Does nothing on a frozen measurement, whose list is then made at each reading. */
function setPlain(measurement: Measurement, name: keyof Measurement, value: unknown): void {
  Reflect.defineProperty(measurement, name, { value, enumerable: true, configurable: true, writable: true });
}

/** UTF-16 units left free at the ends of parts because a surrogate pair is not parted. */
function ucs2Padding(text: string): number {
  let padding = 0;
  for (let start = 0; start < text.length; ) {
    const end = endOfUcs2Part(text, start);
    if (end < text.length) padding += start + UCS2.part - end;
    start = end;
  }
  return padding;
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
  return isPair(text, end - 1) ? end - 1 : end;
}

/** A lone half of a surrogate pair is none. */
function countPairs(text: string, from: number): number {
  let pairs = 0;
  if (from < 0) return 0;
  for (let index = from; index < text.length; index++) {
    if (isPair(text, index)) {
      pairs++;
      index++;
    }
  }
  return pairs;
}

const HIGH_SURROGATE = /[\ud800-\udbff]/;

function isPair(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
}
