/** The dialogs with the real runtime behind them: what a newcomer does first, on the sandbox. */
import assert from 'node:assert/strict';
import { readExample } from '../support/examples.ts';
import type { Editor, World } from './browser.ts';

/** The flow that these tests look at. */
export const example = readExample('First steps/0 - Alarm, delivery and reply.json');
const idOf = (type: string) => example.find((node) => node.type === type)?.id ?? '';

/** The tests of the dialogs with the runtime, in the first example. */
export function runtime(world: () => World): void {
  let editor: Editor;

  before(() => {
    ({ editor } = world());
  });

  afterEach(() => editor.cancelAll());

  it('test the connection of a sandbox account', async () => {
    const tray = await editor.edit(idOf('sms-provider'));
    await tray.locator('#sms-provider-test').click();
    await tray.locator('#sms-provider-result.sms-good').waitFor();
  });

  it('say what a real account without credentials lacks', async () => {
    const tray = await editor.edit(idOf('sms-provider'));
    await tray.locator('#node-config-input-sandbox').uncheck();
    await tray.locator('#sms-provider-test').click();
    await tray.locator('#sms-provider-result.sms-bad').waitFor();
  });

  it('look up the senders of the account', async () => {
    const tray = await editor.edit(idOf('sms-send'));
    const row = tray.locator('.form-row', { has: editor.page.locator('#node-input-sender') });
    await row.locator('.sms-open').click();
    await row.locator('.sms-choices [data-value]').first().waitFor();
  });

  it('show the address of a webhook, and that it is reached', async () => {
    const tray = await editor.edit(idOf('webhook-in'));
    await tray.getByText(`/world/sms/${idOf('webhook-in')}`).waitFor();
    await tray.locator('#webhook-in-test').click();
    await tray.locator('#webhook-in-result.sms-good').waitFor();
  });

  it('complain of nothing', () => {
    assert.deepEqual(editor.complaints, []);
  });
}
