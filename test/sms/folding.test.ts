import assert from 'node:assert/strict';
import { DEFAULT_ALPHABET, EXTENSION_TABLE, fold, isGsm, outsideGsm, replacement } from '../../dist/src/sms/index.js';
import { random, randomText } from './random.ts';

/** What is written, what goes out. */
const FOLDED: Record<string, readonly (readonly [text: string, folded: string])[]> = {
  'French, keeping é è à ù É': [
    ['Ça va, François ? Là-bas l’été à Noël', "Ça va, Francois ? Là-bas l'été à Noel"],
    ['forêt île hôtel sûr âme naïf Citroën Raÿ', 'foret ile hotel sur ame naif Citroen Ray'],
    ['œuf Œuvre cœur æther', 'oeuf OEuvre coeur æther'],
    ['À ÂGE ÊTRE ÎLE ÔTER ÙLTIME Ëlan', 'A AGE ETRE ILE OTER ULTIME Elan'],
    ['«\u00a0oui\u00a0» dit-il\u202f!', '" oui " dit-il !'],
    ['n°\u00a05 — 10\u202f%', 'no 5 - 10 %'],
  ],
  'Dutch, keeping é ü ö': [
    ['ĳsland Ĳmuiden', 'ijsland IJmuiden'],
    ['reünie coördinatie België één vóór', 'reünie coördinatie Belgie één voor'],
    ['’s morgens, foto’s', "'s morgens, foto's"],
  ],
  'other Latin alphabets': [
    ['zażółć gęślą jaźń ŁÓDŹ', 'zazolc gesla jazn LODZ'],
    ['Příliš žluťoučký kůň', 'Prilis zlutoucky kun'],
    ['İstanbul ığdır şğ', 'Istanbul igdir sg'],
    ['São João não', 'Sao Joao nao'],
    ['ăâîșț ŞŢ', 'aaist ST'],
    ['đak Đorđe', 'dak Dorde'],
    ['þorn Þór ðað', 'thorn Thor dad'],
    ['GROẞ groß', 'GROSS groß'],
    ['Việt Nam đồng', 'Viet Nam dong'],
    ['ǟ keeps its dots, ǻ its ring, ǿ its stroke', 'ä keeps its dots, å its ring, ø its stroke'],
    ['á í ó ú', 'a i o u'],
  ],
  Greek: [
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
    ['Καλημέρα κόσμος', 'KAΛHMEPA KOΣMOΣ'],
    ['ΰ Ὀδυσσεύς', 'Y OΔYΣΣEYΣ'],
  ],
  punctuation: [
    ['“a” „b“ ‘c’ ‚d‘ ‹e› ″', "\"a\" \"b\" 'c' 'd' 'e' \""],
    ['a‐b‑c‒d–e—f―g−1', 'a-b-c-d-e-f-g-1'],
    ['wait… now‥', 'wait... now..'],
    ['• one ● two ▪ three', '- one - two - three'],
    ['paral·lel', 'paral.lel'],
    ['`code´', "'code'"],
  ],
  'spaces and what is not seen': [
    ['a\u00a0b\u2009c\u202fd\u3000e\u2003f', 'a b c d e f'],
    ['a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg', 'abcdefg'],
    ['\u202aa\u202c\u200eb', 'ab'],
    ['a\tb\u2028c\u0085d\ve', 'a b\nc\nd\ne'],
    ['a\u001bb\0c\u0007', 'abc'],
    ['ok\ufe0f', 'ok'],
  ],
  'signs and numbers': [
    ['Enco™ © ®', 'Enco(TM) (C) (R)'],
    ['½ h, 1½ h, ¾', '1/2 h, 1 1/2 h, 3/4'],
    ['m² m³ 10² 10⁻³ x²', 'm2 m3 10^2 10^-3 x2'],
    ['CO₂ H₂O', 'CO2 H2O'],
    ['25 °C ±2 µm ×3', '25 oC +/-2 um x3'],
    ['a ≠ b ≤ c ≥ d ≈ e', 'a != b <= c >= d ~ e'],
    ['a → b ← c ⇒ d', 'a -> b <- c => d'],
    ['№ 5 ① Ⅳ', 'No 5 1 IV'],
    ['₹500 ₽ ¢ ₿', 'INR500 RUB c BTC'],
    ['Ω (ohm) Å (ångström)', 'Ω (ohm) Å (ångström)'],
  ],
  'forms of what is in the alphabet': [
    ['ＡＢＣ１２３！', 'ABC123!'],
    ['ﬁn eﬃcient', 'fin efficient'],
    ['𝐇𝐞𝐥𝐥𝐨', 'Hello'],
    ['e\u0301te\u0302 A\u030a', 'éte Å'],
    ['1\ufe0f\u20e3', '1'],
  ],
};

