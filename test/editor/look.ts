/** How a dialog looks to a person: translated, inside its tray, and readable. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';

/** What a key of a catalogue looks like that was not translated. */
export const KEY = /\b(?:sms-[a-z-]+|webhook-in|shared|rules|form|operations|node-red)[.:][a-zA-Z]/;
/** WCAG AA for large text and for what is not the main text. */
const LEAST_CONTRAST = 3;

/** No key of a catalogue is left, nothing stands out of the tray, every text can be told from what is behind it, and every control has a name. */
export async function assertLooksWell(tray: Locator): Promise<void> {
  const words = await wordsOf(tray);
  assert.deepEqual(
    words.filter((text) => KEY.test(text)),
    [],
  );
  assert.deepEqual(await overflowing(tray), []);
  assert.deepEqual(await faint(tray), []);
  assert.deepEqual(await nameless(tray), []);
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

/** Texts of the dialog that can hardly be told from what is behind them; what is switched off may be faint. */
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
      return (
        element.offsetParent !== null &&
        !element.matches(':disabled') &&
        (own || element.matches('input, select, textarea'))
      );
    });
    return texts
      .filter((element) => contrast(element) < least)
      .map((element) => `${element.tagName} ${element.id || element.className}: ${contrast(element).toFixed(2)}`);
  }, LEAST_CONTRAST);
}

/** Fields of the dialog of which a screen reader has nothing to say but what is in them. */
function nameless(tray: Locator): Promise<string[]> {
  return tray.locator('.sms-dialog').evaluate((dialog) => {
    const fields = [
      ...dialog.querySelectorAll<HTMLInputElement>(':is(input, select, textarea):not([aria-hidden])'),
    ].filter((field) => field.offsetParent !== null);
    const textOf = (element: Element | null) => element?.textContent?.trim() ?? '';
    const nameOf = (field: HTMLInputElement) =>
      field.getAttribute('aria-label') ||
      textOf(document.getElementById(field.getAttribute('aria-labelledby') ?? '')) ||
      [...(field.labels ?? [])].map(textOf).join('');
    return fields.filter((field) => !nameOf(field)).map((field) => field.outerHTML.slice(0, 150));
  });
}
