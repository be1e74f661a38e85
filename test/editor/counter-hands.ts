/** What a person does with the text of a message in its dialog, and sees of it. */
import type { Locator } from 'playwright-core';
import type { Editor } from './browser.ts';

export const FRENCH = 'L’alarme de la pompe n° 3 s’est déclenchée… Merci d’appeler la salle.';

/** Opens the dialog of a node and chooses to write its text there. */
export async function write(editor: Editor, id: string, text?: string): Promise<Locator> {
  const tray = await editor.edit(id);
  // Node-RED gives the focus to the first control of a dialog once it has come in.
  await editor.page.waitForFunction(() => document.activeElement?.closest('.red-ui-tray-body'));
  await choose(editor, tray, 'text', 'str');
  if (text !== undefined) await tray.locator('#sms-text').fill(text);
  return tray;
}

/** Chooses the type of a TypedInput. */
export async function choose(editor: Editor, tray: Locator, property: string, type: string): Promise<void> {
  const row = tray.locator('.form-row', { has: editor.page.locator(`#node-input-${property}`) });
  await row.locator('.red-ui-typedInput-type-select').click();
  await editor.page.locator(`.red-ui-typedInput-options:visible a[value="${type}"]`).click();
}

export const figures = (tray: Locator) => tray.locator('.sms-counter-figures span').allTextContents();
export const marked = (tray: Locator, kind: string) => tray.locator(`mark.sms-mark-${kind}`).allTextContents();
export const area = (tray: Locator) => tray.locator('#sms-text');
export const refusal = (tray: Locator) => tray.locator('.sms-counter-refusal').innerText();
