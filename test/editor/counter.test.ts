/** The counter of the dialogs counts with the code of the runtime: the script that the editor gets says what src/ says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import type { AlphabetChoice, Provider } from '../../dist/src/index.js';
import { providers } from '../../dist/src/providers/index.js';
import { composeFor, measureFor } from '../../dist/src/providers/transcript.js';
import { compose, measure, type SmsError } from '../../dist/src/sms/index.js';
import { random, randomText } from '../sms/random.ts';
import { ROOT } from '../support/packed.ts';

interface Count {
  figures: Record<string, unknown>;
  refusal: string;
  atLeast: boolean;
  outside: { character: string; index: number; replacement: string | null; kind: string }[];
  blanks: { index: number; length: number }[];
  folded?: number;
  without?: number;
  filledIn: string[];
}

interface SmsEditor {
  count(text: string, settings?: Record<string, unknown>): Count;
  foldText(text: string, outside: Count['outside'], caret: number): { text: string; caret: number };
  require(path: string): { transcribe?: Provider['transcribe'] } | undefined;
}

const CHOICES: readonly AlphabetChoice[] = ['auto', 'gsm', 'unicode'];
const FIGURES = ['alphabet', 'characters', 'units', 'unitsPerPart', 'parts', 'remaining'];
const SMALL = 40 * 1024;

describe('the counter of the dialogs', () => {
  let scripts: string[];
  let editor: SmsEditor;

  before(() => {
    const html = readFileSync(join(ROOT, 'dist/nodes/sms-provider/sms-provider.html'), 'utf8');
    const all = Array.from(
      html.matchAll(/<script type="text\/javascript">\n([\s\S]*?)<\/script>/g),
      ([, code]) => code ?? '',
    );
    scripts = all.filter((code) => /smsEditor\.(require|count) = /.test(code));
    // What a browser has beside the language itself.
    const page: { window?: unknown; TextEncoder: typeof TextEncoder; smsEditor?: SmsEditor } = { TextEncoder };
    page.window = page;
    createContext(page);
    for (const code of scripts) runInContext(code, page);
    assert.ok(page.smsEditor);
    editor = page.smsEditor;
  });

  /** A value of the page's realm as one of ours. */
  const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value));
  const count = (text: string, settings?: Record<string, unknown>) => plain(editor.count(text, settings));
  const figuresOf = (measured: object) =>
    Object.fromEntries(Object.entries(measured).filter(([name]) => FIGURES.includes(name)));
  /** What a function answers, or the sentence with which it refuses. */
  const tried = <T>(work: () => T): { answer?: T; refusal: string } => {
    try {
      return { answer: work(), refusal: '' };
    } catch (error) {
      return { refusal: (error as SmsError).message };
    }
  };

  it('is given once, is small, and brings no phone numbers', () => {
    assert.equal(scripts.length, 2);
    assert.ok((scripts[0]?.length ?? 0) < SMALL, `${scripts[0]?.length} characters`);
    assert.equal(editor.require('sms/phone'), undefined);
  });

  it('has the figures and the refusals of the runtime for 200 texts in each alphabet', () => {
    const next = random(5);
    const texts = Array.from({ length: 200 }, (_, index) => randomText(next, index % 4 === 0 ? 500 : 60)).filter(
      Boolean,
    );
    for (const text of texts) {
      for (const alphabet of CHOICES) {
        const maxParts = 2;
        const expected = tried(() => compose(text, { alphabet, maxParts }));
        const { figures, refusal } = count(text, { alphabet, maxParts });
        assert.equal(refusal, expected.refusal, JSON.stringify(text));
        const measured = tried(() => compose(text, { alphabet })).answer ?? measure(text, alphabet);
        assert.deepEqual(figuresOf(figures), figuresOf(measured), JSON.stringify(text));
      }
    }
  });

  it('counts for each provider as the account does', () => {
    const next = random(6);
    const texts = Array.from({ length: 50 }, () => randomText(next, 200)).filter(Boolean);
    for (const provider of providers) {
      for (const text of texts) {
        for (const alphabet of CHOICES) {
          const { figures, refusal } = count(text, {
            alphabet,
            provider: { id: provider.id, label: provider.label },
          });
          const { answer } = tried(() => measureFor(provider, text, alphabet));
          assert.equal(refusal, tried(() => composeFor(provider, text, { alphabet })).refusal);
          if (answer) assert.deepEqual(figuresOf(figures), figuresOf(answer), JSON.stringify(text));
        }
      }
    }
  });

  it('has what each provider makes of a text, where it changes texts', () => {
    const text = 'L’été “là”… 🎉 œuvre, ñandú';
    for (const { id, transcribe } of providers) {
      const own = editor.require(`providers/${id}/characters`)?.transcribe;
      assert.deepEqual(plain(own?.(text) ?? null), plain(transcribe?.(text) ?? null), id);
    }
  });

  it('tells what needs Unicode, what it costs, and what stands for it', () => {
    const text = `L’été 🎉 ${'x'.repeat(150)}`;
    const { figures, folded, without, outside } = count(text);
    assert.deepEqual([figures.parts, folded, without], [3, 3, 1]);
    assert.deepEqual(
      outside.map(({ character, index, replacement, kind }) => [character, index, replacement, kind]),
      [
        ['’', 1, "'", 'foldable'],
        ['🎉', 6, null, 'stuck'],
      ],
    );
    assert.deepEqual(
      count(text, { alphabet: 'gsm' }).outside.map(({ kind }) => kind),
      ['replaced', 'stuck'],
    );
    assert.deepEqual(count(text, { alphabet: 'unicode' }).outside, []);
  });

  it('marks no script as a mistake', () => {
    assert.equal(count('Насос номер').outside.length, 10);
    const { outside, figures } = count('Насос номер три остановился');
    assert.deepEqual([outside.length, figures.alphabet], [0, 'UCS-2']);
  });

  it('replaces characters, and the caret stays where it was in the text', () => {
    const text = 'a… b’c … d';
    const { outside } = count(text);
    assert.deepEqual(plain(editor.foldText(text, outside, 5)), { text: "a... b'c ... d", caret: 7 });
    assert.deepEqual(plain(editor.foldText(text, outside.slice(1, 2), 0)), { text: "a… b'c … d", caret: 0 });
  });

  it('counts a text with fields without them, and says where they are', () => {
    const text = 'Hi {{naïve’}}, ’tis {{{b}}}';
    const { figures, atLeast, blanks, outside } = count(text, { filled: true });
    assert.deepEqual([figures.characters, atLeast], ['Hi , ’tis '.length, true]);
    assert.deepEqual(blanks, [
      { index: 3, length: 10 },
      { index: 20, length: 7 },
    ]);
    assert.deepEqual(
      outside.map(({ index }) => index),
      [15],
    );
    assert.equal(count(text).atLeast, false);
    assert.equal(count('{{all}} ', { filled: true }).refusal, '');
  });

  it('says where a character is that is refused behind a field, and which field a recipient has not', () => {
    const { refusal } = count('Hi {{name}} 🎉', { filled: true, alphabet: 'gsm' });
    assert.match(refusal, /🎉 \(U\+1F389 at 12\)/);
    assert.match(
      count('{{nmae}}', { filled: true, fields: { name: 'Jan' } }).refusal,
      /\{\{nmae\}\}: it has only: name/,
    );
  });

  it('refuses nothing before something is written', () => {
    const { refusal, figures } = count('', { alphabet: 'gsm', maxParts: 1 });
    assert.deepEqual([refusal, figures.parts], ['', 0]);
    assert.match(count('  ').refusal, /has no text/);
  });
});
