/** What holds of every phone number: written in any usual way it is the same number, and reading it again changes nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import phones from 'google-libphonenumber';
import { SmsError, toE164 } from '../../dist/src/sms/index.js';

const RUNS = { numRuns: 4000 };

const numbers = phones.PhoneNumberUtil.getInstance();
const region = fc.constantFrom(...numbers.getSupportedRegions());
/** A number of any country, as long as numbers are there. */
const number = fc
  .tuple(region, fc.stringMatching(/^[1-9]\d{5,11}$/))
  .map(([country, national]) => `+${numbers.getCountryCodeForRegion(country)}${national}`)
  .filter((text) => readOf(text) !== null);
const separators = fc.array(fc.constantFrom('', '', ' ', '.', '-', '/', '\u00a0', '\u200e', '\u2011'), {
  minLength: 20,
  maxLength: 20,
});

describe('of every phone number', () => {
  it('what was read is read again as the same, with any region', () => {
    fc.assert(
      fc.property(number, fc.option(region, { nil: undefined }), (given, country) => {
        const once = toE164(given, country);
        assert.match(once, /^\+[1-9]\d{1,14}$/);
        assert.equal(toE164(once, country), once);
        assert.equal(toE164(once), once);
      }),
      RUNS,
    );
  });

  it('it is the same number with separators, with 00 for the plus, and as a tel: address', () => {
    fc.assert(
      fc.property(number, separators, (given, between) => {
        const digits = toE164(given).slice(1);
        const spaced = Array.from(digits, (digit, i) => digit + (i < digits.length - 1 ? between[i] : '')).join('');
        for (const written of [`+${spaced}`, `tel:+${spaced}`, ` +${spaced}\t`, `00${spaced}`]) {
          assert.equal(toE164(written), `+${digits}`, written);
        }
      }),
      RUNS,
    );
  });
});

describe('any text at all', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: fc.constantFrom(...'+0123456789 ()-./;,x\n\u200e'), maxLength: 40 }),
    // Trunk prefixes, once more and in front of each other.
    fc
      .tuple(region, fc.stringMatching(/^(0|8|80|1|9|15|20){0,3}\d{5,14}$/))
      .map(([country, rest]) => `+${numbers.getCountryCodeForRegion(country)}${rest}`),
  );

  it('is a number in E.164 or is refused in a sentence, and never anything else', () => {
    fc.assert(
      fc.property(anything, fc.option(region, { nil: undefined }), (given, country) => {
        try {
          const read = toE164(given, country);
          assert.match(read, /^\+[1-9]\d{1,14}$/);
          assert.equal(toE164(read), read);
        } catch (error) {
          assert.ok(error instanceof SmsError, String(error));
          assert.equal(error.code, 'SMS_INVALID_NUMBER');
          assert.doesNotMatch(error.message, /[\r\n]/);
        }
      }),
      RUNS,
    );
  });
});

function readOf(text: string): string | null {
  try {
    return toE164(text);
  } catch {
    return null;
  }
}
