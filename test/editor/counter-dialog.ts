/** The counter among the other controls of its dialog: recipients, alphabet, limit, provider. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { providers } from '../../dist/src/providers/index.js';
import { composeFor } from '../../dist/src/providers/transcript.js';
import { compose, type SmsError } from '../../dist/src/sms/index.js';
import type { Editor, EditorApi, World } from './browser.ts';
import { area, choose, FRENCH, figures, marked, refusal, write } from './counter-hands.ts';
import { assertLooksWell } from './look.ts';

/** How the text and its counter look. */
export function counterLooks(world: () => World): void {
  it('are translated, fit the tray and can be read', async () => {
    const { editor } = world();
    for (const id of ['sms-send', 'sms-length']) {
      const tray = await write(editor, id, `${FRENCH} {{name}} 🎉`);
      assert.ok((await tray.locator('.sms-counter-buttons button').count()) > 3);
      await assertLooksWell(tray);
      await editor.cancel();
    }
    assert.deepEqual(editor.complaints, []);
  });
}

/** The tests of the counter in its dialog, in the flow with the invented providers. */
export function counterInDialog(world: () => World): void {
  let editor: Editor;

  before(() => {
    ({ editor } = world());
  });

  afterEach(() => editor.cancelAll());

  it('keeps a text of several lines, and the source of one that comes from elsewhere', async () => {
    const tray = await write(editor, 'sms-send', 'one\ntwo');
    await choose(editor, tray, 'text', 'msg');
    assert.equal(await area(tray).isVisible(), false);
    await tray.getByText('Counted when a message comes in').waitFor();
    await choose(editor, tray, 'text', 'str');
    assert.equal(await area(tray).inputValue(), 'one\ntwo');
    await editor.done();
    const { text, textType } = await editor.stored('sms-send');
    assert.deepEqual({ text, textType }, { text: 'one\ntwo', textType: 'str' });
    const again = await editor.edit('sms-send');
    assert.equal(await area(again).inputValue(), 'one\ntwo');
    assert.deepEqual(await figures(again), ['GSM-7', '7 characters', '1 part', '153 left']);
    await choose(editor, again, 'text', 'msg');
    await editor.done();
    const { text: path, textType: type } = await editor.stored('sms-send');
    assert.deepEqual({ path, type }, { path: 'payload', type: 'msg' });
  });

  it('counts a text with fields as the least, where they may be filled in', async () => {
    const tray = await write(editor, 'sms-send', 'Hi {{name}}!');
    assert.deepEqual(await figures(tray), ['GSM-7', 'at least 4 characters', 'at least 1 part']);
    assert.deepEqual(await marked(tray, 'blank'), ['{{name}}']);
    await choose(editor, tray, 'to', 'str');
    assert.deepEqual((await figures(tray))[1], '12 characters (16 septets)');
    await tray.getByText('here it goes out as it stands').waitFor();
    await editor.cancel();
    const length = await write(editor, 'sms-length', 'Hi {{name}}!');
    assert.deepEqual((await figures(length))[1], '12 characters (16 septets)');
  });

  it('multiplies by the recipients that are known, and misses their fields', async () => {
    await editor.page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      const to = '[{"to": "+32470120000", "name": "Jan"}, {"to": "+32470120001", "name": "Els"}]';
      Object.assign(RED.nodes.node('sms-send'), { to, toType: 'json' });
    });
    const tray = await write(editor, 'sms-send', 'Hi {{name}}!');
    assert.equal((await figures(tray)).at(-1), 'at least 2 parts for 2 recipients');
    await area(tray).fill('Hi {{nmae}}!');
    assert.match(await refusal(tray), /no field for \{\{nmae\}\}: it has only: to, name/);
    await area(tray).fill('Hi!');
    assert.equal((await figures(tray)).at(-1), '2 parts for 2 recipients');
    await editor.cancel();
    await editor.page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      Object.assign(RED.nodes.node('sms-send'), { to: 'to', toType: 'msg' });
    });
  });

  it('refuses what is too long in the words of the runtime', async () => {
    const text = `${'x'.repeat(160)}’`;
    const tray = await write(editor, 'sms-send', text);
    await tray.locator('details summary').click();
    await tray.locator('#node-input-maxParts').fill('2');
    const words = (alphabet: 'auto' | 'unicode') => thrown(() => compose(text, { alphabet, maxParts: 2 })).message;
    assert.equal(await refusal(tray), words('auto'));
    assert.match(await refusal(tray), /maxParts allows 2/);
    assert.equal(await tray.locator('.sms-counter-bar .sms-over').count(), 1);
    await tray.locator('#node-input-alphabet').selectOption('gsm');
    assert.equal(await refusal(tray), '');
    assert.deepEqual(await marked(tray, 'replaced'), ['’']);
    await tray.locator('#node-input-alphabet').selectOption('unicode');
    assert.equal(await refusal(tray), words('unicode'));
    assert.equal(await tray.locator('mark').count(), 0);
    await tray.locator('#node-input-maxParts').fill('3');
    assert.equal(await refusal(tray), '');
  });

  it('complains of nothing', () => {
    assert.deepEqual(editor.complaints, []);
  });
}

/** The tests of what the real providers make of a text. */
export function counterOfProviders(world: () => World): void {
  let editor: Editor;
  let tray: Locator;

  before(async () => {
    ({ editor } = world());
    tray = await write(editor, 'sms-send', '');
  });

  after(() => editor.cancelAll());

  it('tells what a provider would change or leave out, and refuses in its words', async () => {
    const provider = providers.find(({ transcribe }) => transcribe);
    assert.ok(provider);
    await tray.locator('#node-input-provider').selectOption(`my-${provider.id}`);
    await area(tray).fill('Être “là”, ñ 🎉');
    await tray.getByText('Changed by this provider:').waitFor();
    assert.deepEqual(await marked(tray, 'replaced'), ['Ê']);
    assert.deepEqual(await marked(tray, 'foldable'), ['“', '”']);
    assert.deepEqual(await marked(tray, 'stuck'), ['🎉']);
    const { message } = thrown(() => composeFor(provider, 'Être “là”, ñ 🎉'));
    assert.equal(await refusal(tray), message);
    await area(tray).fill('Être là');
    assert.deepEqual(await figures(tray), ['GSM-7', '7 characters', '1 part', '153 left']);
    assert.equal(await refusal(tray), '');
  });

  it('says for which words a provider puts others', async () => {
    await tray.locator('#node-input-provider').selectOption('my-callr');
    await area(tray).fill('Come in! %STOPNUM%');
    await tray.getByText('The provider puts something else for %STOPNUM%').waitFor();
    assert.deepEqual(await marked(tray, 'blank'), ['%STOPNUM%']);
    await tray.locator('#node-input-provider').selectOption('my-enco');
    await tray.getByText('puts something else').waitFor({ state: 'detached' });
  });
}

function thrown(work: () => unknown): SmsError {
  try {
    work();
  } catch (error) {
    return error as SmsError;
  }
  throw new Error('Nothing was refused.');
}
