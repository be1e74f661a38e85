/**
 * Takes the pictures of the docs: a real Node-RED, the sandbox, and Chromium. They are looked at before they are
 * committed; nothing compares them.
 */
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import providersModule from '../dist/src/providers/index.js';
import { Editor } from '../test/editor/browser.ts';
import { startNodeRed } from '../test/support/node-red.ts';

const FOLDER = fileURLToPath(new URL('../docs/images', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--force-device-scale-factor=1'];

/** The flow that docs/getting-started.md has one draw. */
const node = (id, type, x, y, wires, rest = {}) => ({ id, type, z: 'flow', x, y, wires, ...rest });
const debug = (id, x, y, name) =>
  node(id, 'debug', x, y, [], { name, active: true, tosidebar: true, complete: 'payload' });
const TAB = { id: 'flow', type: 'tab', label: 'Flow 1' };
const SEND = node('send', 'sms-send', 370, 120, [['receipt'], ['report']], {
  to: '+32470120001',
  toType: 'str',
  text: 'Pump 3 stands still. Reply OK to take it.',
  textType: 'str',
  follow: true,
  queue: true,
});
const DRAWN = [
  TAB,
  {
    id: 'account',
    type: 'sms-provider',
    name: 'Alarms',
    provider: providersModule.providers[0].id,
    sandbox: true,
    region: 'BE',
  },
  node('alarm', 'inject', 130, 120, [['send']], { name: 'alarm', props: [], repeat: '', crontab: '', once: false }),
  { ...SEND, provider: 'account' },
  debug('receipt', 630, 80, 'receipt'),
  debug('report', 660, 140, 'what became of it'),
  node('replies', 'sms-inbound-poll', 340, 240, [['reply']], { provider: 'account', interval: 1 }),
  debug('reply', 620, 240, 'reply'),
];

mkdirSync(FOLDER, { recursive: true });
const nodeRed = await startNodeRed({ flows: [TAB, SEND] });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
try {
  await withEditor(importMenu);
  await withEditor(newAccount);
  await nodeRed.deploy(DRAWN);
  await withEditor(flowAtWork);
  await withEditor(monitor);
  await withEditor(sendDialog);
} finally {
  await browser.close();
  await nodeRed.stop();
}

async function importMenu({ page }) {
  await page.evaluate(() => globalThis.RED.actions.invoke('core:show-examples-import-dialog'));
  const dialog = page.locator('.ui-dialog').filter({ visible: true });
  for (const name of ['@smsflow/node-red-sms', 'First steps']) await dialog.getByText(name, { exact: true }).click();
  const first = dialog.getByText('0 - Alarm, delivery and reply');
  await first.click();
  // As the list unfolds, so that the folders of ours are seen.
  await settled(page);
  await save('import', dialog);
}

async function newAccount(editor) {
  const { page } = editor;
  await editor.edit('send');
  await page.locator('#node-input-btn-provider-add').click();
  const tray = await editor.tray();
  await tray.locator('#node-config-input-name').fill('Alarms');
  await tray.locator('#node-config-input-region').fill('BE');
  await settled(page);
  await save('account', tray);
}

async function flowAtWork({ page }) {
  await page.setViewportSize({ width: 1200, height: 600 });
  // Room for what the debug nodes show.
  await page.getByRole('button', { name: 'Information' }).click();
  await page.getByRole('button', { name: 'Toggle left sidebar' }).click();
  await nodeRed.admin('POST', '/inject/alarm', {});
  const shownBy = (name) =>
    page.locator('.red-ui-debug-msg').filter({ has: page.getByText(`node: ${name}`, { exact: true }) });
  await shownBy('reply').waitFor({ timeout: 20_000 });
  const report = shownBy('what became of it').last();
  await report.locator('.red-ui-debug-msg-object-handle').first().click();
  await report.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await page.mouse.move(500, 400);
  await settled(page);
  await save('flow', page);
}

/** After the flow was at work: what it has sent, and the phone that answered. */
async function monitor({ page }) {
  await page.setViewportSize({ width: 1100, height: 980 });
  await page.evaluate(() => globalThis.RED.sidebar.show('sms-monitor'));
  // It shares the sidebar with the debug messages, which are not wanted here.
  await page.locator('[data-tab-id="debug"]').click();
  await page.mouse.move(400, 600);
  await page.locator('.sms-screen .sms-written').first().waitFor({ timeout: 20_000 });
  await settled(page);
  await save('monitor', page);
}

async function sendDialog(editor) {
  await editor.page.setViewportSize({ width: 1280, height: 720 });
  const tray = await editor.edit('send');
  await settled(editor.page);
  await save('send', tray);
}

async function withEditor(act) {
  const editor = await Editor.open(browser, nodeRed.url, 'light');
  await act(editor);
  await editor.close();
}

/** What slides and fades has come to rest. */
async function settled(page) {
  await page.waitForTimeout(800);
}

async function save(name, target) {
  const path = `${FOLDER}/${name}.png`;
  await target.screenshot({ path });
  console.log(`docs/images/${name}.png: ${Math.round(statSync(path).size / 1024)} kB`);
}
