/** What the workspace shows of nodes: that they use the sandbox, and what is wrong with them. */
import assert from 'node:assert/strict';
import type { World } from './browser.ts';
import { ACCOUNT, ACTION_TYPES, OTHER_ACCOUNT } from './fixtures.ts';
import { assertLooksWell } from './look.ts';

/** The tests of the marks of nodes, in the flow with the invented providers; without `all`, those that look at Node-RED's own. */
export function marks(world: () => World, all = true): void {
  let editor = {} as World['editor'];

  before(() => {
    ({ editor } = world());
  });

  afterEach(() => editor.cancelAll());

  /** The types of the nodes that carry the mark. */
  const marked = () =>
    editor.page.locator('.sms-sandbox-badge:not(.hide)').evaluateAll((badges) =>
      badges
        .map((badge) => badge.closest('.red-ui-flow-node-group') as Element)
        .map((group) => (group as unknown as { __data__: { type: string } }).__data__.type)
        .sort(),
    );
  const until = async (wanted: readonly string[]) => {
    const count = ({ length }: { length: number }) =>
      document.querySelectorAll('.sms-sandbox-badge:not(.hide)').length === length;
    await editor.page.waitForFunction(count, { length: wanted.length });
    assert.deepEqual(await marked(), [...wanted].sort());
  };
  const setSandbox = async (account: string, on: boolean) => {
    const tray = await editor.edit(account);
    await tray.locator('#node-config-input-sandbox').setChecked(on);
    await editor.done();
  };

  it('every node that uses a sandbox is marked, in the workspace and in its dialog, until its account is a real one', async () => {
    await until(ACTION_TYPES);
    const tray = await editor.edit('sms-status');
    const note = tray.locator('.sms-sandboxed');
    await note.getByText('no SMS leaves this machine').waitFor();
    await assertLooksWell(tray);
    await editor.cancel();
    await setSandbox(ACCOUNT, false);
    await until([]);
    const real = await editor.edit('sms-status');
    assert.equal(await real.locator('.sms-sandboxed').isVisible(), false);
    await real.locator('#node-input-provider').selectOption(OTHER_ACCOUNT);
    await real.locator('.sms-sandboxed').waitFor();
    await editor.cancel();
    await setSandbox(ACCOUNT, true);
    await until(ACTION_TYPES);
  });

  if (!all) return;

  it('a node whose fallback alone is a sandbox is marked as well', async () => {
    await setSandbox(ACCOUNT, false);
    const tray = await editor.edit('sms-send');
    await tray.locator('details summary').click();
    await tray.locator('.red-ui-editableList-addButton').click();
    await tray.locator('.red-ui-editableList-container select').last().selectOption(OTHER_ACCOUNT);
    await editor.done();
    await until(['sms-send']);
    await editor.edit('sms-send');
    await editor.page.locator('.red-ui-editableList-item-remove').click();
    await editor.page.locator('.red-ui-editableList-container select').waitFor({ state: 'detached' });
    await editor.done();
    await until([]);
    await setSandbox(ACCOUNT, true);
    await until(ACTION_TYPES);
  });
}
