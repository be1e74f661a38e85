/** The GSM alphabet against the tables of 3GPP TS 23.038, typed here a second time as Unicode code points. */
import assert from 'node:assert/strict';
import { DEFAULT_ALPHABET, EXTENSION_TABLE, isGsm, SEPTETS } from '../../dist/src/sms/index.js';

/** §6.2.1, a row per column of the standard's table; 1B is the escape. */
const BASIC = `
  40 A3 24 A5 E8 E9 F9 EC F2 C7 0A D8 F8 0D C5 E5
  394 5F 3A6 393 39B 3A9 3A0 3A8 3A3 398 39E ESC C6 E6 DF C9
  20 21 22 23 A4 25 26 27 28 29 2A 2B 2C 2D 2E 2F
  30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 3F
  A1 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F
  50 51 52 53 54 55 56 57 58 59 5A C4 D6 D1 DC A7
  BF 61 62 63 64 65 66 67 68 69 6A 6B 6C 6D 6E 6F
  70 71 72 73 74 75 76 77 78 79 7A E4 F6 F1 FC E0`
  .trim()
  .split(/\s+/);

/** §6.2.1.1: the code after the escape, the code point. */
const EXTENSION: Record<number, number> = {
  10: 0x0c,
  20: 0x5e,
  40: 0x7b,
  41: 0x7d,
  47: 0x5c,
  60: 0x5b,
  61: 0x7e,
  62: 0x5d,
  64: 0x7c,
  101: 0x20ac,
};

describe('the GSM alphabet', () => {
  it('has the 127 characters of the default alphabet at their codes, and none at the escape', () => {
    assert.equal(BASIC.length, 128);
    assert.equal(DEFAULT_ALPHABET.length, 128);
    for (const [code, point] of BASIC.entries()) {
      if (point === 'ESC') continue;
      assert.equal(DEFAULT_ALPHABET.charCodeAt(code), Number.parseInt(point, 16), `code 0x${code.toString(16)}`);
    }
  });

  it('has the ten characters of the extension table at their codes', () => {
    assert.deepEqual(
      Object.fromEntries(EXTENSION_TABLE.map(([code, character]) => [code, character.charCodeAt(0)])),
      EXTENSION,
    );
  });

  it('costs one septet, two, or cannot be said, over all 65,536 code units', () => {
    const basic = new Set(BASIC.filter((point) => point !== 'ESC').map((point) => Number.parseInt(point, 16)));
    const extension = new Set(Object.values(EXTENSION));
    for (let unit = 0; unit <= 0xffff; unit++) {
      const expected = basic.has(unit) ? 1 : extension.has(unit) ? 2 : 0;
      assert.equal(SEPTETS[unit], expected, `U+${unit.toString(16)}`);
    }
  });

  it('leaves the escape itself and the other control characters out', () => {
    for (const control of ['\u001b', '\0', '\t', '\v', '\u007f']) assert.equal(isGsm(`a${control}`), false);
    assert.equal(isGsm('line\r\nfeed\f'), true);
  });
});
