/** The languages of the editor: complete beside English, and what a person sees whose browser speaks one. */
import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { manifest } from '../support/packed.ts';
import { Editor, startBrowser } from './browser.ts';
import { ACCOUNT, ACTION_TYPES, ANSWERS, flow } from './fixtures.ts';
import { ENGLISH, FOLDERS, help, LANGUAGES, labels, placeholders, sameAsEnglish, skeleton } from './languages.ts';
import { assertLooksWell, KEY } from './look.ts';

/** What a browser says that it wants. */
const LOCALES: Record<string, string> = { fr: 'fr-FR', nl: 'nl-BE', de: 'de-DE' };
/** An account that the runtime knows, for the monitor. */
const MONITORED = { id: 'alarms', type: 'sms-provider', name: 'Alarms', provider: 'zoomconnect', sandbox: true };
/** Shorter texts may be part of others. */
const TELLING = 10;

describe('the languages', () => {
  it('are those that are checked here, and English has help for every node', () => {
    assert.deepEqual(Object.keys(LOCALES), Object.keys(LANGUAGES));
    for (const type of Object.keys(manifest['node-red'].nodes)) assert.ok(help(type, ENGLISH), type);
  });

  for (const language of [ENGLISH, ...Object.keys(LANGUAGES)]) {
    it(`call the nodes as the palette does, in ${language}`, () => {
      const types = new RegExp(`\\b(${Object.keys(manifest['node-red'].nodes).join('|')})\\b`);
      const palette = FOLDERS.flatMap((folder) => labels(folder, language)[`${folder}.paletteLabel`] ?? []);
      for (const folder of FOLDERS) {
        for (const [key, text] of Object.entries(labels(folder, language))) {
          assert.doesNotMatch(text, types, `${folder} ${key}`);
          if (folder !== 'sms-monitor') continue;
          const named = [...text.matchAll(/[“„«‘]\s?([^“”„«»‘’]+?)\s?[”“»’]/g)].map(([, name = '']) => name);
          for (const name of named) assert.ok(palette.includes(name), `${key}: ${name}`);
        }
      }
    });
  }

  for (const language of Object.keys(LANGUAGES)) {
    describe(language, () => {
      it('has a text for each key, and no other', () => {
        for (const folder of FOLDERS) {
          assert.deepEqual(Object.keys(labels(folder, language)), Object.keys(labels(folder, ENGLISH)), folder);
        }
      });

      it('puts the same words into its texts', () => {
        for (const folder of FOLDERS) {
          const english = labels(folder, ENGLISH);
          for (const [key, text] of Object.entries(labels(folder, language))) {
            assert.deepEqual(placeholders(text), placeholders(english[key] ?? ''), `${folder} ${key}`);
          }
        }
      });

      it('leaves nothing empty and nothing in English', () => {
        const left = FOLDERS.flatMap((folder) => {
          const english = labels(folder, ENGLISH);
          const texts = Object.entries(labels(folder, language));
          return texts.filter(([key, text]) => text.trim() === '' || text === english[key]).map(([, text]) => text);
        });
        assert.deepEqual(
          left.filter((text) => !sameAsEnglish(language).includes(text)),
          [],
        );
      });

      it('has the same help, with the same code', () => {
        for (const folder of FOLDERS) {
          const english = help(folder, ENGLISH);
          const translated = help(folder, language);
          assert.deepEqual(translated && skeleton(translated), english && skeleton(english), folder);
        }
      });
    });
  }
});

describe('an editor in another language', function () {
  this.timeout(60_000);
  const editors: Record<string, Promise<Editor>> = {};
  let browser: Browser;
  let nodeRed: NodeRed;

  before(async function () {
    const starting = startNodeRed({ flows: [...flow, MONITORED] });
    browser = await startBrowser(this).finally(async () => {
      nodeRed = await starting;
    });
    // At once: most of it is waiting.
    for (const [language, locale] of Object.entries(LOCALES)) {
      editors[language] = Editor.open(browser, nodeRed.url, 'light', ANSWERS, locale);
    }
    await Promise.all(Object.values(editors));
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  for (const [language, locale] of Object.entries(LOCALES)) {
    it(`is all in ${language} for a browser that wants ${locale}`, async () => {
      const editor = await editors[language];
      assert.ok(editor);
      await assertPaletteAndHelp(editor, language);
      for (const id of ['sms-send', ACCOUNT]) {
        const tray = await editor.edit(id);
        await tray.locator('details').evaluateAll((folds) => {
          for (const fold of folds) (fold as HTMLDetailsElement).open = true;
        });
        await assertLooksWell(tray);
        assertNoEnglish(await tray.innerText(), language);
        await editor.cancel();
      }
      assertNoEnglish(await (await monitorOf(editor)).innerText(), language);
      assert.deepEqual(editor.complaints, []);
    });
  }
});

async function assertPaletteAndHelp(editor: Editor, language: string): Promise<void> {
  const shown = await editor.page.evaluate((types) => {
    const { RED } = globalThis as unknown as { RED: { nodes: { getNodeHelp(type: string): string } } };
    const palette = (type: string) =>
      document.querySelector(`[data-palette-type="${type}"]`)?.textContent?.trim().replace(/\s+/g, ' ');
    return types.map((type) => ({ type, name: palette(type), help: RED.nodes.getNodeHelp(type) }));
  }, ACTION_TYPES);
  for (const { type, name, help: told } of shown) {
    assert.equal(name, labels(type, language)[`${type}.paletteLabel`]);
    assert.ok(help(type, language)?.includes(told.trim()), `help of ${type}`);
  }
}

async function monitorOf({ page }: Editor): Promise<Locator> {
  await page.evaluate(() => {
    const { RED } = globalThis as unknown as { RED: { sidebar: { show(id: string): void } } };
    RED.sidebar.show('sms-monitor');
  });
  const pane = page.locator('.sms-monitor');
  await pane.locator('.sms-charts').waitFor();
  return pane;
}

/** No key, and no text of an English catalogue. */
function assertNoEnglish(shown: string, language: string): void {
  assert.doesNotMatch(shown, KEY);
  const texts = FOLDERS.flatMap((folder) => Object.values(labels(folder, ENGLISH)));
  const telling = texts.filter((text) => text.length > TELLING && !sameAsEnglish(language).includes(text));
  assert.deepEqual(
    telling.filter((text) => shown.includes(text)),
    [],
  );
}
