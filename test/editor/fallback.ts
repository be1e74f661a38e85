/** The fallback accounts of a node: what Node-RED itself knows of them, in its undo, its search for what is unused, and its deletion. */
import assert from 'node:assert/strict';
import type { EditorApi, World } from './browser.ts';
import { ACCOUNT } from './fixtures.ts';

const NIGHT = 'The account of the people who answer the telephone at night, at the weekend and on all holidays';
const DAY = 'By day';
const THERE = 'Of another tab';
const OFF = 'Switched off';
const SENDER = 'With fallbacks';

/** As it is imported: its ids are others then. */
const FLOW = [
  { id: 'night', type: 'sms-provider', name: NIGHT, provider: 'acme', sandbox: true },
  { id: 'elsewhere', type: 'tab', label: 'Elsewhere' },
  { id: 'there', z: 'elsewhere', type: 'sms-provider', name: THERE, provider: 'acme', sandbox: true },
  { id: 'off', d: true, type: 'sms-provider', name: OFF, provider: 'acme', sandbox: true },
  { id: 'day', type: 'sms-provider', name: DAY, provider: 'acme', sandbox: true },
  {
    id: 'n',
    type: 'sms-send',
    version: '1',
    name: SENDER,
    provider: 'day',
    fallback: ['night'],
    x: 500,
    y: 80,
    wires: [],
  },
];

/** The tests of the fallback accounts, in the flow with the invented providers. */
export function fallback(world: () => World): void {
  let editor = {} as World['editor'];
  const ids: Record<string, string> = {};

  before(async () => {
    ({ editor } = world());
    await editor.import(FLOW);
    for (const name of [NIGHT, DAY, THERE, OFF, SENDER]) ids[name] = await idOf(name);
  });

  afterEach(() => editor.cancelAll());
  after(() => act('remove'));

  const idOf = (wanted: string) =>
    editor.page.evaluate((name) => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      const found: string[] = [];
      const look = (node: { id: string; name?: string }) => {
        if (node.name === name) found.push(node.id);
      };
      RED.nodes.eachNode(look);
      RED.nodes.eachConfig(look);
      return found[0] ?? '';
    }, wanted);

  const act = (what: 'undo' | 'redo' | 'remove') =>
    editor.page.evaluate(
      ([doing, all]) => {
        const { RED } = globalThis as unknown as {
          RED: { nodes: { remove(id: string): void }; actions: { invoke(name: string): void } };
        };
        if (doing === 'remove') for (const id of all) RED.nodes.remove(id);
        else RED.actions.invoke(`core:${doing}`);
      },
      [what, Object.values(ids)] as const,
    );

  /** How often the node stands among those that Node-RED takes for the users of an account. */
  const uses = (account: string) =>
    editor.page.evaluate(
      ([config, user]) => {
        const { RED } = globalThis as unknown as { RED: EditorApi };
        const { users } = RED.nodes.node(config) as unknown as { users: { id: string }[] };
        return users.filter(({ id }) => id === user).length;
      },
      [ids[account] ?? '', ids[SENDER] ?? ''] as const,
    );

  /** The reasons of its triangle, as it stands. */
  const told = () =>
    editor.page.evaluate((id) => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      const { valid, validationErrors } = RED.nodes.node(id);
      return valid ? '' : JSON.stringify(validationErrors);
    }, ids[SENDER] ?? '');

  const stored = async () => (await editor.stored(ids[SENDER] ?? '')).fallback;
  const dialog = () => editor.edit(ids[SENDER] ?? '');

  it('count as used from the import on, and in the dialog, undone and done again', async () => {
    assert.deepEqual(await stored(), [ids[NIGHT]]);
    assert.deepEqual([await uses(NIGHT), await uses(DAY)], [1, 1]);
    const tray = await dialog();
    await tray.locator('.red-ui-editableList-item-remove').click();
    await editor.done();
    assert.deepEqual([await stored(), await uses(NIGHT)], [[], 0]);
    await act('undo');
    assert.deepEqual([await stored(), await uses(NIGHT)], [[ids[NIGHT]], 1]);
    await act('redo');
    assert.deepEqual([await stored(), await uses(NIGHT)], [[], 0]);
    await act('undo');
    assert.deepEqual([await uses(NIGHT), await uses(DAY)], [1, 1]);
  });

  it('count when they change places with the account', async () => {
    const tray = await dialog();
    await tray.locator('#node-input-provider').selectOption(ids[NIGHT] ?? '');
    await tray.getByLabel('Fallback').selectOption(ids[DAY] ?? '');
    await editor.done();
    assert.deepEqual([await stored(), await uses(NIGHT), await uses(DAY)], [[ids[DAY]], 1, 1]);
    await act('undo');
    assert.deepEqual([await stored(), await uses(NIGHT), await uses(DAY)], [[ids[NIGHT]], 1, 1]);
  });

  it('make the dialog no wider, whatever they are called', async () => {
    const widthOf = async (id: string) => {
      const tray = await editor.edit(id);
      const { width = 0 } = (await tray.boundingBox()) ?? {};
      await editor.cancel();
      return width;
    };
    assert.equal(await widthOf(ids[SENDER] ?? ''), await widthOf('sms-send'));
  });

  it('are offered as the account of the node is: not those of another tab, and told where they are switched off', async () => {
    const tray = await dialog();
    await tray.locator('.red-ui-editableList-addButton').click();
    const offered = await tray.getByLabel('Fallback').last().locator('option').allTextContents();
    assert.deepEqual(
      [THERE, OFF, DAY].map((name) => offered.filter((label) => label.startsWith(name))),
      [[], [`${OFF} [Disabled]`], [DAY]],
    );
  });

  it('that are deleted go out of the list, or are told, and come back', async () => {
    for (const more of [false, true]) {
      if (more) {
        const tray = await dialog();
        await tray.locator('.red-ui-editableList-addButton').click();
        await tray.getByLabel('Fallback').last().selectOption(ACCOUNT);
        await editor.done();
      }
      await editor.edit(ids[NIGHT] ?? '');
      await editor.page.locator('.red-ui-tray-toolbar .leftButton').click();
      await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
      if (more) assert.match(await told(), /Fallback: it is not there any more/);
      else assert.equal(String(await stored()), '');
      await act('undo');
      assert.doesNotMatch(await told(), /Fallback/);
      await dialog();
      await editor.done();
      assert.deepEqual([await stored(), await uses(NIGHT)], [more ? [ids[NIGHT], ACCOUNT] : [ids[NIGHT]], 1]);
    }
  });
}
