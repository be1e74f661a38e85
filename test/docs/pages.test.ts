/** What the pages say of codes, fields, statuses and options is what the code has. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as library from '../../dist/src/index.js';
import { providers } from '../../dist/src/providers/index.js';
import { ROOT } from '../support/packed.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const labels = JSON.parse(read('nodes/sms-provider/locales/en-US/sms-provider.json'))['sms-provider'];

describe('docs/troubleshooting.md', () => {
  const page = read('docs/troubleshooting.md');
  const codes = [...read('src/sms/errors.ts').matchAll(/^ {2}\| '(SMS_\w+)'/gm)].map(([, code]) => code as string);

  it('has a section for each code, in words, and none for a code that is not', () => {
    assert.ok(codes.length > 0);
    const sections = page.split(/^### /m).slice(1);
    const titles = sections.map((section) => section.slice(0, section.indexOf('\n'))).filter((it) => /^SMS_/.test(it));
    assert.deepEqual(titles, codes);
    for (const section of sections) assert.ok(section.trim().split('\n').length > 2, section);
  });

  it('tells each by the two words that stand under the node', () => {
    for (const code of codes) {
      assert.ok(page.includes(`| [${code}](#${code.toLowerCase()}) | ${labels.status[code]} |`), code);
    }
  });

  it('and every other page know no further code', () => {
    const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
    for (const name of ['README.md', ...pages.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)]) {
      const named = read(name).match(/SMS_[A-Z_]+[A-Z]\b/g) ?? [];
      const unknown = named.filter((code) => !codes.includes(code) && code !== 'SMS_SECRET');
      assert.deepEqual(unknown, [], name);
    }
  });
});

for (const { id, label, fields, options, operations } of providers) {
  describe(`docs/providers/${id}.md`, () => {
    const page = read(`docs/providers/${id}.md`);

    it('has the same headings as the pages of the others', () => {
      const headings = [...page.matchAll(/^##? (.+)$/gm)].map(([, heading]) => heading);
      assert.deepEqual(headings, [
        label,
        'Credentials',
        'Who it comes from',
        'Reports',
        'Replies',
        'Limits',
        'Good to know',
      ]);
    });

    it('says of each field of the account where it is', () => {
      const credentials = page.slice(page.indexOf('## Credentials'), page.indexOf('## Who'));
      for (const { name } of fields) {
        const known = credentials.toLowerCase().includes(String(labels.label[name]).toLowerCase());
        assert.ok(known, `${name}, "${labels.label[name]}"`);
      }
    });

    it('tells what each word of the vendor means, as the code has it', async () => {
      const { meaningOf } = await import(pathToFileURL(join(ROOT, `dist/src/providers/${id}/values.js`)).href);
      const table = /\| .* says \| status \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(page)?.[1] ?? '';
      const rows = table.trim().split('\n');
      assert.ok(rows.length > 3);
      for (const row of rows) {
        const [, words = '', status = ''] = row.split('|');
        for (const word of words.trim().split(', ')) {
          const meaning = meaningOf(word);
          assert.equal(`\`${meaning.status}\``, status.trim().split(',')[0], word);
          if (status.includes('not final')) assert.equal(meaning.final, false, word);
        }
      }
    });

    it('names options and operations that there are', () => {
      const named = [...page.matchAll(/`((?:enco|digitaleo|callr|zoomconnect)\.[\w.]+)`/g)].map(([, it]) => it);
      const known = operations.map((operation) => operation.id);
      assert.deepEqual(
        named.filter((name) => !known.includes(name as string)),
        [],
      );
      const listed = /Options of \*send SMS\*: (.*)/.exec(page)?.[1] ?? '';
      const names = [...listed.matchAll(/`(\w+)`/g)]
        .map(([, name]) => name as string)
        .filter((it) => !/^[A-Z]/.test(it));
      assert.deepEqual(
        names.filter((name) => !options.names.includes(name)),
        [],
      );
    });
  });
}

describe('README.md', () => {
  const page = read('README.md');

  it('shows code that does what it says beside it', () => {
    const code = /```js\n(.*?)```/s.exec(page)?.[1] ?? '';
    const lines = [...code.matchAll(/^(\w.*\)\.\w+); *\/\/ (.*)$/gm)];
    assert.ok(lines.length > 0);
    for (const [, expression, comment = ''] of lines) {
      const value = new Function('library', `const { measure, fold } = library; return ${expression};`)(library);
      assert.ok(comment.startsWith(JSON.stringify(value)), `${expression} is ${JSON.stringify(value)}`);
    }
  });

  it('has every node, by the name that the palette shows', () => {
    const { nodes } = JSON.parse(read('package.json'))['node-red'];
    for (const type of Object.keys(nodes)) {
      const texts = JSON.parse(read(`nodes/${type}/locales/en-US/${type}.json`))[type];
      const shown = texts.paletteLabel ?? texts.account ?? texts.store;
      assert.ok(page.includes(`| \`${type}\` | ${shown} |`), `${type}: ${shown}`);
    }
  });
});
