/** The pages of the project: every link leads somewhere, and what is named in them is there under that name. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { readExamples } from '../support/examples.ts';
import { ROOT } from '../support/packed.ts';

const IMAGES = 'docs/images';
/** Nobody waits for a page to load. */
const LARGEST_IMAGE = 150 * 1024;

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file.replaceAll('\\', '/')}`),
];

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

for (const page of pages) {
  const text = read(page);
  const prose = withoutCode(text);

  describe(page, () => {
    it('has no dead link', () => {
      const dead = linksOf(prose).filter((link) => !leadsSomewhere(page, link));
      assert.deepEqual(dead, []);
    });

    it('has a text for each picture', () => {
      for (const [, words] of prose.matchAll(/!\[([^\]]*)\]/g)) assert.notEqual(words, '');
    });

    it('names examples, tasks and nodes that there are', () => {
      const examples = readExamples().map(({ path }) => path.replace('/', ' → ').replace('.json', ''));
      const folders = new Set(readExamples().map(({ folder }) => folder));
      const named = [...prose.matchAll(/\*([^*\n]+ → \d+ - [^*\n]+)\*/g)].map(([, name]) => name as string);
      assert.deepEqual(
        named.filter((name) => folders.has(name.split(' → ')[0] ?? '') && !examples.includes(name)),
        [],
      );
      const { scripts, 'node-red': red } = JSON.parse(read('package.json'));
      const tasks = [...text.matchAll(/npm run (?:--silent |-s )?([a-z][\w:-]*)/g)].map(([, name]) => name as string);
      assert.deepEqual(
        tasks.filter((name) => !(name in scripts)),
        [],
      );
      // Vendors have words that look like ours.
      if (page === 'docs/operations.md') return;
      const types = [...text.matchAll(/`((?:sms-[a-z-]+|webhook-in))`/g)].map(([, name]) => name as string);
      const known = [...Object.keys(red.nodes), ...Object.keys(red.plugins ?? {}), 'sms-sandbox'];
      assert.deepEqual(
        types.filter((name) => !known.includes(name)),
        [],
      );
    });
  });
}

describe('the pictures', () => {
  const files = readdirSync(join(ROOT, IMAGES));

  it('are all in use', () => {
    const used = new Set(
      pages.flatMap((page) => linksOf(read(page)).map((link) => normalize(join(dirname(page), link)))),
    );
    assert.deepEqual(
      files.filter((file) => !used.has(`${IMAGES}/${file}`)),
      [],
    );
  });

  it('are small', () => {
    for (const file of files) assert.ok(statSync(join(ROOT, IMAGES, file)).size <= LARGEST_IMAGE, file);
  });
});

describe('the page of examples', () => {
  it('has all of them, in the order of their folders', () => {
    const listed = [...read('docs/examples.md').matchAll(/\*([^*\n]+ → \d+ - [^*\n]+)\*/g)].map(([, name]) => name);
    const there = readExamples().map(({ path }) => path.replace('/', ' → ').replace('.json', ''));
    assert.deepEqual([...listed].sort(), there.sort());
  });
});

describe('the list of decisions', () => {
  it('has all of them, in their order', () => {
    const listed = linksOf(read('docs/README.md')).filter((link) => link.startsWith('decisions/'));
    const there = readdirSync(join(ROOT, 'docs/decisions')).map((file) => `decisions/${file}`);
    assert.deepEqual(listed, there.sort());
  });
});

/** A link of the repository: a file, and a heading in it; what is on the network is not asked for. */
function leadsSomewhere(page: string, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return URL.canParse(link);
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(read(target)).has(anchor);
}

function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string);
}

/** As GitHub makes them: lower case, no punctuation, dashes for blanks, a number for what is there already. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = title
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutCode(text: string): string {
  return text.replace(/^ *```.*?^ *```$/gms, '');
}
