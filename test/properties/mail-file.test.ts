/** What holds of every file of lines: the vendor's reader gets what was given, or nothing is written. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type FileBlock, mailingFiles } from '../../dist/src/providers/digitaleo/mailing-file.js';
import { readSendFile } from '../../dist/src/sandbox/digitaleo/send-file.js';
import { SmsError } from '../../dist/src/sms/index.js';

const RUNS = { numRuns: 4000 };

const MARKS = ['U-', 'D-', 'T-', 'T>', '#-', '#1#', '#2#', '(%1)', '(%2)', '#', '(%', ')', ';', '\r\n', '\n', '\r'];
const ENDS = ['\v', '\f', '\u0085', '\u2028', '\u2029', '\0', '\x1a', '\x1b', '\t', '\ufeff'];
const WORDS = ['U-EVIL', '#-32470000000', 'D-2017-01-01', 'Hello', ' ', '5', 'é', '€', '.'];
const written = (...palettes: string[][]) =>
  fc.array(fc.constantFrom(...palettes.flat()), { maxLength: 12 }).map((pieces) => pieces.join(''));

const PLAIN = ['U-', 'D-', 'T-', 'T>', '#-', '# ', '(% ', '\r\n', '\n', '\r'];
const text = fc.oneof(
  { weight: 4, arbitrary: written(PLAIN, WORDS).map((some) => `${some}.`) },
  { weight: 4, arbitrary: written(['#1#', '(%1)', '#1', '#2#', '2#'], PLAIN, WORDS).map((some) => `${some}.`) },
  { weight: 1, arbitrary: written(MARKS, WORDS, ENDS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);
const field = fc.oneof(
  { weight: 8, arbitrary: written(['#', '(%', '1', '2', ')'], WORDS) },
  { weight: 1, arbitrary: written(MARKS, WORDS, ENDS) },
  { weight: 1, arbitrary: fc.string() },
);
const digits = fc.stringMatching(/^[1-9]\d{5,14}$/);
const number = fc.oneof(
  { weight: 30, arbitrary: digits.map((some) => `+${some}`) },
  { weight: 1, arbitrary: fc.tuple(digits, fc.constantFrom(...MARKS, ...ENDS), field).map((parts) => parts.join('')) },
);
const fields = fc.option(fc.array(field, { minLength: 2, maxLength: 3 }), { nil: null, freq: 8 });
const recipient = fc.record({ number, fields });
const block: fc.Arbitrary<FileBlock> = fc.record({
  text,
  recipients: fc.array(recipient, { minLength: 1, maxLength: 3 }),
});
const blocks = fc.array(block, { minLength: 1, maxLength: 3 });
const date = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(null, '2030-08-04', new Date('2030-08-04T12:00:00.123Z')) },
  { weight: 1, arbitrary: fc.oneof(fc.constantFrom('2030-08-04\r\nU-EVIL', 'D-', ''), fc.date()) },
);
const account = fc.oneof({ weight: 20, arbitrary: fc.constant('DEMO') }, { weight: 1, arbitrary: field });

describe('of every file of lines', () => {
  it('it is read back as it was given, or refused', () => {
    let read = 0;
    fc.assert(
      fc.property(account, date, blocks, (accountCode, when, given) => {
        const file = fileOf({ accountCode, date: when, blocks: given });
        if (file === null) return;
        read += 1;
        const found = readSendFile(file);
        assert.equal(found.accountCode, accountCode.trim());
        assert.equal(found.due !== undefined, when !== null);
        assert.deepEqual(found.sms, given.flatMap(messagesOf));
      }),
      // A date that is none was once an error without a code.
      {
        ...RUNS,
        examples: [['DEMO', new Date(Number.NaN), [{ text: '.', recipients: [{ number: '+100000', fields: null }] }]]],
      },
    );
    assert.ok(read > RUNS.numRuns / 8, `${read} of ${RUNS.numRuns} files could be written`);
  });

  it('a reader that fills one place after the other reads the same', () => {
    fc.assert(
      fc.property(block, (given) => {
        const file = fileOf({ accountCode: 'DEMO', date: null, blocks: [given] });
        if (file === null) return;
        const text = linesOf(given.text).join('\n');
        const filled = given.recipients.map(({ fields }) => {
          const inTurn = (left: string, value: string, i: number) =>
            left.replaceAll(`#${i + 1}#`, () => value).replaceAll(`(%${i + 1})`, () => value);
          return (fields ?? []).reduce(inTurn, text);
        });
        assert.deepEqual(
          filled,
          messagesOf(given).map((message) => message.text),
        );
      }),
      RUNS,
    );
  });

  it('it has one line for the account, one for each line of a text and one for each recipient', () => {
    fc.assert(
      fc.property(blocks, (given) => {
        const file = fileOf({ accountCode: 'DEMO', date: null, blocks: given });
        if (file === null) return;
        // Whatever a reader takes for the end of a line.
        const lines = file.split(/\r\n|[\p{Cc}\p{Zl}\p{Zp}]/u).slice(0, -1);
        const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length;
        const texts = given.flatMap((one) => linesOf(one.text));
        const people = given.flatMap(({ recipients }) => recipients);
        assert.deepEqual(
          [count('U-'), count('T-'), count('#-'), lines.length],
          [1, texts.length, people.length, 1 + texts.length + people.length],
        );
      }),
      RUNS,
    );
  });
});

function fileOf(given: Parameters<typeof mailingFiles>[0]): string | null {
  try {
    return mailingFiles(given)[0] ?? null;
  } catch (error) {
    assert.ok(error instanceof SmsError, String(error));
    return null;
  }
}

/** What each recipient is to read, put together another way than the emulator does. */
function messagesOf({ text: whole, recipients }: FileBlock): { to: string; text: string }[] {
  return recipients.map(({ number: to, fields }) => ({
    to: `+${to.trim().replace(/^\+/, '')}`,
    text: linesOf(whole)
      .join('\n')
      .split(/(#\d+#|\(%\d+\))/)
      .map((piece, i) => (i % 2 === 0 ? piece : (fields?.[Number(/\d+/.exec(piece)) - 1] ?? '')))
      .join(''),
  }));
}

function linesOf(whole: string): string[] {
  return whole.split(/\r\n|\r|\n/);
}
