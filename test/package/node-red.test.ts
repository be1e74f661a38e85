/** The packed package in a real Node-RED, each supported line: types, editor half, help, labels, icons and examples are served. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readExamples } from '../support/examples.ts';
import { type NodeRed, type NodeRedVersion, startNodeRed } from '../support/node-red.ts';
import { manifest, namesIn, ROOT } from '../support/packed.ts';

interface NodeSet {
  name: string;
  types: string[];
  enabled: boolean;
  local: boolean;
  module: string;
  version: string;
  err?: unknown;
}

const types = Object.keys(manifest['node-red'].nodes);
const icons = namesIn('icons');
const examples = readExamples();
const installed = (folder: string) =>
  JSON.parse(readFileSync(join(ROOT, 'node_modules', folder, 'package.json'), 'utf8'));

for (const [version, folder] of [
  ['5', 'node-red'],
  ['4', 'node-red-4'],
] as [NodeRedVersion, string][]) {
  describe(`the package in Node-RED ${installed(folder).version}`, function () {
    this.timeout(40_000);
    let nodeRed: NodeRed;
    let html: string;

    before(async () => {
      nodeRed = await startNodeRed({ version, flows: [] });
      const headers = { accept: 'text/html', 'accept-language': 'en-US' };
      html = (await nodeRed.admin('GET', '/nodes', undefined, headers)).text;
    });

    after(() => nodeRed?.stop());

    it('runs in the version that it is meant for', async () => {
      const { body } = await nodeRed.admin('GET', '/settings');
      assert.equal((body as { version: string }).version.replace(/-.*/, ''), installed(folder).version);
    });

    it('registers each node type once, enabled and without an error', async () => {
      const sets = (await nodeRed.admin('GET', '/nodes')).body as NodeSet[];
      const ours = sets.filter(({ module }) => module === manifest.name);
      assert.deepEqual(ours.map(({ name }) => name).sort(), [...types].sort());
      for (const { name, types, enabled, version, err } of ours) {
        assert.deepEqual(
          { types, enabled, version, err },
          { types: [name], enabled: true, version: manifest.version, err: undefined },
        );
      }
      const nodesWithErrors = sets.filter(({ err, module }) => err && module === manifest.name);
      assert.deepEqual(nodesWithErrors, []);
      assert.doesNotMatch(nodeRed.logs(), /\[(warn|error)\].*sms|Error:/i);
    });

    for (const type of types) {
      it(`serves the editor half, the help and the labels of ${type}`, async () => {
        assert.match(html, scriptTag('data-template-name', type), 'edit dialog');
        assert.match(html, new RegExp(`registerType\\(\\s*['"]${type}['"]`), 'registerType');
        const help = html.match(scriptTag('data-help-name', type));
        assert.ok(help, 'help');
        assert.ok(textOf(help[1] ?? '').length > 100, 'a help of at least two sentences');
        const catalogue = await nodeRed.admin('GET', `/locales/${manifest.name}/${type}?lng=en-US`);
        assert.equal(catalogue.status, 200);
        assert.ok(Object.keys(catalogue.body as object).includes(type), `labels under "${type}"`);
      });
    }

    it('serves every icon, each listed once', async () => {
      const listed = (await nodeRed.admin('GET', '/icons')).body as Record<string, string[]>;
      assert.deepEqual([...(listed[manifest.name] ?? [])].sort(), [...icons].sort());
      for (const icon of icons) {
        const answer = await nodeRed.admin('GET', `/icons/${manifest.name}/${icon}`);
        assert.match(answer.headers.get('content-type') ?? '', /svg/, icon);
        assert.match(answer.text, /<svg/, icon);
      }
    });

    it('names for each node an icon that it serves', () => {
      const named = [...html.matchAll(/icon:\s*['"](sms-[^'"]+|webhook-in[^'"]*)['"]/g)].map(([, icon]) => icon ?? '');
      assert.deepEqual(
        named.filter((icon) => !icons.includes(icon)),
        [],
      );
    });

    it('offers every example, of nodes that are installed', async () => {
      const sets = (await nodeRed.admin('GET', '/nodes')).body as NodeSet[];
      const known = new Set(sets.flatMap(({ types }) => types).concat('tab', 'group', 'subflow'));
      assert.ok(examples.length > 0);
      for (const { path } of examples) {
        const name = path
          .replace(/\.json$/, '')
          .split('/')
          .map(encodeURIComponent)
          .join('/');
        const { status, body } = await nodeRed.admin('GET', `/library/examples/flows/${manifest.name}/${name}`);
        assert.equal(status, 200, path);
        const unknown = (body as { type: string }[]).map(({ type }) => type).filter((type) => !known.has(type));
        assert.deepEqual(unknown, [], path);
      }
    });

    it('starts all examples as they are imported', async () => {
      const before = nodeRed.logs().length;
      await nodeRed.deploy(examples.flatMap(({ nodes }) => nodes));
      assert.doesNotMatch(nodeRed.logs().slice(before), /missing types|\[error\]/);
    });
  });
}

function scriptTag(attribute: string, type: string): RegExp {
  return new RegExp(`<script[^>]*\\b${attribute}=["']${type}["'][^>]*>([\\s\\S]*?)</script>`);
}

function textOf(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