/** What nothing stands for: dropping it, or a half of it, would change what is said. */
const UNFOLDABLE = [
  '😀',
  '❤️',
  '👍🏽',
  '🇧🇪',
  '👨‍👩‍👧',
  'ж',
  '你',
  'ب',
  'あ',
  '한',
  'नि',
  '≮',
  'a\u0336',
  '\ud83d',
  '\ude00',
];

describe('folding into the GSM alphabet', () => {
  for (const [group, pairs] of Object.entries(FOLDED)) {
    it(`folds ${group}`, () => {
      for (const [text, folded] of pairs) assert.deepEqual(fold(text), { text: folded, unfoldable: [] });
    });
  }

  it('leaves every character of the alphabet alone, the euro too', () => {
    const all = DEFAULT_ALPHABET.replace('\0', '') + EXTENSION_TABLE.map(([, character]) => character).join('');
    assert.deepEqual(fold(all), { text: all, unfoldable: [] });
    assert.deepEqual(outsideGsm(all), []);
    for (const character of all) assert.equal(replacement(character), character);
  });

  it('keeps and names what nothing stands for, as a person sees it', () => {
    for (const character of UNFOLDABLE) {
      const { text, unfoldable } = fold(`ça ${character} ok`);
      assert.equal(text, `ca ${character} ok`);
      assert.deepEqual(
        unfoldable.map((one) => [one.character, one.index, one.replacement]),
        [[character, 3, null]],
      );
      assert.equal(replacement(character), null);
    }
  });

  it('writes code points as U+2019, those of a sequence one after the other', () => {
    assert.deepEqual(
      outsideGsm('’ 😀 e\u0302 \ud83d').map(({ codePoint }) => codePoint),
      ['U+2019', 'U+1F600', 'U+0065 U+0302', 'U+D83D'],
    );
  });

  it('lists every occurrence with its UTF-16 index', () => {
    assert.deepEqual(
      outsideGsm('😀a’b’').map(({ index }) => index),
      [0, 3, 5],
    );
  });

  it('does not take two texts for one sequence', () => {
    assert.deepEqual(
      outsideGsm('🇧🇪🇫🇷😀😀\u0301').map(({ character }) => character),
      ['🇧🇪', '🇫🇷', '😀', '😀\u0301'],
    );
    assert.deepEqual(
      outsideGsm('\u0301🇧🇪\u0301').map(({ character }) => character),
      ['\u0301', '🇧🇪', '\u0301'],
    );
  });

  it('folds to a text that folds to itself, whose every replacement is in the alphabet, over 3,000 random texts', () => {
    const next = random(1);
    for (let round = 0; round < 3000; round++) {
      const text = randomText(next, 60);
      const { text: folded, unfoldable } = fold(text);
      if (unfoldable.length === 0) assert.equal(isGsm(folded), true, JSON.stringify(text));
      assert.equal(fold(folded).text, folded, JSON.stringify(text));
      for (const one of outsideGsm(text)) {
        assert.equal(text.slice(one.index, one.index + one.character.length), one.character);
        assert.ok(one.replacement === null || isGsm(one.replacement));
      }
    }
  });

  it('has an answer for every code point, and it is in the alphabet', () => {
    for (let point = 0; point <= 0x10ffff; point++) {
      const found = replacement(String.fromCodePoint(point));
      if (found !== null && !isGsm(found)) assert.fail(`U+${point.toString(16)} → ${JSON.stringify(found)}`);
    }
  });

  it('lists 100,000 characters and a letter with 100,000 accents without delay', () => {
    assert.equal(fold('ж'.repeat(100_000)).unfoldable.length, 100_000);
    assert.equal(fold(`e${'\u0302'.repeat(100_000)}`).text, 'e');
  });
});
