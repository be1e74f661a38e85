/** The dialogs with the real runtime behind them: what a newcomer does first, on the sandbox. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { readExample } from '../support/examples.ts';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { Editor, startBrowser } from './browser.ts';

const example = readExample('First steps/0 - Alarm, delivery and reply.json');
const idOf = (type: string) => example.find((node) => node.type === type)?.id ?? '';

describe('the dialogs and the runtime', function () {
  this.timeout(60_000);
  let browser: Browser | undefined;
  let nodeRed: NodeRed | undefined;
  let editor: Editor;

  before(async function () {
    browser = await startBrowser(this);
    nodeRed = await startNodeRed({ flows: example, settings: { httpAdminRoot: '/red', httpNodeRoot: '/world' } });
    editor = await Editor.open(browser, nodeRed.url, 'light');
  });

  afterEach(() => editor?.cancelAll());

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

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
    await tray.locator('#sms-send-senders').click();
    await tray.locator('#sms-send-sender-list button').first().waitFor();
  });

  it('show the address of a webhook, and that it is reached', async () => {
    const tray = await editor.edit(idOf('webhook-in'));
    await tray.getByText(`/world/sms/${idOf('webhook-in')}`).waitFor();
    await tray.locator('#webhook-in-test').click();
    await tray.locator('#webhook-in-result.sms-good').waitFor();
  });

  it('make a form of every operation in the catalog', async () => {
    const { body } = (await nodeRed?.admin('GET', '/sms-provider/catalog')) ?? {};
    const { providers } = body as { providers: { operations: { id: string; params: object; title: string }[] }[] };
    const operations = providers.flatMap((provider) => provider.operations);
    assert.ok(operations.length > 0);
    const rows = await editor.page.evaluate((all) => {
      const { $, smsEditor } = globalThis as unknown as {
        $: (html: string) => ArrayLike<Element>;
        smsEditor: { schemaForm(place: unknown, schema: object, value: object, onChange: () => void): void };
      };
      return all.map(({ params }) => {
        const place = $('<div>');
        smsEditor.schemaForm(place, params, {}, () => undefined);
        return place[0]?.querySelectorAll('.form-row').length;
      });
    }, operations);
    const wanted = operations.map(({ params }) => {
      const { properties = {} } = params as { properties?: object };
      return Object.keys(properties).length;
    });
    assert.deepEqual(rows, wanted);
  });

  it('complain of nothing', () => {
    assert.deepEqual(editor.complaints, []);
  });
});
