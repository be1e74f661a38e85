/** Flows that an earlier version stored, or a hand wrote: they show what they run with, and nothing of them gets lost. */
import assert from 'node:assert/strict';
import { VERSION } from '../../dist/src/runtime/migrate.js';
import type { EditorApi, World } from './browser.ts';
import { OTHER_ACCOUNT } from './fixtures.ts';

/** As they were before nodes had a version. */
const OLD = [
  { id: 'old-account', type: 'sms-provider', name: 'Old account', provider: 'acme', rate: 5, region: 'BE' },
  { id: 'old-send', type: 'sms-send', name: 'Old send', provider: 'old-account', fallback: OTHER_ACCOUNT, to: 'phone' },
  { id: 'old-poll', type: 'sms-inbound-poll', name: 'Old poll', provider: 'old-account' },
  { id: 'old-queue', type: 'sms-status-queue', name: 'Old queue', provider: 'old-account', interval: 30 },
];

/** The tests of old flows, in the flow with the invented providers. */
export function oldFlows(world: () => World): void {
  let editor = {} as World['editor'];

  before(async () => {
    ({ editor } = world());
    await editor.page.evaluate((nodes) => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      const placed = nodes.map((node) => (node.type === 'sms-provider' ? node : { ...node, z: 'tab', x: 500, y: 300 }));
      RED.nodes.import(placed, { generateIds: false });
    }, OLD);
  });

  afterEach(() => editor.cancelAll());

  after(async () => {
    await editor.page.evaluate(
      (ids) => {
        const { RED } = globalThis as unknown as { RED: { nodes: { remove(id: string): void } } };
        for (const id of ids) RED.nodes.remove(id);
      },
      [...OLD].reverse().map(({ id }) => id),
    );
  });

  it('are valid, and say nothing of a sandbox that they do not use', async () => {
    const wrong = (await editor.invalid()).filter((text) => text.includes('old-'));
    assert.deepEqual(wrong, []);
    const tray = await editor.edit('old-poll');
    assert.equal(await tray.locator('.sms-sandboxed').isVisible(), false);
  });

  it('show what they run with, where a new node would have something else', async () => {
    const account = await editor.edit('old-account');
    assert.equal(await account.locator('#node-config-input-sandbox').isChecked(), false, 'it sent real messages');
    await editor.cancel();
    const poll = await editor.edit('old-poll');
    assert.equal(await poll.locator('#node-input-interval').inputValue(), '0');
    assert.equal(await poll.locator('#node-input-limit').inputValue(), '0');
    await editor.cancel();
    const queue = await editor.edit('old-queue');
    assert.equal(await queue.locator('#node-input-interval').inputValue(), '30');
    assert.equal(await queue.locator('#node-input-limit').inputValue(), '200');
    await editor.cancel();
    const send = await editor.edit('old-send');
    assert.equal(await send.locator('.red-ui-editableList-container select').inputValue(), OTHER_ACCOUNT);
  });

  it('are stored with Done in the shape of today, with all that they said', async () => {
    for (const { id } of OLD) {
      await editor.edit(id);
      await editor.done();
    }
    const account = await editor.stored('old-account');
    assert.deepEqual([account.version, account.sandbox, account.rate, account.region], [VERSION, false, 5, 'BE']);
    const send = await editor.stored('old-send');
    assert.deepEqual([send.version, send.fallback, send.to], [VERSION, [OTHER_ACCOUNT], 'phone']);
    const poll = await editor.stored('old-poll');
    assert.deepEqual([poll.version, Number(poll.interval), Number(poll.limit)], [VERSION, 0, 0]);
    const queue = await editor.stored('old-queue');
    assert.deepEqual([queue.version, Number(queue.interval), Number(queue.limit)], [VERSION, 30, 200]);
  });

  it('a node that a later version stored keeps its version', async () => {
    await editor.page.evaluate(() => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      Object.assign(RED.nodes.node('old-poll'), { version: '7' });
    });
    await editor.edit('old-poll');
    await editor.done();
    assert.equal((await editor.stored('old-poll')).version, '7');
  });
}
