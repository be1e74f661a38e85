/** The monitor in the sidebar, on the sandbox: what it shows of what was sent, and what can be done in it. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { FlowNode } from '../support/node-red.ts';
import type { World } from './browser.ts';
import { KEY } from './look.ts';

const node = (id: string, type: string, wires: string[][], rest: object = {}): FlowNode => {
  return { id, type, z: 'flow', x: 200, y: 100, wires, ...rest };
};
const sent = { to: 'payload.to', toType: 'msg', text: 'payload.text', textType: 'msg', queue: true, follow: true };

/** What comes in by HTTP is sent; what phones write is told in the log. */
export const flow: FlowNode[] = [
  { id: 'flow', type: 'tab', label: 'Flow' },
  { id: 'alarms', type: 'sms-provider', name: 'Alarms', provider: 'enco', sandbox: true, timeout: 300, lookups: '0.1' },
  { id: 'campaigns', type: 'sms-provider', name: 'Campaigns', provider: 'zoomconnect', sandbox: true },
  { id: 'broken', type: 'sms-provider', name: 'Broken', provider: 'callr', sandbox: true, lookups: 'soon' },
  node('http', 'http in', [['send']], { url: '/send', method: 'post' }),
  node('send', 'sms-send', [['told'], []], { provider: 'alarms', ...sent }),
  node('catch', 'catch', [['told']], { scope: null }),
  node('told', 'http response', []),
  node('poll', 'sms-inbound-poll', [['log']], { provider: 'alarms', interval: 1 }),
  node('log', 'debug', [], { tosidebar: false, console: true, complete: 'payload.text' }),
];

const TO = '+32470120000';
const INVALID = '+32470120005';
const LOST = '+32470120009';

