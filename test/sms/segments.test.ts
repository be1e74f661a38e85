import assert from 'node:assert/strict';
import { fold, isGsm, measure, split } from '../../dist/src/sms/index.js';
import { type Case, GSM_CASES, UNICODE_CASES } from './cases.ts';
import { random, randomText } from './random.ts';

describe('measuring a text', () => {
  for (const [alphabet, cases] of [['GSM-7', GSM_CASES] as const, ['UCS-2', UNICODE_CASES] as const]) {
    for (const one of cases) it(`counts in ${alphabet}: ${one[0]}`, () => check(alphabet, one));
  }

  it('finds the one character that is not ASCII, wherever it stands in a text of whatever length', () => {
    const lengths = [1, 39, 40, 41, 42, 160, 161, 4094, 4095, 4096, 4097, 4098, 9000];
    for (const length of lengths) {
      for (const at of new Set([0, 1, 38, 39, 40, 41, length - 2, length - 1])) {
        if (at < 0 || at >= length) continue;
        for (const [character, alphabet] of [
          ['a', 'GSM-7'],
          ['é', 'GSM-7'],
          ['€', 'GSM-7'],
          ['[', 'GSM-7'],
          ['`', 'UCS-2'],
          ['\u0000', 'UCS-2'],
          ['ё', 'UCS-2'],
          ['\ud800', 'UCS-2'],
          ['😀', 'UCS-2'],
        ] as const) {
          const text = 'x'.repeat(at) + character + 'x'.repeat(length - at - 1);
          const measured = measure(text);
          const units = alphabet === 'UCS-2' ? text.length : text.length + ('€['.includes(character) ? 1 : 0);
          const what = `${JSON.stringify(character)} at ${at} of ${length}`;
          assert.deepEqual([measured.alphabet, measured.units], [alphabet, units], what);
        }
      }
    }
  });

  it('counts the characters as code points', () => {
    assert.equal(measure('naïve').characters, 5);
    assert.equal(measure('a😀b').characters, 3);
    assert.equal(measure('👨‍👩‍👧').characters, 5);
    assert.equal(measure(`${'x'.repeat(80)}😀`).characters, 81);
    assert.equal(measure('\ud83d').characters, 1);
    assert.equal(measure('€[]').characters, 3);
  });

  it('tells the units per part: 160 or 153, 70 or 67', () => {
    assert.equal(measure('').unitsPerPart, 160);
    assert.equal(measure('x'.repeat(160)).unitsPerPart, 160);
    assert.equal(measure('x'.repeat(161)).unitsPerPart, 153);
    assert.equal(measure('ж'.repeat(70)).unitsPerPart, 70);
    assert.equal(measure('ж'.repeat(71)).unitsPerPart, 67);
  });

  it('gives everything of the shape, and nothing else', () => {
    assert.deepEqual(measure('ok'), {
      alphabet: 'GSM-7',
      characters: 2,
      units: 2,
      unitsPerPart: 160,
      parts: 1,
      remaining: 158,
      text: 'ok',
      unicode: [],
    });
    assert.deepEqual(measure('l’an'), {
      alphabet: 'UCS-2',
      characters: 4,
      units: 4,
      unitsPerPart: 70,
      parts: 1,
      remaining: 66,
      text: 'l’an',
      unicode: [{ character: '’', codePoint: 'U+2019', index: 1, replacement: "'" }],
    });
  });

  it('forces UCS-2 with unicode, even where nothing needs it', () => {
    const { alphabet, units, remaining, unicode } = measure('ok', 'unicode');
    assert.deepEqual([alphabet, units, remaining, unicode], ['UCS-2', 2, 68, []]);
    assert.equal(measure('', 'unicode').parts, 0);
    assert.equal(measure('', 'unicode').remaining, 70);
    assert.equal(measure(`${'x'.repeat(66)}😀xxx`, 'unicode').parts, 2);
  });

  it('measures the folded text with gsm, and lists what was replaced', () => {
    const measured = measure('L’été ça va', 'gsm');
    assert.equal(measured.text, "L'été ca va");
    assert.equal(measured.alphabet, 'GSM-7');
    assert.deepEqual(
      measured.unicode.map(({ character, index, replacement }) => [character, index, replacement]),
      [
        ['’', 1, "'"],
        ['ç', 6, 'c'],
      ],
    );
  });

  it('measures as UCS-2 with gsm what cannot be folded', () => {
    const measured = measure('ça va 😀', 'gsm');
    assert.equal(measured.alphabet, 'UCS-2');
    assert.equal(measured.text, 'ca va 😀');
    assert.deepEqual(
      measured.unicode.map(({ replacement }) => replacement),
      ['c', null],
    );
  });

  it('brings a French alert of 138 characters from three parts to one', () => {
    const alert =
      'Alerte : la pompe n° 3 de la forêt s’est arrêtée à 10 h 32, la température du bassin dépasse 30 °C. Veuillez contacter François dès que ça ira.'.slice(
        0,
        138,
      );
    assert.equal(measure(alert).parts, 3);
    assert.equal(measure(alert, 'gsm').parts, 1);
  });

  it('gives a list that survives cloning, JSON, freezing and being replaced', () => {
    const expected = [{ character: '😀', codePoint: 'U+1F600', index: 0, replacement: null }];
    assert.deepEqual(structuredClone(measure('😀')).unicode, expected);
    assert.deepEqual(JSON.parse(JSON.stringify(measure('😀'))).unicode, expected);
    assert.deepEqual({ ...measure('😀') }.unicode, expected);
    assert.deepEqual(Object.freeze(measure('😀')).unicode, expected);
    const measured = measure('😀');
    assert.equal(measured.unicode, measured.unicode);
    measured.unicode = [];
    assert.deepEqual(measured.unicode, []);
  });

  it('measures a text put together from pieces, and one cut out of another', () => {
    let glued = '';
    for (let piece = 0; piece < 200; piece++) glued += `n${piece % 10}`;
    assert.equal(measure(glued).units, 400);
    assert.equal(measure(`${glued}😀`.slice(390)).units, 12);
  });
});

