/** What is greyed in a dialog is refused at run time in the very same words: a real Node-RED is asked both ways. */
import assert from 'node:assert/strict';
import { providers } from '../../dist/src/providers/index.js';
import type { World } from './browser.ts';

/** Every provider on its sandbox, and once more for each setting that decides what an account can do. */
const ACCOUNTS = providers.flatMap(({ id, fields, withSettings }) => {
  const plain = { id: `try-${id}`, type: 'sms-provider', name: id, provider: id, sandbox: true, region: '' };
  const deciding = fields.filter(({ kind, type }) => withSettings && kind === 'setting' && type === 'select');
  const others = deciding.flatMap(({ name, options = [] }) =>
    options
      .slice(1)
      .map((option) => ({ ...plain, id: `${plain.id}-${option}`, name: `${id} ${option}`, [name]: option })),
  );
  return [plain, ...others];
});

const SEND = { type: 'sms-send', to: '+32470120000', toType: 'str', text: 'Hello', textType: 'str', queue: false };

/** What is tried, by name: a node that needs what the account may lack, and the row of its dialog that says so. */
const TRIES: Record<string, { node: { type: string } & Record<string, unknown>; row: string }> = {
  sender: { node: { ...SEND, sender: 'ACME', senderType: 'str' }, row: 'sender' },
  schedule: { node: { ...SEND, at: '2099-01-01T10:00Z', atType: 'str' }, row: 'at' },
  status: { node: { type: 'sms-status', messageId: '1', messageIdType: 'str' }, row: 'messageId' },
  inbound: { node: { type: 'sms-inbound-poll', interval: 0 }, row: 'address' },
  queue: { node: { type: 'sms-status-queue', interval: 0 }, row: 'interval' },
  length: {
    node: { type: 'sms-length', text: 'Hello', textType: 'str', ask: 'provider', to: '+32470120000', toType: 'str' },
    row: 'ask',
  },
};

const TAB = 'tries';
const placed = { z: TAB, x: 200, y: 200 };

/** For each try: GET /try/<name>?account=<id> answers with the error, or with nothing. */
export const flow = [
  { id: TAB, type: 'tab', label: 'Tries' },
  ...ACCOUNTS,
  ...Object.entries(TRIES).flatMap(([name, { node }]) => [
    { ...placed, id: `in-${name}`, type: 'http in', url: `/try/${name}`, method: 'get', wires: [[`ask-${name}`]] },
    {
      ...placed,
      id: `ask-${name}`,
      type: 'change',
      rules: [{ t: 'set', p: 'account', pt: 'msg', to: 'req.query.account', tot: 'msg' }],
      wires: [[`try-${name}`]],
    },
    { ...placed, ...node, version: '1', id: `try-${name}`, name, provider: ACCOUNTS[0]?.id, wires: [] },
    { ...placed, id: `catch-${name}`, type: 'catch', scope: [`try-${name}`], wires: [[`tell-${name}`]] },
    {
      ...placed,
      id: `tell-${name}`,
      type: 'change',
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'error.message', tot: 'msg' }],
      wires: [['answer']],
    },
  ]),
  { ...placed, id: 'answer', type: 'http response', wires: [] },
];

/** The tests of the words, in a Node-RED that runs {@link flow}. */
export function words(world: () => World): void {
  for (const [name, { row }] of Object.entries(TRIES)) {
    it(`what lacks for ${name} is told by the dialog as by the run time`, async () => {
      const { editor, nodeRed } = world();
      const tray = await editor.edit(`try-${name}`);
      await tray.locator('details').evaluateAll((folds) => {
        for (const fold of folds) (fold as HTMLDetailsElement).open = true;
      });
      const line = tray.locator('.form-row', { has: editor.page.locator(`#node-input-${row}`) });
      let lacking = 0;
      for (const { id } of ACCOUNTS) {
        await tray.locator('#node-input-provider').selectOption(id);
        await editor.tray();
        const told = await line.locator('.sms-why').filter({ visible: true }).allInnerTexts();
        if (told.length === 0) continue;
        lacking += 1;
        const answer = await fetch(new URL(`/world/try/${name}?account=${id}`, nodeRed.url));
        // Node-RED puts the name of the error before its words.
        assert.equal(await answer.text(), `SmsError: ${told.join(' | ')}`, id);
      }
      await editor.cancel();
      assert.ok(lacking > 0, 'some account lacks it');
    });
  }
}
