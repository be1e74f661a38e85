/** The text of a message in its dialog: counted as one types, with what makes it dear marked and repaired by a click. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Editor, World } from './browser.ts';
import { area, FRENCH, figures, marked, refusal, write } from './counter-hands.ts';

/** The tests of the counter, in the flow with the invented providers. */
export function counter(world: () => World): void {
  let editor: Editor;
  let tray: Locator;

  before(async () => {
    ({ editor } = world());
    tray = await write(editor, 'sms-send');
    await editor.page.waitForFunction(() => document.activeElement?.id === 'sms-text');
  });

  after(() => editor.cancelAll());

  it('counts as one types', async () => {
    await area(tray).fill('');
    assert.deepEqual(await figures(tray), ['GSM-7', '0 characters', '0 parts', '160 left']);
    await area(tray).pressSequentially('a[');
    assert.deepEqual(await figures(tray), ['GSM-7', '2 characters (3 septets)', '1 part', '157 left']);
    await area(tray).pressSequentially('’');
    assert.deepEqual(await figures(tray), ['UCS-2', '3 characters', '1 part', '67 left']);
    assert.deepEqual(await marked(tray, 'foldable'), ['’']);
    assert.deepEqual(await refusal(tray), '');
  });

  it('wants a text where one is written', async () => {
    await area(tray).fill('');
    const value = tray.locator('#node-input-text');
    await editor.page.waitForFunction(() => document.querySelector('#node-input-text.input-error'));
    await area(tray).pressSequentially('a');
    assert.doesNotMatch((await value.getAttribute('class')) ?? '', /input-error/);
  });

  it('replaces one character by a click, and all by another, and each can be undone', async () => {
    await area(tray).fill(`${FRENCH}\n${FRENCH}`);
    const [, characters] = await figures(tray);
    assert.equal(characters, '139 characters');
    assert.equal((await marked(tray, 'foldable')).length, 10);
    await tray.getByRole('button', { name: "Replace ’ (U+2019) by ' (6 times)" }).click();
    assert.equal(await area(tray).inputValue(), `${FRENCH}\n${FRENCH}`.replaceAll('’', "'"));
    assert.deepEqual(await marked(tray, 'foldable'), ['°', '…', '°', '…']);
    await tray.getByRole('button', { name: 'Replace all: 1 part instead of 3' }).click();
    assert.equal(
      await area(tray).inputValue(),
      `${FRENCH}\n${FRENCH}`.replaceAll('’', "'").replaceAll('°', 'o').replaceAll('…', '...'),
    );
    assert.equal((await figures(tray))[0], 'GSM-7');
    assert.equal(await tray.locator('mark, .sms-counter-buttons button').count(), 0);
    await editor.page.keyboard.press('Control+z');
    await editor.page.keyboard.press('Control+z');
    assert.equal(await area(tray).inputValue(), `${FRENCH}\n${FRENCH}`);
    assert.equal((await marked(tray, 'foldable')).length, 10);
    assert.equal(await tray.locator('#node-input-text').inputValue(), `${FRENCH}\n${FRENCH}`);
  });

  it('replaces what is a letter with marks on it, where the letter itself stays', async () => {
    const lines = [
      ['1️⃣ 2️⃣', '1 2'],
      ['ab\u0301c', 'abc'],
      ['x\u0301\u0302', 'x'],
      ['\u0645b\u0301 \u0645', '\u0645b \u0645'],
    ] as const;
    for (const [written, wanted] of lines) {
      await area(tray).fill(written);
      await tray.getByRole('button', { name: /^Replace all/ }).click();
      assert.equal(await area(tray).inputValue(), wanted);
      await editor.page.keyboard.press('Control+z');
      assert.equal(await area(tray).inputValue(), written);
    }
  });

  it('says so when all replaced is more', async () => {
    await area(tray).fill(`${'…'.repeat(30)}🎉`);
    await tray.getByRole('button', { name: 'Replace all: 2 parts instead of 1' }).waitFor();
  });

  it('leaves the caret where it was', async () => {
    await area(tray).fill('… and …');
    await area(tray).evaluate((element) => (element as HTMLTextAreaElement).setSelectionRange(5, 5));
    await tray.getByRole('button', { name: /^Replace all/ }).click();
    await editor.page.keyboard.type('!');
    assert.equal(await area(tray).inputValue(), '... and! ...');
  });

  it('takes out by a click what shows nothing', async () => {
    await area(tray).fill('a\u200bb');
    await tray.getByRole('button', { name: 'Remove U+200B, which shows nothing' }).click();
    assert.equal(await area(tray).inputValue(), 'ab');
  });

  it('names what nothing stands for, with its cost, and shows where it is', async () => {
    await area(tray).fill(`🎉 ${'x'.repeat(100)} 🎉`);
    await tray.getByText('makes it 2 parts instead of 1').waitFor();
    const find = tray.getByRole('button', { name: 'Show where 🎉 (U+1F389) is' });
    const selected = () =>
      area(tray).evaluate((element) => {
        const { selectionStart, selectionEnd } = element as HTMLTextAreaElement;
        return [selectionStart, selectionEnd];
      });
    await find.click();
    assert.deepEqual(await selected(), [0, 2]);
    await find.click();
    assert.deepEqual(await selected(), [104, 106]);
    await area(tray).fill('🎉');
    await tray.getByText('makes it Unicode, with 70 characters in a part').waitFor();
  });

  it('is worked by the keyboard, and told to a screen reader when one pauses', async () => {
    await area(tray).fill('it’s');
    await tray
      .locator('[role="status"]', { hasText: 'UCS-2, 4 characters, 1 part, 66 left' })
      .waitFor({ state: 'attached' });
    await area(tray).focus();
    await editor.page.keyboard.press('Tab');
    assert.equal(await tray.locator('mark.sms-pointed').innerText(), '’');
    await editor.page.keyboard.press('Enter');
    assert.equal(await area(tray).inputValue(), "it's");
    assert.equal(await area(tray).evaluate((element) => element === document.activeElement), true);
  });

  it('shows markup as the text that it is', async () => {
    const text = '<img src=x onerror="document.title=\'run\'">’<b>{{<i>}}</b>';
    await area(tray).fill(text);
    assert.equal(await tray.locator('.sms-paper img, .sms-paper b, .sms-paper i').count(), 0);
    assert.equal(await tray.locator('.sms-marks').textContent(), `${text}\n`);
    assert.doesNotMatch(await editor.page.title(), /run/);
  });

  it('breaks the lines of marks where the text has its own', async () => {
    await area(tray).fill(`${FRENCH} ${'word '.repeat(150)}${'w'.repeat(200)}\n\n…\n`);
    const sizes = await tray
      .locator('.sms-paper')
      .evaluate((paper) =>
        Array.from(paper.children, ({ clientWidth, scrollHeight }) => ({ clientWidth, scrollHeight })),
      );
    assert.ok((sizes[0]?.scrollHeight ?? 0) > 200);
    assert.deepEqual(sizes[0], sizes[1]);
    await area(tray).evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await editor.page.waitForFunction(() => {
      const [layer, text] = document.querySelector('.sms-paper')?.children ?? [];
      return text !== undefined && text.scrollTop > 100 && layer?.scrollTop === text.scrollTop;
    });
  });

  it('takes a text of 10,000 characters, and touches little of the page when one more is typed', async () => {
    const long = `${'it’s '.repeat(2000)}`;
    await area(tray).fill('');
    await area(tray).focus();
    await editor.page.keyboard.insertText(long);
    assert.deepEqual((await figures(tray)).slice(0, 3), ['UCS-2', '10000 characters', '150 parts']);
    assert.equal(await tray.locator('mark').count(), 500);
    await tray.locator('.sms-writing').evaluate((root) => {
      const touched = new Set<Node>();
      const watch = (records: MutationRecord[]) => {
        for (const { target } of records) touched.add(target);
      };
      new MutationObserver(watch).observe(root, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
      Object.assign(window, { touched });
    });
    await editor.page.keyboard.type('a');
    assert.equal((await figures(tray))[1], '10001 characters');
    const touched = await editor.page.evaluate(() => (globalThis as unknown as { touched: Set<Node> }).touched.size);
    assert.ok(touched > 0 && touched < 10, `${touched} nodes of the page`);
  });

  it('complains of nothing', () => {
    assert.deepEqual(editor.complaints, []);
  });
}