describe('splitting a text', () => {
  it('gives no part for an empty text, and the text itself when it fits', () => {
    assert.deepEqual(split(''), []);
    assert.deepEqual(split('ok'), ['ok']);
    assert.deepEqual(split('ça', 'gsm'), ['ca']);
  });

  it('keeps escape and character together', () => {
    const parts = split(`${'x'.repeat(152)}€${'y'.repeat(10)}`);
    assert.deepEqual(parts, ['x'.repeat(152), `€${'y'.repeat(10)}`]);
  });

  it('keeps surrogate pairs together', () => {
    const parts = split(`${'x'.repeat(66)}😀yyyy`);
    assert.deepEqual(parts, ['x'.repeat(66), '😀yyyy']);
  });

  it('splits as UCS-2 with unicode', () => {
    assert.deepEqual(
      split('x'.repeat(71), 'unicode').map((part) => part.length),
      [67, 4],
    );
  });

  it('agrees with the measurement, keeps every limit and loses nothing, over 6,000 random texts', () => {
    const next = random(23038);
    for (let round = 0; round < 6000; round++) {
      const text = randomText(next, 500);
      for (const choice of ['auto', 'gsm', 'unicode'] as const) checkSplit(text, choice);
    }
  });
});

function check(alphabet: string, [, text, units, parts, remaining]: Case): void {
  const measured = measure(text);
  assert.deepEqual(
    [measured.alphabet, measured.units, measured.parts, measured.remaining],
    [alphabet === 'GSM-7' || text === '' ? 'GSM-7' : 'UCS-2', units, parts, remaining],
  );
  assert.equal(isGsm(text), alphabet === 'GSM-7');
  checkSplit(text, 'auto');
}

function checkSplit(text: string, choice: 'auto' | 'gsm' | 'unicode'): void {
  const measured = measure(text, choice);
  const parts = split(text, choice);
  const sent = choice === 'gsm' ? fold(text).text : text;
  const shown = JSON.stringify(text);
  assert.equal(measured.text, sent, shown);
  assert.equal(parts.join(''), sent, shown);
  assert.equal(parts.length, measured.parts, shown);
  const units = parts.map((part) => unitsOf(part, measured.alphabet));
  assert.equal(
    units.reduce((sum, some) => sum + some, 0),
    measured.units,
    shown,
  );
  assert.equal(measured.unitsPerPart - (units.at(-1) ?? 0), measured.remaining, shown);
  for (const [index, some] of units.entries()) {
    assert.ok(some > 0 && some <= measured.unitsPerPart, shown);
    // A part is left short only by what would not fit whole.
    if (index < units.length - 1) assert.ok(some >= measured.unitsPerPart - 1, shown);
  }
  for (const [index, part] of parts.slice(1).entries()) {
    assert.ok(!(/[\ud800-\udbff]$/.test(parts[index] ?? '') && /^[\udc00-\udfff]/.test(part)), shown);
  }
}

/** Counted another way than the project does. */
function unitsOf(part: string, alphabet: string): number {
  return alphabet === 'UCS-2' ? part.length : part.length + (part.match(/[\f^{}\\[~\]|€]/g)?.length ?? 0);
}
