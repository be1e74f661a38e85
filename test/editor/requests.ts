/** What the dialog of sms-request does: it finds an operation, makes a form of its schema, and keeps what is filled in as JSON. */
import assert from 'node:assert/strict';
import type { Editor, World } from './browser.ts';
import { OTHER_ACCOUNT } from './fixtures.ts';

/** The tests of sms-request, in the flow with the invented providers. */
export function requests(world: () => World): void {
  let editor: Editor;

  before(() => {
    ({ editor } = world());
  });

  afterEach(() => editor.cancelAll());

  it('makes a form of the schema and keeps what is filled in as JSON of the right types', async () => {
    const tray = await editor.edit('sms-request');
    await tray.locator('#sms-param-message').fill('Hello');
    await tray.locator('#sms-param-destinations').fill('+32470120000\n+32470120001');
    await tray.locator('#sms-param-nature').selectOption({ label: 'MARKETING' });
    await tray.locator('#sms-param-flash').selectOption({ label: 'false' });
    await tray.locator('#sms-param-tags').fill('one');
    await tray.locator('#sms-param-ages').fill('7\n77');
    await tray.locator('#sms-param-at').fill('2026-03-01T10:00:00+01:00');
    await tray.locator('#sms-param-people').fill('[{"name": "Ann"}]');
    await tray.locator('#sms-param-validity').fill('5');
    await tray.locator('#sms-param-meta').fill('{"a": 1}');
    await tray.locator('#sms-param-message').focus();
    await editor.done();
    const { params, paramsType } = await editor.stored('sms-request');
    assert.equal(paramsType, 'json');
    assert.deepEqual(JSON.parse(String(params)), {
      message: 'Hello',
      destinations: ['+32470120000', '+32470120001'],
      nature: 'MARKETING',
      flash: false,
      tags: 'one',
      ages: [7, 77],
      at: '2026-03-01T10:00:00+01:00',
      people: [{ name: 'Ann' }],
      validity: 5,
      meta: { a: 1 },
    });
  });

  it('shows what is stored, and leaves out what is emptied', async () => {
    const tray = await editor.edit('sms-request');
    assert.equal(await tray.locator('#sms-param-destinations').inputValue(), '+32470120000\n+32470120001');
    assert.equal(await tray.locator('#sms-param-flash option:checked').innerText(), 'false');
    assert.equal(await tray.locator('#sms-param-people').inputValue(), JSON.stringify([{ name: 'Ann' }], null, 2));
    for (const name of ['meta', 'ages', 'tags', 'at', 'people']) await tray.locator(`#sms-param-${name}`).fill('');
    await tray.locator('#sms-param-flash').selectOption('');
    await editor.done();
    const params = JSON.parse(String((await editor.stored('sms-request')).params));
    assert.deepEqual(Object.keys(params).sort(), ['destinations', 'message', 'nature', 'validity']);
  });

  it('says what is wrong with a value, and writes nothing that cannot be read', async () => {
    const tray = await editor.edit('sms-request');
    const wrongs: [name: string, value: string, told: string][] = [
      ['validity', '0', '1 or more.'],
      ['code', 'Ab', 'Not in the form that the provider documents.'],
      ['at', 'tomorrow', 'Not a date and time.'],
      ['people', '[{"age": 1}]', '1: name is missing.'],
      ['people', '[{"name": "Ann", "size": 1}]', '1: size is not known here.'],
      ['people', '[{"name": "Ann", "age": 1.5}]', '1: age: This has to be: a whole number.'],
      ['people', '[{"name', 'This is no JSON yet.'],
      ['ages', 'many', 'This has to be: a number.'],
    ];
    for (const [name, value, told] of wrongs) {
      const control = tray.locator(`#sms-param-${name}`);
      await control.fill(value);
      await control.blur();
      const row = tray.locator('.sms-wrong', { has: editor.page.locator(`#sms-param-${name}`) });
      assert.equal(await row.locator('.sms-problem').innerText(), told, `${name} ${value}`);
    }
    const written = JSON.parse(await tray.locator('#node-input-params').inputValue());
    assert.deepEqual(written.people, [{ name: 'Ann', age: 1.5 }], 'the last that could be read');
    assert.equal(written.ages, undefined);
    await tray.locator('#sms-param-validity').fill('1');
    await tray.locator('#sms-param-validity').blur();
    assert.equal(await tray.locator('.sms-wrong #sms-param-validity').count(), 0);
  });

  it('writes a text in several lines, and a time from a calendar', async () => {
    const tray = await editor.edit('sms-request');
    assert.equal(await tray.locator('#sms-param-message').evaluate((element) => element.tagName), 'TEXTAREA');
    await tray.locator('#sms-param-message').fill('one\ntwo');
    await tray.locator('#sms-param-message').blur();
    await tray.locator('.sms-calendar input').evaluate((picker: HTMLInputElement) => {
      picker.value = '2026-05-01T12:00';
      picker.dispatchEvent(new Event('change', { bubbles: true }));
    });
    const params = JSON.parse(await tray.locator('#node-input-params').inputValue());
    assert.equal(params.message, 'one\ntwo');
    assert.equal(new Date(params.at).getTime(), await editor.page.evaluate(() => Date.parse('2026-05-01T12:00')));
    assert.match(params.at, /^2026-.*Z$/);
  });

  it('takes to another operation what that knows too, and brings back the rest', async () => {
    const tray = await editor.edit('sms-request');
    const params = async () => JSON.parse(await tray.locator('#node-input-params').inputValue());
    const before = await params();
    assert.ok(before.message && before.destinations);
    await tray.locator('#node-input-operation').selectOption('acme.messages.post');
    assert.deepEqual(await params(), { message: before.message });
    await tray.locator('#node-input-operation').selectOption('acme.messages.send');
    assert.deepEqual(await params(), before);
  });

  it('marks a deprecated operation, and says what to use', async () => {
    const tray = await editor.edit('sms-request');
    const option = tray.locator('option[value="acme.messages.post"]');
    assert.equal(await option.innerText(), 'Post a message (deprecated)');
    await tray.locator('#node-input-operation').selectOption('acme.messages.post');
    await tray.getByText('use acme.messages.send.').waitFor();
    await tray.getByText('Source: the documentation of Acme, page 0').waitFor();
  });

  it('finds operations by words, and loses no choice on the way', async () => {
    const tray = await editor.edit('sms-request');
    const search = tray.locator('#sms-request-search');
    const list = tray.locator('#node-input-operation');
    assert.equal(await search.getAttribute('placeholder'), 'search 6 operations');
    await search.fill('LIST mess');
    assert.equal(await list.inputValue(), 'acme.messages.send');
    assert.deepEqual(
      await list.locator('option').evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value)),
      ['', 'acme.messages.send', 'acme.messages.list'],
    );
    assert.ok(Number(await list.getAttribute('size')) > 1, 'open');
    await search.press('Enter');
    assert.equal(await list.inputValue(), 'acme.messages.list');
    assert.equal(await list.getAttribute('size'), null);
    await tray.locator('#sms-param-limit').waitFor();
    await search.fill('nothing at all');
    await search.press('Enter');
    assert.equal(await list.inputValue(), 'acme.messages.list');
    await search.press('Escape');
    assert.equal(await search.inputValue(), '');
    assert.equal(await list.locator('option').count(), 7);
    await search.fill('credit');
    await list.selectOption('acme.balance');
    await list.blur();
    await editor.done();
    assert.equal((await editor.stored('sms-request')).operation, 'acme.balance');
    await editor.edit('sms-request');
    await list.selectOption('acme.messages.send');
    await editor.done();
  });

  it('keeps a parameter that the operation does not know, shows it, and takes it out when it is emptied', async () => {
    const tray = await editor.edit('sms-request');
    const params = tray.locator('#node-input-params');
    const known = JSON.parse(await params.inputValue());
    await params.evaluate(
      (input, json) => {
        const { $ } = globalThis as unknown as { $: (e: Element) => { typedInput(a: string, b: string): void } };
        $(input).typedInput('value', json);
      },
      JSON.stringify({ ...known, message: 'Hi', validity: 'soon', old: { a: 1 } }),
    );
    const row = tray.locator('.form-row', { has: editor.page.locator('#sms-param-old') });
    await row.getByText('Not a parameter of this operation').waitFor();
    assert.equal(await row.locator('textarea').inputValue(), '{\n  "a": 1\n}');
    assert.equal(await tray.locator('#sms-param-validity').inputValue(), '"soon"', 'not of its type, and not lost');
    await tray.locator('#sms-param-message').fill('Hello');
    await tray.locator('#sms-param-message').blur();
    assert.deepEqual(JSON.parse(await params.inputValue()), {
      ...known,
      message: 'Hello',
      validity: 'soon',
      old: { a: 1 },
    });
    await row.locator('textarea').fill('');
    await row.locator('textarea').blur();
    assert.equal('old' in JSON.parse(await params.inputValue()), false);
  });

  it('has no form for what is no JSON object, and says so', async () => {
    const tray = await editor.edit('sms-request');
    await tray.locator('#node-input-params').evaluate((input) => {
      const { $ } = globalThis as unknown as { $: (e: Element) => { typedInput(a: string, b: string): void } };
      $(input).typedInput('value', '[1');
    });
    await tray.getByText('no JSON object').waitFor();
    assert.equal(await tray.locator('#sms-request-form').isVisible(), false);
  });

  it('marks what is required, and groups the operations', async () => {
    const tray = await editor.edit('sms-request');
    const starred = tray.locator('#sms-request-form label', { has: editor.page.locator('.sms-required') });
    assert.deepEqual(await starred.allInnerTexts(), ['message *', 'destinations *']);
    const groups = tray.locator('#node-input-operation optgroup');
    assert.deepEqual(await groups.evaluateAll((all) => all.map((group) => group.getAttribute('label'))), [
      'messages',
      'this account',
    ]);
  });

  it("offers the account's own operations whoever the provider is, and keeps the one that is chosen", async () => {
    const tray = await editor.edit('sms-request');
    const list = tray.locator('#node-input-operation');
    await tray.locator('#sms-request-search').fill('this account drop');
    await tray.locator('#sms-request-search').press('Enter');
    assert.equal(await list.inputValue(), 'account.drop');
    await tray.getByText('account.drop · changes something in this account').waitFor();
    await tray.locator('#node-input-provider').selectOption(OTHER_ACCOUNT);
    await list.locator('option[value="acme.messages.send"]').waitFor({ state: 'detached' });
    assert.equal(await list.inputValue(), 'account.drop');
    await tray.locator('#sms-param-reference').waitFor();
  });

  it('asks for all pages only where there are pages', async () => {
    const tray = await editor.edit('sms-request');
    assert.equal(await tray.locator('#node-input-all').isVisible(), false);
    await tray.locator('#node-input-operation').selectOption('acme.messages.list');
    assert.equal(await tray.locator('#node-input-all').isVisible(), true);
  });

  it('has no form when the parameters come from the message', async () => {
    const tray = await editor.edit('sms-request');
    assert.equal(await tray.locator('#sms-param-message').isVisible(), true);
    await tray.locator('#node-input-params').evaluate((input) => {
      const { $ } = globalThis as unknown as { $: (e: Element) => { typedInput(a: string, b: string): void } };
      $(input).typedInput('type', 'msg');
    });
    assert.equal(await tray.locator('#sms-request-form').isVisible(), false);
  });

  it('keeps an operation that the account does not know', async () => {
    const tray = await editor.edit('sms-request');
    await tray.locator('#node-input-provider').selectOption(OTHER_ACCOUNT);
    await tray.locator('#sms-request-form').waitFor({ state: 'hidden' });
    assert.equal(await tray.locator('#node-input-operation').inputValue(), 'acme.messages.send');
  });
}