/** The tests of the monitor, one after the other on the same messages; without `all`, those that another Node-RED may fail. */
export function monitor(world: () => World, all = true): void {
  const inOneVersion = all ? it : () => undefined;
  let pane: Locator;

  const send = (to: string, text: string) =>
    fetch(`${world().nodeRed.nodeRoot}/send`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to, text }),
    });
  const figure = (name: string, number: number) =>
    pane
      .locator(`[data-figure="${name}"]`)
      .filter({ hasText: new RegExp(`^${number}$`) })
      .waitFor();
  const message = (to: string) => pane.locator('.sms-messages > .sms-list > li').filter({ hasText: to });

  before(async () => {
    const { page } = world().editor;
    await page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: { sidebar: { show(id: string): void } } };
      RED.sidebar.show('sms-monitor');
    });
    pane = page.locator('.sms-monitor');
    await pane.locator('.sms-charts').waitFor();
  });

  it('tells a newcomer what to do while nothing was sent', async () => {
    await pane.getByText('Nothing was sent yet').waitFor();
    await pane.getByText('No phone has a message yet').waitFor();
  });

  it('shows what stands in the way of an account', async () => {
    await pane.locator('li', { hasText: 'Broken' }).getByText('look-ups').waitFor();
  });

  it('counts what was sent, delivered and not sent, with nobody loading it again', async () => {
    await Promise.all([send(TO, 'Pump 3 <b>stands</b> still.'), send(INVALID, 'Nobody')]);
    await figure('sent', 1);
    await figure('delivered', 1);
    await figure('failed', 1);
    await figure('waiting', 0);
    const label = await pane.locator('.sms-is-delivered svg').getAttribute('aria-label');
    assert.equal(label, 'Delivered: 1 in the last hour, 1 at the most in one bar');
    await pane.getByText('The same as a table').click();
    // A row for each five minutes: those of a test that begins in the last moment of some are two.
    const rows = await pane
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent))));
    const column = (nth: number) => rows.map((row) => row[nth] ?? Number.NaN);
    const sums = [0, 1, 2, 4].map((nth) => column(nth).reduce((sum, figure) => sum + figure, 0));
    assert.deepEqual(sums, [1, 1, 1, 0]);
    // How many of the two waited at the most depends on when somebody looked.
    assert(column(3).every((most) => most >= 0 && most <= 2));
  });

  inOneVersion('shows the life line of a message, and why one was not sent', async () => {
    const stages = await message(TO).locator('.sms-life > li > span').allTextContents();
    assert.deepEqual([stages[0], stages.at(-1)], ['Queued', 'Delivered']);
    const times = await message(TO)
      .locator('.sms-life time')
      .evaluateAll((all) => all.map((one) => one.getAttribute('datetime')));
    assert.deepEqual(times, [...times].sort());
    assert.equal(await message(TO).locator('.sms-words').innerText(), 'Pump 3 <b>stands</b> still.');
    await message(INVALID).getByText('Not sent', { exact: true }).first().waitFor();
    assert.match(await message(INVALID).locator('.sms-said').innerText(), /\S/);
  });

  inOneVersion('shows the day and the week', async () => {
    for (const [name, bars] of [
      ['Day', 48],
      ['Week', 56],
      ['Hour', 12],
    ] as const) {
      await pane.getByRole('button', { name, exact: true }).click();
      await pane.locator(`[data-span="${name.toLowerCase()}"][aria-pressed="true"]`).waitFor();
      assert.equal(await pane.locator('.sms-is-sent .sms-bar').count(), bars);
      await figure('sent', 1);
    }
  });

  it('takes a reply on the phone, which comes into the flow', async () => {
    await pane.locator('.sms-whose select').selectOption(TO);
    await pane.locator('.sms-screen').getByText('Pump 3 <b>stands</b> still.').waitFor();
    await pane.getByPlaceholder('Write a reply').fill('I am on <i>my</i> way');
    await pane.getByPlaceholder('Write a reply').press('Enter');
    await pane.locator('.sms-screen .sms-written').getByText('I am on <i>my</i> way').waitFor();
    await world().nodeRed.waitForLog(/I am on <i>my<\/i> way/, 8000);
    assert.equal(await pane.getByPlaceholder('Write a reply').inputValue(), '');
  });

  inOneVersion('lets any number write, and then shows its phone', async () => {
    const stranger = '+32470129900';
    await pane.locator('.sms-whose select').selectOption({ label: 'Another number…' });
    await pane.getByLabel('Number of the phone').fill('+32 470 12 99 00');
    await pane.getByPlaceholder('Write a reply').fill('Who is this?');
    await pane.getByPlaceholder('Write a reply').press('Enter');
    await pane.locator('.sms-screen .sms-written').getByText('Who is this?').waitFor();
    assert.equal(await pane.locator('.sms-whose select').inputValue(), stranger);
    // Nobody has sent to that phone: at this provider the shared number takes replies only.
    await pane.getByText('it takes replies only from phones it has sent to').waitFor();
  });

  inOneVersion(
    'asks back before a held message is sent again, by keyboard alone, and tells what was done',
    async () => {
      const { page } = world().editor;
      await send(LOST, 'Nobody knows');
      const held = pane.locator('.sms-held');
      await held.getByText(LOST).waitFor();
      await figure('held', 1);
      const again = held.getByRole('button', { name: `Send again: message to ${LOST}` });
      await again.focus();
      await page.keyboard.press('Enter');
      await held.getByText('it may arrive twice').waitFor();
      for (let look = 0; look < 2; look++) await page.waitForResponse((answer) => answer.url().includes('/monitor?'));
      assert.equal(
        await held.getByText('it may arrive twice').count(),
        1,
        'what is new in the meantime takes nothing away',
      );
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      await held.getByText('it may arrive twice').waitFor();
      await page.keyboard.press('Enter');
      await held.getByRole('status').getByText(`The message to ${LOST} is sent again.`).waitFor();
      // Nobody answers this time either.
      await held.getByText('Attempts: 2.').waitFor();
    },
  );

  inOneVersion('marks as sent and drops what is held', async () => {
    const held = pane.locator('.sms-held');
    await held.getByRole('button', { name: 'Mark as sent' }).click();
    await held.getByRole('status').getByText('counts as sent').waitFor();
    await send(LOST, 'Nobody knows this either');
    await held.getByRole('button', { name: 'Drop' }).click();
    await held.locator('.sms-sure').click();
    await held.getByRole('status').getByText('is dropped').waitFor();
    await figure('held', 0);
  });

  inOneVersion('goes to another account, and asks for its balance when it is told to', async () => {
    await pane.getByRole('button', { name: 'Campaigns' }).press('Enter');
    await figure('sent', 0);
    await pane.getByRole('button', { name: 'Ask for the balance' }).click();
    await pane.locator('.sms-balance b').filter({ hasText: /\d/ }).waitFor();
    await pane.getByRole('button', { name: 'Alarms' }).click();
    await figure('sent', 2);
  });

  it('asks nothing while nobody looks', async () => {
    const { page } = world().editor;
    let asked = 0;
    const count = (request: { url(): string }) => {
      if (request.url().includes('/sms/accounts')) asked += 1;
    };
    await page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: { sidebar: { show(id: string): void } } };
      RED.sidebar.show('help');
    });
    await pane.waitFor({ state: 'hidden' });
    page.on('request', count);
    // It looks every 0.4 seconds, in a page that hurries.
    await page.waitForTimeout(1300);
    page.off('request', count);
    assert.equal(asked, 0);
  });

  it('complains of nothing', () => {
    assert.deepEqual(world().editor.complaints, []);
  });
}

/** How it looks, in the width that a sidebar has and in a narrow one; after something was sent. */
export function monitorLooks(world: () => World): void {
  it('is translated, and stays within its sidebar', async () => {
    const { page } = world().editor;
    await page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: { sidebar: { show(id: string): void } } };
      RED.sidebar.show('sms-monitor');
    });
    const pane = page.locator('.sms-monitor');
    await pane.locator('.sms-charts').waitFor();
    const said = await pane.evaluate((root) => {
      const labels = [...root.querySelectorAll('[aria-label]')].map(
        (element) => element.getAttribute('aria-label') ?? '',
      );
      return [(root as HTMLElement).innerText, ...labels].join('\n');
    });
    assert.doesNotMatch(said, KEY);
    for (const width of ['', '190px']) {
      const wide = await pane.evaluate((root, narrow) => {
        root.style.width = narrow;
        return root.scrollWidth - root.clientWidth;
      }, width);
      assert(wide <= 0, `${wide} pixels too wide in ${width || 'its sidebar'}`);
    }
    await pane.evaluate((root) => root.style.removeProperty('width'));
    assert.deepEqual(world().editor.complaints, []);
  });
}
