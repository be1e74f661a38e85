/** The monitor in a real browser, on Node-RED 5 and 4. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { type NodeRed, startNodeRed } from '../support/node-red.ts';
import { Editor, startBrowser, type World } from './browser.ts';
import { flow, monitor, monitorLooks } from './monitor.ts';

describe('the monitor', function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async function () {
    browser = await startBrowser(this);
  });
  after(() => browser?.close());

  for (const version of ['5', '4'] as const) {
    describe(`in Node-RED ${version}`, () => {
      let nodeRed: NodeRed | undefined;
      let world: World;
      before(async () => {
        nodeRed = await startNodeRed({
          version,
          flows: flow,
          settings: { httpAdminRoot: '/red', httpNodeRoot: '/world' },
        });
        world = { nodeRed, editor: await Editor.open(browser, nodeRed.url, 'light') };
      });
      after(() => nodeRed?.stop());

      monitor(() => world, version === '5');
      describe('light', () => monitorLooks(() => world));
      if (version === '4') return;
      describe('dark', () => {
        let dark: World;
        before(async () => {
          assert(nodeRed);
          dark = { nodeRed, editor: await Editor.open(browser, nodeRed.url, 'dark') };
        });
        monitorLooks(() => dark);
      });

      describe('without an account', () => {
        it('tells somebody without an account how to begin', async () => {
          assert(nodeRed);
          await nodeRed.deploy([]);
          const { page } = await Editor.open(browser, nodeRed.url, 'light');
          await page.keyboard.press('Control+Shift+p');
          await page.keyboard.type('Show the SMS monitor');
          await page.keyboard.press('Enter');
          await page.locator('.sms-monitor').getByText('Drag a “send SMS” node').waitFor();
        });
      });
    });
  }
});
