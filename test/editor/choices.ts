/** The drop-downs: what the account has, chosen by mouse and keyboard, with writing still possible. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Editor, World } from './browser.ts';
import { ACCOUNT, OTHER_ACCOUNT } from './fixtures.ts';
import { assertLooksWell } from './look.ts';

/** The tests of what an account offers, in the flow with the invented providers. */
export function choices(world: () => World): void {
  let editor: Editor;
  let root = '';

  before(() => {
    editor = world().editor;
    root = world().nodeRed.url;
  });

  afterEach(() => editor.cancelAll());

  const rowOf = (tray: Locator, control: string) =>
    tray.locator('.form-row', { has: editor.page.locator(`#${control}`) });
  const options = (row: Locator) => row.locator('.sms-choices [data-value]').allInnerTexts();

  it('are asked for when the field gets the focus, once, and shown by its button', async () => {
    const asked: string[] = [];
    const listen = (request: { url(): string }) => asked.push(request.url());
    editor.page.on('request', listen);
    const row = rowOf(await editor.edit('sms-send'), 'node-input-sender');
    await row.locator('.red-ui-typedInput-input').focus();
    await row.locator('.sms-open').click();
    await row.locator('[data-value]').first().waitFor();
    assert.deepEqual(await options(row), ['8888', '666\nfor alarms']);
    await assertLooksWell(row.locator('xpath=ancestor::*[contains(@class, "red-ui-tray")][1]'));
    await row.getByText('for alarms').click();
    assert.equal(await row.locator('.sms-choices').isVisible(), false);
    editor.page.off('request', listen);
    assert.equal(asked.filter((url) => url.endsWith('/choices/sender')).length, 1);
    await editor.done();
    const { sender, senderType } = await editor.stored('sms-send');
    assert.deepEqual({ sender, senderType }, { sender: '666', senderType: 'str' });
  });

  it('are searched by what is written, and taken by the keys alone', async () => {
    const row = rowOf(await editor.edit('sms-send'), 'node-input-sender');
    const line = row.locator('.red-ui-typedInput-input');
    await line.fill('');
    await line.press('ArrowDown');
    await row.locator('[data-value]').first().waitFor();
    assert.equal(await line.getAttribute('aria-expanded'), 'true');
    await line.pressSequentially('alarm');
    await editor.page.waitForFunction(() => document.querySelectorAll('.sms-choices [data-value]').length === 1);
    await line.press('ArrowDown');
    const active = await line.getAttribute('aria-activedescendant');
    assert.equal(await row.locator(`#${active}`).getAttribute('data-value'), '666');
    await line.press('Enter');
    assert.equal(await line.inputValue(), '666');
    await line.fill('Mine');
    await row.getByText('none like this').waitFor();
    await line.press('Escape');
    assert.equal(await row.locator('.sms-choices').isVisible(), false);
    await editor.done();
    assert.equal((await editor.stored('sms-send')).sender, 'Mine', 'what is written stays');
  });

  it('are not offered for a value that comes from somewhere else, nor by an account that has none', async () => {
    const tray = await editor.edit('sms-send');
    const row = rowOf(tray, 'node-input-sender');
    await tray.locator('#node-input-provider').selectOption(OTHER_ACCOUNT);
    await row.locator('.sms-open').waitFor({ state: 'hidden' });
    await tray.locator('#node-input-provider').selectOption(ACCOUNT);
    await row.locator('.sms-open').waitFor();
  });

  it('are those of the open dialog in an account, with the sentence of what went wrong', async () => {
    const tray = await editor.edit(ACCOUNT);
    const row = rowOf(tray, 'node-config-input-sender');
    const answer = { status: 400, json: { message: 'The vendor is <b>away</b>.' } };
    const path = `${root}/sms-provider/choices/sender`;
    await editor.page.route(path, (route) => route.fulfill(answer));
    await row.locator('.sms-open').click();
    await row.getByText('The vendor is <b>away</b>.').waitFor();
    await editor.page.unroute(path);
    let asked: { id?: string; config?: { provider: string }; credentials?: object } = {};
    await editor.page.route(path, (route) => {
      asked = route.request().postDataJSON();
      return route.fulfill({ json: { choices: [{ value: 'ACME' }] } });
    });
    await row.locator('.sms-open').click();
    await row.locator('.sms-open').click();
    await row.getByText('ACME').click();
    await editor.page.unroute(path);
    assert.equal(await tray.locator('#node-config-input-sender').inputValue(), 'ACME');
    assert.deepEqual([asked.id, asked.config?.provider], [ACCOUNT, 'acme']);
  });

  it('fill in the parameters of sms-request, one more line where it is a list', async () => {
    const tray = await editor.edit('sms-request');
    const code = rowOf(tray, 'sms-param-code');
    await code.locator('.sms-open').click();
    await code.getByText('Alpha').click();
    const people = rowOf(tray, 'sms-param-destinations');
    for (const name of ['Ann', '+3222']) {
      await people.locator('.sms-open').click();
      await people.locator('[data-value]', { hasText: name }).click();
    }
    await editor.done();
    const { params } = await editor.stored('sms-request');
    const destinations = ['+32470120000', '+3211', '+3222'];
    assert.deepEqual(JSON.parse(String(params)), { message: 'Hello', code: 'AB', destinations });
  });
}
