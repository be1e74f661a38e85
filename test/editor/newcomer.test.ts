/** The way that somebody takes who has never seen the package: from an empty flow to a phone that got an SMS, by hand. */
import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { Editor, startBrowser } from './browser.ts';

const TO = '+32470120000';
const TEXT = 'Pump 3 stands still.';
const MOST = 12;

describe('a newcomer', function () {
  this.timeout(60_000);
  let browser: Browser;
  let nodeRed: NodeRed | undefined;

  before(async function () {
    browser = await startBrowser(this);
  });
  afterEach(async () => {
    await nodeRed?.stop();
    nodeRed = undefined;
  });
  after(() => browser?.close());

  for (const version of ['5', '4'] as const) {
    it(`sends an SMS in Node-RED ${version} by at most ${MOST} actions, and sees it arrive`, async () => {
      nodeRed = await startNodeRed({ version, flows: [{ id: 'flow', type: 'tab', label: 'Flow 1' }] });
      const editor = await Editor.open(browser, nodeRed.url, 'light', {}, 'en-US', 'real');
      const { page } = editor;
      const canvas = page.locator('#red-ui-workspace-chart');
      let actions = 0;
      const act = async (work: Promise<unknown>) => {
        actions += 1;
        await work;
      };

      await act(drag(page, palette(page, 'inject'), canvas, { x: 120, y: 100 }));
      await act(drag(page, palette(page, 'sms-send'), canvas, { x: 380, y: 100 }));
      await act(wire(page, 'inject', 'sms-send'));
      await act(onCanvas(page, 'sms-send').dblclick());
      await editor.tray();
      await act(page.locator('#node-input-btn-provider-add').click());
      await page.locator('#node-config-input-name').waitFor();
      await editor.tray();
      await act(editor.done());
      const tray = await editor.tray();
      // Who knows what a property is gets one: this is no action of a newcomer.
      for (const [name, path] of Object.entries({ to: 'payload.to', text: 'payload["a text"]' })) {
        await write(page, row(tray, name), path);
        assert.equal(await tray.locator(`#node-input-${name}Type`).inputValue(), 'msg');
      }
      await act(write(page, row(tray, 'to'), TO));
      await act(write(page, row(tray, 'text'), TEXT));
      await act(editor.done());
      await act(page.locator('#red-ui-header-button-deploy').click());
      await page.getByText('Successfully deployed').waitFor();
      await act(onCanvas(page, 'inject').locator('.red-ui-flow-node-button-button').click());

      // The monitor came up with the account.
      const pane = page.locator('.sms-monitor');
      await pane.locator('.sms-screen').getByText(TEXT).waitFor();
      await pane.locator('.sms-life').getByText('Delivered').waitFor();
      await onCanvas(page, 'sms-send').locator('.red-ui-flow-node-status-label', { hasText: 'delivered' }).waitFor();
      assert(actions <= MOST, `${actions} actions`);
      assert.deepEqual(await editor.invalid(), []);
      assert.deepEqual(editor.complaints, []);
      await editor.close();
    });
  }
});

const palette = (page: Page, type: string) => page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);

const onCanvas = (page: Page, type: string) =>
  page.locator('.red-ui-flow-node-group').filter({ hasText: type === 'inject' ? 'timestamp' : 'SMS' });

const row = (tray: Locator, name: string) =>
  tray.locator('.form-row', { has: tray.page().locator(`#node-input-${name}`) });

async function drag(page: Page, from: Locator, to: Locator, at: { x: number; y: number }): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  const [start, end] = [await middle(from), await to.boundingBox()];
  assert(end);
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(end.x + at.x, end.y + at.y, { steps: 8 });
  await page.mouse.up();
}

async function wire(page: Page, from: string, to: string): Promise<void> {
  const start = await middle(onCanvas(page, from).locator('.red-ui-flow-port-output .red-ui-flow-port'));
  const end = await middle(onCanvas(page, to).locator('.red-ui-flow-port-input .red-ui-flow-port'));
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move(end.x, end.y, { steps: 8 });
  await page.mouse.up();
}

async function middle(of: Locator): Promise<{ x: number; y: number }> {
  const box = await of.boundingBox();
  assert(box);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** As a person does: into the field that shows, over what is in it. */
async function write(page: Page, field: Locator, text: string): Promise<void> {
  await field.locator('input.red-ui-typedInput-input').click({ clickCount: 3 });
  await page.keyboard.type(text);
}
