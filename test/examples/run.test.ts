/** Every example in one real Node-RED, as it is imported: its buttons are pressed, and it shows what it is for. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type Example, readExamples } from '../support/examples.ts';
import { type FlowNode, type NodeRed, startNodeRed } from '../support/node-red.ts';
import { Sidebar } from './sidebar.ts';
import { SPECIAL, TALES, type Tale } from './tales.ts';

/** Milliseconds after the buttons; the slowest wait twice for a poll every five seconds. */
const PATIENCE = 25_000;
/** What has not come by then is waited for this long, so that many failures do not take for ever. */
const LAST_CHANCE = 200;
/** What is pressed later shows soon what it is for; the slowest gives a person six seconds to answer. */
const SOON = 10_000;

const examples = readExamples();

describe('the examples in a real Node-RED', function () {
  this.timeout(40_000);
  let nodeRed: NodeRed;
  let sidebar: Sidebar;
  let deadline: number;

  before(async () => {
    nodeRed = await startNodeRed({ flows: [], settings: { debugMaxLength: 100_000 } });
    sidebar = await Sidebar.open(nodeRed);
    await nodeRed.deploy(examples.flatMap(({ nodes }) => nodes));
    for (const example of examples) for (const name of talesOf(example).press) await press(example, name);
    deadline = Date.now() + PATIENCE;
  });

  after(async () => {
    sidebar?.close();
    await nodeRed?.stop();
  });

  async function press(example: Example, name: string): Promise<void> {
    const answer = await nodeRed.admin('POST', `/inject/${named(example, 'inject', name).id}`, {});
    assert.equal(answer.status, 200, `${example.path}: ${name}`);
  }

  async function showsAll(example: Example, shows: Tale['shows'], patience: () => number): Promise<void> {
    for (const [name, fields] of shows) {
      const { id } = named(example, 'debug', name);
      await sidebar
        .wait(id, (value) => has(value, fields), patience())
        .catch((error: Error) => {
          assert.fail(`"${name}" never showed ${inspect(fields)}. ${error.message}`);
        });
    }
  }

  const timeLeft = () => Math.max(LAST_CHANCE, deadline - Date.now());

  for (const example of examples) {
    it(`${example.path} shows what it is for`, async () => {
      const { shows, next } = talesOf(example);
      await showsAll(example, shows, timeLeft);
      for (let later = next; later; later = later.next) {
        for (const name of later.press ?? []) await press(example, name);
        await showsAll(example, later.shows, () => SOON);
      }
    });
  }

  it('each row for a database is flat, and its fields are always the same', () => {
    const rowNodes = examples
      .flatMap(({ nodes }) => nodes)
      .filter(({ type, name }) => type === 'debug' && name === 'row');
    const rows = sidebar.shown.filter(({ node }) => rowNodes.some(({ id }) => id === node));
    const fields = ['id', 'provider', 'account', 'to', 'status', 'provider_status', 'final', 'updated_at', 'reply'];
    for (const { value } of rows as { value: object }[]) {
      assert.deepEqual(Object.keys(value), fields);
      assert.deepEqual(
        Object.values(value).filter((one) => typeof one === 'object' && one !== null),
        [],
      );
    }
  });

  it('only those that are to show an error show one', () => {
    const shown = new Set(sidebar.shown.map(({ node }) => node));
    const wrong = examples.flatMap((example) =>
      example.nodes
        .filter(({ id, name }) => name === 'error' && shown.has(id))
        .filter(() => !talesOf(example).shows.some(([name]) => name === 'error'))
        .map(({ id }) => [example.path, sidebar.shown.filter(({ node }) => node === id)]),
    );
    assert.deepEqual(wrong, []);
  });

  it('the log tells of no error and no warning', () => {
    const troubles = nodeRed.logs().match(/.*\[(warn|error|fatal)\].*/g) ?? [];
    assert.deepEqual(
      troubles.filter((line) => !/Projects disabled|Encrypted credentials|credentials not found/.test(line)),
      [],
    );
  });
});

function talesOf({ path, title }: Example): Tale & { press: string[] } {
  const [common, special] = [TALES[title], SPECIAL[path]];
  assert.ok(common, `${path}: there is no tale of "${title}"`);
  return {
    press: [...(common.press ?? []), ...(special?.press ?? [])],
    shows: [...common.shows, ...(special?.shows ?? [])],
    next: common.next,
  };
}

function named({ path, nodes }: Example, type: string, name: string): FlowNode {
  const found = nodes.find((node) => node.type === type && node.name === name);
  assert.ok(found, `${path} has no ${type} "${name}"`);
  return found;
}

/** The fields wanted are there, at any depth. */
function has(value: unknown, wanted: unknown): boolean {
  if (wanted instanceof RegExp) return wanted.test(String(value));
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(wanted).every(([name, one]) => has((value as Record<string, unknown>)[name], one));
}
