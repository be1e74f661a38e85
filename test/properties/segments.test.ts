/** What holds of every text: the parts are the text, and a reader of each part alone gets what belongs together. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  DEFAULT_ALPHABET,
  EXTENSION_TABLE,
  fold,
  isGsm,
  measure,
  outsideGsm,
  split,
} from '../../dist/src/sms/index.js';
import { anyText, textAtBorder } from './texts.ts';

const text = fc.oneof(anyText, textAtBorder);
const choice = fc.constantFrom('auto' as const, 'gsm' as const, 'unicode' as const);
const RUNS = { numRuns: 3000 };

describe('of every text', () => {
  it('the parts join to what is sent', () => {
    fc.assert(
      fc.property(text, choice, (given, how) => {
        assert.equal(split(given, how).join(''), how === 'gsm' ? fold(given).text : given);
      }),
      RUNS,
    );
  });

  it('the octets of an encoder that knows only the tables fit into as many parts as are counted, and no fewer', () => {
    fc.assert(
      fc.property(text, choice, (given, how) => {
        const { alphabet, parts, units, remaining, unitsPerPart } = measure(given, how);
        const encoded = split(given, how).map((part) => encode(part, alphabet));
        assert.equal(encoded.length, parts);
        assert.equal(
          encoded.reduce((sum, part) => sum + part.length, 0),
          units,
        );
        assert.equal((encoded.at(-1)?.length ?? 0) + remaining, unitsPerPart);
        const room = { 'GSM-7': [160, 153], 'UCS-2': [70, 67] }[alphabet][parts > 1 ? 1 : 0];
        assert.equal(unitsPerPart, room);
        for (const part of encoded) assert.ok(part.length <= unitsPerPart);
        // The next character of the next part did not fit any more.
        for (const [i, part] of encoded.slice(0, -1).entries()) {
          assert.ok(part.length + firstOf(encoded[i + 1] ?? [], alphabet) > unitsPerPart);
        }
      }),
      RUNS,
    );
  });

  it('no part ends within a surrogate pair, or between an escape and its character', () => {
    fc.assert(
      fc.property(text, choice, (given, how) => {
        const { alphabet } = measure(given, how);
        const whole = encode(split(given, how).join(''), alphabet);
        let at = 0;
        for (const part of split(given, how).slice(0, -1)) {
          at += encode(part, alphabet).length;
          const [last = 0, next = 0] = [whole[at - 1], whole[at]];
          if (alphabet === 'GSM-7') assert.notEqual(last, 0x1b);
          else assert.ok(!(isHigh(last) && isLow(next)));
        }
      }),
      RUNS,
    );
  });

  it('the alphabet is GSM when every character is in it, and not else', () => {
    fc.assert(
      fc.property(text, (given) => {
        const outside = Array.from(given).some((character) => septetsOf(character) === undefined);
        assert.equal(isGsm(given), !outside);
        assert.equal(measure(given).alphabet, outside ? 'UCS-2' : 'GSM-7');
        assert.equal(measure(given).characters, Array.from(given).length);
      }),
      RUNS,
    );
  });
});

describe('folding any text', () => {
  it('once more changes nothing', () => {
    fc.assert(
      fc.property(text, (given) => {
        const once = fold(given).text;
        assert.equal(fold(once).text, once);
      }),
      RUNS,
    );
  });

  // `…` becomes three septets, `™` four: a text of nothing else is cheaper as it is.
  it('costs no more parts, where all of it can be said and nothing becomes more than two septets a unit', () => {
    fc.assert(
      fc.property(text, (given) => {
        const places = outsideGsm(given);
        fc.pre(places.every(({ character, replacement }) => isCheap(character, replacement)));
        assert.ok(measure(given, 'gsm').parts <= measure(given).parts);
      }),
      RUNS,
    );
  });

  it('leaves just what it names, and a text of the alphabet as it is', () => {
    fc.assert(
      fc.property(text, (given) => {
        const { text: folded, unfoldable } = fold(given);
        assert.equal(isGsm(folded), unfoldable.length === 0);
        if (isGsm(given)) assert.equal(folded, given);
        for (const { character, index } of unfoldable) assert.ok(given.startsWith(character, index));
      }),
      RUNS,
    );
  });

  it('is putting each replacement in its place', () => {
    fc.assert(
      fc.property(text, (given) => {
        const places = outsideGsm(given);
        let put = '';
        let done = 0;
        for (const { character, index, replacement } of places) {
          assert.ok(index >= done, 'in the order of the text, and apart');
          put += given.slice(done, index) + (replacement ?? character);
          done = index + character.length;
        }
        assert.equal(put + given.slice(done), fold(given).text);
      }),
      RUNS,
    );
  });
});

/** Septets or UTF-16 units, straight from the tables of 3GPP TS 23.038. */
function encode(part: string, alphabet: string): number[] {
  if (alphabet === 'UCS-2') return Array.from({ length: part.length }, (_, i) => part.charCodeAt(i));
  return Array.from(part).flatMap((character) => septetsOf(character) ?? assert.fail(`${character} is not GSM`));
}

function septetsOf(character: string): number[] | undefined {
  const extension = EXTENSION_TABLE.find(([, one]) => one === character);
  if (extension) return [0x1b, extension[0]];
  const code = DEFAULT_ALPHABET.indexOf(character);
  // At the escape the table has no character; what fills the gap, U+0000, is in no alphabet.
  return code < 0 || code === 0x1b ? undefined : [code];
}

function isCheap(character: string, replacement: string | null): boolean {
  return replacement !== null && encode(replacement, 'GSM-7').length <= 2 * character.length;
}

/** How many units must stay together at the beginning of a part. */
function firstOf([first = 0, second = 0]: number[], alphabet: string): number {
  const together = alphabet === 'GSM-7' ? first === 0x1b : isHigh(first) && isLow(second);
  return together ? 2 : 1;
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
