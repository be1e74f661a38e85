/** The catalogues and the help of the nodes as files: what there is in a language, in pieces that can be compared. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn, ROOT } from '../support/packed.ts';

export const ENGLISH = 'en-US';

/** The languages beside English, each with what is written as in English. */
export const LANGUAGES: Record<string, readonly string[]> = {
  fr: ['__count__ septet', '__count__ septets', 'Alphabet', 'E-mail', 'Message', 'Options', 'SMS', 'Transport'],
  nl: [
    '__count__ septet',
    'Account',
    'Accounts',
    'E-mail',
    'Parameters',
    'Provider',
    'Sandbox',
    'Token',
    'Transport',
    'Week',
    'parameters',
    'sandbox',
  ],
  de: ['Name', 'Operation', 'Sandbox', 'Text', 'Token'],
};

/** What has no language: names, figures, and places in which only figures stand. */
const EVERYWHERE = ['__amount__ __unit__', '21', '587', 'HTTP Basic', 'HTTPS', 'null', 'SMS', 'smtp.example.org'];

/** What may be in `language` as it is in English. */
export const sameAsEnglish = (language: string): readonly string[] => [...EVERYWHERE, ...(LANGUAGES[language] ?? [])];

/** The folders of nodes/ with texts; each is the name of its files, too. */
export const FOLDERS = namesIn('nodes').filter((name) => namesIn(join('nodes', name, 'locales')).length > 0);

const pathOf = (folder: string, language: string, kind: 'json' | 'html') =>
  join(ROOT, 'nodes', folder, 'locales', language, `${folder}.${kind}`);

/** The texts of a catalogue, by their whole keys. */
export function labels(folder: string, language: string): Record<string, string> {
  return flat(JSON.parse(readFileSync(pathOf(folder, language, 'json'), 'utf8')) as Texts);
}

interface Texts {
  [key: string]: string | Texts;
}

function flat(texts: Texts, before = ''): Record<string, string> {
  const entries = Object.entries(texts).map(([key, value]) =>
    typeof value === 'string' ? { [before + key]: value } : flat(value, `${before}${key}.`),
  );
  return Object.assign({}, ...entries) as Record<string, string>;
}

/** The words that are put into a text, in the order of the alphabet: languages have orders of their own. */
export const placeholders = (text: string): string[] => (text.match(/__[a-zA-Z]+__/g) ?? []).sort();

/** The help of a node, undefined where there is none. */
export function help(folder: string, language: string): string | undefined {
  const path = pathOf(folder, language, 'html');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** What every language has to have alike: the tags in their order, what is code, and the properties in the examples. */
export function skeleton(html: string): { tags: string[]; code: string[]; examples: string[] } {
  return {
    tags: html.match(/<\/?[a-z][^>]*>/g) ?? [],
    code: inside('code', html).sort(),
    examples: inside('pre', html).map(withoutWords),
  };
}

function inside(tag: string, html: string): string[] {
  return [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, text = '']) => decoded(text));
}

const ENTITIES: Record<string, string> = {
  hellip: '…',
  euro: '€',
  rsquo: '’',
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: '\u00a0',
};

function decoded(text: string): string {
  return text.replace(/&([a-z]+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

/** An example may speak another language, and count other words. */
function withoutWords(example: string): string {
  return example
    .replace(/"[^"]*"/g, '""')
    .replace(/\/\/.*/g, '//')
    .replace(/\b\d+\b/g, '0');
}
