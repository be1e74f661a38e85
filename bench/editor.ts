/** A keystroke in the text of sms-send, with the counter under it, in Chromium. */
import { Editor, startBrowser } from '../test/editor/browser.ts';
import { startNodeRed } from '../test/support/node-red.ts';
import { type Findings, quantile } from './measure.ts';

const LENGTH = 1000;
const KEYS = 400;

const TEXTS = {
  'GSM alphabet': 'The pump in hall 3 has stopped: pressure 2.1 bar, 71 degrees. ',
  'Unicode, some of it foldable': 'L’été à l’hôtel — “complet” ☎ naïve œuvre, déjà vu… ',
  Cyrillic: 'Внимание: насос остановлен, давление упало до 2,1 бар. ',
};

export async function measureGroup(): Promise<Findings> {
  const flows = [
    { id: 'tab', type: 'tab', label: 'Editor' },
    ...Object.values(TEXTS).map((text, i) => ({
      ...{ id: `send-${i}`, type: 'sms-send', z: 'tab', y: 100 + 50 * i, x: 200, provider: '', wires: [[], []] },
      ...{ to: 'to', toType: 'msg', text: text.repeat(LENGTH).slice(0, LENGTH), textType: 'str' },
    })),
  ];
  const nodeRed = await startNodeRed({ flows });
  const suite = {
    skip: () => {
      throw new Error('the keystroke needs Chromium');
    },
  };
  const browser = await startBrowser(suite as unknown as Mocha.Context);
  const editor = await Editor.open(browser, nodeRed.url, 'light');
  const rows: [string, number, number, number][] = [];
  for (const [i, name] of Object.keys(TEXTS).entries()) {
    await editor.edit(`send-${i}`);
    const times = await keystrokes(editor);
    rows.push([name, quantile(times, 0.5), quantile(times, 0.95), Math.max(...times)]);
    await editor.cancel();
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  await browser.close();
  await nodeRed.kill();
  return {
    values: { 'editor.keystroke': Math.max(...rows.map(([, p50]) => p50)) },
    table: { head: [`text of ${LENGTH.toLocaleString('en-US')} characters`, 'ms, p50', 'p95', 'most'], rows },
  };
}

/**
 * Milliseconds of the page for each key, a letter put in the middle or taken out again, until all is laid out; what a
 * bare textarea with the same text takes for it in the same moment is the browser's, and is taken off.
 */
function keystrokes(editor: Editor): Promise<number[]> {
  return editor.page.evaluate(async (keys) => {
    const area = document.querySelector('#sms-text') as HTMLTextAreaElement;
    const bare = area.cloneNode() as HTMLTextAreaElement;
    bare.value = area.value;
    document.body.append(bare);
    const press = (where: HTMLTextAreaElement, isLetter: boolean) => {
      where.focus();
      document.body.getBoundingClientRect();
      const begin = performance.now();
      if (isLetter) document.execCommand('insertText', false, 'x');
      else document.execCommand('delete');
      document.body.getBoundingClientRect();
      return performance.now() - begin;
    };
    const times: number[] = [];
    for (const one of [area, bare]) one.setSelectionRange(area.value.length / 2, area.value.length / 2);
    for (let key = 0; key < keys; key += 1) {
      await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
      const isLetter = key % 2 === 0;
      times.push(-press(bare, isLetter) + press(area, isLetter));
    }
    bare.remove();
    // The first ones compile.
    return times.slice(keys / 10);
  }, KEYS);
}
