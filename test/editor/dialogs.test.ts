/** Every dialog in a real browser: it opens, reads well in both themes, fits, and gives back what it was given. */
import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { type NodeRed, type NodeRedVersion, startNodeRed } from '../support/node-red.ts';
import { Editor, startBrowser, type Theme } from './browser.ts';
import { ACCOUNT, ACTION_TYPES, ANSWERS, flow } from './fixtures.ts';

const TYPES = [...ACTION_TYPES, 'sms-provider'];
const LOOKS: { version: NodeRedVersion; theme: Theme }[] = [
  { version: '5', theme: 'light' },
  { version: '5', theme: 'dark' },
  { version: '4', theme: 'light' },
];
/** What a key of a catalogue looks like that was not translated. */
const KEY = /\b(?:sms-[a-z-]+|webhook-in|shared|rules|node-red)[.:][a-zA-Z]/;
/** WCAG AA for large text and for what is not the main text. */
const LEAST_CONTRAST = 3;

for (const { version, theme } of LOOKS) {
  describe(`dialogs in Node-RED ${version}, ${theme}`, function () {
    this.timeout(60_000);
    let browser: Browser | undefined;
    let nodeRed: NodeRed | undefined;
    let editor: Editor;

    before(async function () {
      browser = await startBrowser(this);
      nodeRed = await startNodeRed({ version, flows: flow, settings: { httpAdminRoot: '/red' } });
      editor = await Editor.open(browser, nodeRed.url, theme, ANSWERS);
    });

    afterEach(() => editor?.cancelAll());

    after(async () => {
      await browser?.close();
      await nodeRed?.stop();
    });

    for (const type of TYPES) {
      it(`${type} opens, is translated, fits its tray and can be read`, async () => {
        const tray = await editor.edit(type === 'sms-provider' ? ACCOUNT : type);
        await tray.locator('details').evaluateAll((folds) => {
          for (const fold of folds) (fold as HTMLDetailsElement).open = true;
        });
        const words = await wordsOf(tray);
        assert.deepEqual(
          words.filter((text) => KEY.test(text)),
          [],
        );
        assert.deepEqual(await overflowing(tray), []);
        assert.deepEqual(await faint(tray), []);
        await editor.cancel();
        assert.deepEqual(editor.complaints, []);
      });
    }

    // The theme changes no value.
    const inOneTheme = theme === 'light' ? it : () => undefined;
    inOneTheme('a dialog that is closed with Done changes nothing but what was not there', async () => {
      for (const type of TYPES) {
        const id = type === 'sms-provider' ? ACCOUNT : type;
        await editor.edit(id);
        await editor.done();
        const once = await editor.stored(id);
        await editor.edit(id);
        await editor.done();
        assert.deepEqual(await editor.stored(id), once, type);
        const kept = flow.find((node) => node.id === id) as Record<string, unknown>;
        for (const property of Object.keys(kept)) {
          // Node-RED itself adds the ports to wires, and an account without a secret is given one.
          if (property !== 'wires') assert.deepEqual(once[property], kept[property], `${type} ${property}`);
        }
      }
    });

    it('a node with nothing but an account is valid', async () => {
      assert.deepEqual(await editor.invalid(), []);
    });

    it('every node has help, labels for its ports and an icon that is served', async () => {
      const described = await editor.page.evaluate((types) => {
        const { RED } = globalThis as unknown as { RED: RedTypes };
        return types.map((type) => {
          const definition = RED.nodes.getType(type);
          const label = (port: string, index: number) => {
            const labels = definition[`${port}Labels`] as ((index: number) => string) | undefined;
            return labels?.call(definition, index) ?? '';
          };
          const inputs = Array.from({ length: Number(definition.inputs ?? 0) }, (_, index) => label('input', index));
          const outputs = Array.from({ length: Number(definition.outputs ?? 0) }, (_, index) => label('output', index));
          return { type, help: RED.nodes.getNodeHelp(type), ports: [...inputs, ...outputs], icon: definition.icon };
        });
      }, TYPES);
      for (const { type, help, ports, icon } of described) {
        assert.ok((help ?? '').length > 1000, `help of ${type}`);
        assert.match(help ?? '', /<pre>/, `${type}: no example in its help`);
        for (const label of ports) {
          assert.ok(label.length > 3, `a port of ${type} has no label`);
          assert.doesNotMatch(label, KEY);
        }
        if (type === 'sms-provider') continue;
        const answer = await nodeRed?.admin('GET', `/icons/@smsflow/node-red-sms/${icon}`);
        assert.equal(answer?.status, 200, `icon of ${type}`);
        assert.match(answer?.text ?? '', /^<svg /);
      }
    });
  });
}

interface RedTypes {
  nodes: {
    getType(type: string): Record<string, unknown>;
    getNodeHelp(type: string): string | undefined;
  };
}

/** Everything a person reads in the dialog. */
function wordsOf(tray: Locator): Promise<string[]> {
  return tray.evaluate((root) => {
    const words = [(root as HTMLElement).innerText];
    for (const element of root.querySelectorAll('*')) {
      for (const name of ['placeholder', 'title', 'aria-label']) words.push(element.getAttribute(name) ?? '');
    }
    return words.flatMap((text) => text.split('\n')).filter((text) => text.trim() !== '');
  });
}

/** Controls of the dialog that stand out of the tray, or whose text stands out of them. */
function overflowing(tray: Locator): Promise<string[]> {
  return tray.locator('.sms-dialog').evaluate((dialog) => {
    const frame = (dialog.closest('.red-ui-tray-body') as HTMLElement).getBoundingClientRect();
    const seen = [...dialog.querySelectorAll<HTMLElement>('input, select, textarea, button, label, span, div')].filter(
      (element) => element.offsetParent !== null && element.getBoundingClientRect().width > 0,
    );
    return seen
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return left < frame.left - 1 || right > frame.right + 1;
      })
      .map((element) => `${element.tagName} ${element.id || element.className}`);
  });
}

/** Texts of the dialog that can hardly be told from what is behind them. */
function faint(tray: Locator): Promise<string[]> {
  return tray.locator('.sms-dialog').evaluate((dialog, least) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (!canvas) throw new Error('no canvas');
    const rgba = (color: string): number[] => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const behind = (element: Element | null): number[] => {
      for (let at = element; at; at = at.parentElement) {
        const color = rgba(getComputedStyle(at).backgroundColor);
        if (color[3] === 255) return color;
      }
      return [255, 255, 255, 255];
    };
    const luminance = (color: number[]) => {
      const [r = 0, g = 0, b = 0] = color.slice(0, 3).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (element: Element) => {
      const [a = 0, b = 0] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const texts = [...dialog.querySelectorAll<HTMLElement>('*')].filter((element) => {
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      return element.offsetParent !== null && (own || element.matches('input, select, textarea'));
    });
    return texts
      .filter((element) => contrast(element) < least)
      .map((element) => `${element.tagName} ${element.id || element.className}: ${contrast(element).toFixed(2)}`);
  }, LEAST_CONTRAST);
}
