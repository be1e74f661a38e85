/** What every example file keeps to: it stands alone, says what it is about, and lies tidily; and which there must be. */
import assert from 'node:assert/strict';
import { providers } from '../../dist/src/providers/index.js';
import { readExamples } from '../support/examples.ts';
import type { FlowNode } from '../support/node-red.ts';

/** What there is for each provider; where the vendor tells no price, its parts are counted. */
const KINDS = [
  /^Send and follow$/,
  /^Personalised mailing$/,
  /^Reply loop$/,
  /^Status reports for a database$/,
  /^(Quote|Count) before sending$/,
  /^Alert when a message fails$/,
];

/** What is the same for every provider. */
const GENERAL = ['First steps', 'Alarms', 'Campaigns', 'Replies', 'Operations'];

type Placed = FlowNode & { x: number; y: number; name: string; wires: string[][] };

const examples = readExamples();

for (const { path, folder, nodes } of examples) {
  const placed = nodes.filter((node): node is Placed => 'x' in node);
  const accounts = nodes.filter(({ type }) => type === 'sms-provider');

  describe(`the example ${path}`, () => {
    it('is one flow, whose nodes are all in it and lead to nodes in it', () => {
      const tabs = nodes.filter(({ type }) => type === 'tab');
      assert.equal(tabs.length, 1);
      const ids = new Set(nodes.map(({ id }) => id));
      for (const { z, wires, scope } of placed) {
        assert.equal(z, tabs[0]?.id);
        assert.deepEqual(
          [...wires.flat(), ...((scope as string[] | null | undefined) ?? [])].filter((id) => !ids.has(id)),
          [],
        );
      }
    });

    it('has accounts on the sandbox, which ask for no credentials, and uses each', () => {
      assert.ok(accounts.length > 0);
      const used = new Set(placed.map(({ provider }) => provider));
      for (const { id, sandbox, baseUrl, tokenUrl, credentials } of accounts) {
        assert.deepEqual([sandbox, baseUrl, tokenUrl, credentials], [true, '', '', undefined]);
        assert.ok(used.has(id));
      }
    });

    it('begins with a comment that says what to press, and catches what goes wrong', () => {
      const [top] = [...placed].sort((a, b) => a.y - b.y);
      assert.equal(top?.type, 'comment');
      assert.match(top.name, /\bpress\b/i);
      const buttons = placed.filter(({ type }) => type === 'inject').map(({ name }) => name);
      for (const [, button = ''] of top.name.matchAll(/“([^”]+)”/g)) {
        const meant = [...buttons, ...placed.map(({ name }) => name)].some(
          (name) => name.toLowerCase() === button.toLowerCase().replace('’', "'"),
        );
        assert.ok(meant, `nothing is called “${button}”`);
      }
      const rest = placed.filter(({ type, scope }) => type === 'catch' && !scope);
      assert.equal(rest.length, 1);
    });

    it('lies on the canvas without anything over anything else, and leads from left to right', () => {
      for (const [index, node] of placed.entries()) {
        const box = boxOf(node);
        assert.ok(box.left >= 0 && box.top >= 0, `${node.name} is off the canvas`);
        for (const other of placed.slice(index + 1)) {
          assert.ok(apart(box, boxOf(other)), `${node.type} "${node.name}" and ${other.type} "${other.name}"`);
        }
        for (const id of node.wires.flat()) {
          const next = placed.find((candidate) => candidate.id === id);
          assert.ok(next && boxOf(next).left > box.right, `${node.name} leads back to ${next?.name}`);
        }
      }
    });

    if (GENERAL.includes(folder)) return;

    it("is about the provider of its folder; only an alert has another's account", () => {
      const own = providers.find(({ label }) => label === folder);
      const others = accounts.map(({ provider }) => provider).filter((id) => id !== own?.id);
      assert.equal(accounts.length - others.length, 1);
      assert.equal(others.length, path.includes('Alert') ? 1 : 0);
    });
  });
}

describe('the examples', () => {
  it('have no id in common, so that all of them can be imported', () => {
    const ids = examples.flatMap(({ nodes }) => nodes.map(({ id }) => id));
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  it('are in a folder for each provider, beside those that are the same for all', () => {
    const folders = new Set(examples.map(({ folder }) => folder));
    assert.deepEqual([...folders].sort(), [...GENERAL, ...providers.map(({ label }) => label)].sort());
  });

  for (const { id, label, verbs } of providers) {
    it(`show all six for ${label}`, () => {
      const titles = examples.filter(({ folder }) => folder === label).map(({ title }) => title);
      assert.equal(titles.length, KINDS.length);
      for (const [index, kind] of KINDS.entries()) assert.match(titles[index] ?? '', kind, id);
      assert.equal(titles.includes('Quote before sending'), verbs.quote !== undefined);
    });
  }

  after(() => {
    const rows = KINDS.map((kind) =>
      providers.map(({ label }) => examples.find(({ folder, title }) => folder === label && kind.test(title))?.title),
    );
    console.table(rows.map((row) => Object.fromEntries(row.map((title, i) => [providers[i]?.label, title]))));
  });
});

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** As the editor draws it, near enough: by 7 px a character, and higher for several outputs. */
function boxOf({ type, name, x, y, wires }: Placed): Box {
  const width = Math.max(100, 20 * Math.ceil(((name || type).length * 7 + 57) / 20));
  const height = Math.max(30, wires.length * 15);
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function apart(a: Box, b: Box): boolean {
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
}
