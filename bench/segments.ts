/** Segment calculation: the package, a bare table-lookup loop (the limit), and the calculators of npm. */
import { createRequire } from 'node:module';
import { SEPTETS } from '../dist/src/sms/alphabet.js';
import { measure } from '../dist/src/sms/segments.js';
import { GSM_CASES, UNICODE_CASES } from '../test/sms/cases.ts';
import { type Findings, median, ratio, rounds } from './measure.ts';

const require = createRequire(import.meta.url);
type Counter = { count(text: string): { length: number; messages: number; remaining: number } };
const smsLength = require('sms-length') as Counter;
const { default: smsCounter } = require('sms-counter') as { default: Counter };
const splitSms = require('split-sms') as {
  split(text: string): { length: number; parts: unknown[]; remainingInPart: number };
};
const { SegmentedMessage } = require('sms-segments-calculator') as {
  SegmentedMessage: new (text: string) => { segments: unknown[]; messageSize: number };
};

/** A hot loop reads a module's own constant faster than an import. */
const TABLE = SEPTETS;

/** A text for each kind of SMS. */
const CORPUS = [
  'Your code is 493021. It is valid for ten minutes.',
  'Price: 100€ [sale] {today} ~10 %',
  'See you at 8 🎉 bring 🍕 and 🥤',
  'The pump in hall 3 has stopped; pressure 2.1 bar, temperature 71 degrees. '.repeat(20),
  'Внимание: насос остановлен, давление упало до 2,1 бар. '.repeat(12),
];
const ROUNDS = 15;
/** Milliseconds for which a subject runs in a round. */
const TURN = 150;

interface Subject {
  name: string;
  /** Answers an object of information about the text. */
  run(text: string): object;
  /** Parts of a text. */
  parts(text: string): number;
}

const SUBJECTS: readonly Subject[] = [
  { name: 'this package', run: (text) => measure(text), parts: (text) => measure(text).parts },
  { name: 'bare table-lookup loop', run: bare, parts: (text) => bare(text).parts },
  { name: 'the same, hasty', run: hasty, parts: (text) => hasty(text).parts },
  { name: 'sms-length', run: (text) => smsLength.count(text), parts: (text) => smsLength.count(text).messages },
  { name: 'sms-counter', run: (text) => smsCounter.count(text), parts: (text) => smsCounter.count(text).messages },
  { name: 'split-sms', run: (text) => splitSms.split(text), parts: (text) => splitSms.split(text).parts.length },
  {
    name: 'sms-segments-calculator',
    run: (text) => new SegmentedMessage(text),
    parts: (text) => new SegmentedMessage(text).segments.length,
  },
];

/** The least for the figures of a text: a look-up for each character, and an object. It parts pairs, so it is not right. */
function bare(text: string) {
  let units = 0;
  let characters = 0;
  let alphabet = 'GSM-7';
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const septets = TABLE[code] as number;
    if (septets === 0) alphabet = 'UCS-2';
    if ((code & 0xfc00) !== 0xdc00) characters += 1;
    units += septets;
  }
  if (alphabet === 'GSM-7') return figures(alphabet, characters, units, 160, 153);
  return figures(alphabet, characters, text.length, 70, 67);
}

/** The same, which leaves at the first character outside the GSM alphabet, and counts no characters. */
function hasty(text: string) {
  let units = 0;
  for (let index = 0; index < text.length; index += 1) {
    const septets = TABLE[text.charCodeAt(index)] as number;
    if (septets === 0) return figures('UCS-2', text.length, text.length, 70, 67);
    units += septets;
  }
  return figures('GSM-7', text.length, units, 160, 153);
}

function figures(alphabet: string, characters: number, units: number, alone: number, several: number) {
  const parts = units <= alone ? 1 : Math.ceil(units / several);
  const unitsPerPart = parts === 1 ? alone : several;
  return { alphabet, characters, units, unitsPerPart, parts, remaining: parts * unitsPerPart - units };
}

export async function measureGroup(): Promise<Findings> {
  for (const subject of SUBJECTS) speed(subject);
  const found = await rounds(ROUNDS, SUBJECTS, async (subject) => ({ rate: speed(subject) }));
  const cases = [...GSM_CASES, ...UNICODE_CASES];
  const right = ({ parts }: Subject) => cases.filter(([, text, , wanted]) => parts(text) === wanted).length;
  const rate = (name: string) => found[name]?.rate as number[];
  const ours = rate('this package');
  const peers = ['sms-length', 'sms-counter', 'split-sms'].map((name) => ratio(ours, rate(name)));
  return {
    values: {
      'segments.table': ratio(ours, rate('bare table-lookup loop')),
      'segments.fastest': Math.min(...peers),
      'segments.twilio': ratio(ours, rate('sms-segments-calculator')),
      'segments.right': right(SUBJECTS[0] as Subject) / cases.length,
    },
    table: {
      head: ['subject', 'texts/s', 'this package is', `parts right, of ${cases.length}`],
      rows: SUBJECTS.map((subject) => {
        const theirs = rate(subject.name);
        return [subject.name, median(theirs), `${ratio(ours, theirs).toPrecision(3)} ×`, right(subject)];
      }),
    },
  };
}

/** Texts a second; what is answered is looked at, so that none of it is left out by the compiler. */
function speed({ run }: Subject): number {
  let texts = 0;
  const start = performance.now();
  let now = start;
  while (now - start < TURN) {
    for (const text of CORPUS) sink = run(text);
    texts += CORPUS.length;
    now = performance.now();
  }
  if (!sink) throw new Error('nothing was answered');
  return (texts / (now - start)) * 1000;
}

let sink: object | undefined;
