/** What the editor says of a node while one edits it: a triangle with the reason, of the catalogue or in the run time's words. */
import assert from 'node:assert/strict';
import type { EditorApi, World } from './browser.ts';
import { ACCOUNT, NO_SENDER_OF_ACME, OTHER_ACCOUNT, REQUEST_PARAMS, WHY_NO_SENDER } from './fixtures.ts';
import { KEY } from './look.ts';

type Changes = Record<string, unknown>;

const WRONG: [id: string, changes: Changes, told: RegExp][] = [
  ['sms-send', { to: '0470 12 00 00', toType: 'str' }, /^To: a number with its country code/],
  ['sms-send', { to: '+32470120000, +32470120001', toType: 'str' }, /^To: one number; several go into a JSON list/],
  ['sms-send', { to: 'mum', toType: 'str' }, /^To: a phone number such as/],
  ['sms-send', { to: '[{"name": "Ann"}]', toType: 'json' }, /^To: a list of numbers, or of objects/],
  ['sms-send', { to: '["+32470120000", "mum"]', toType: 'json' }, /^To: a phone number such as/],
  ['sms-send', { to: '[', toType: 'json' }, /^To: Invalid JSON/],
  ['sms-send', { to: '$one(', toType: 'jsonata' }, /^To: Invalid JSONata expression/],
  ['sms-send', { to: 'a b', toType: 'msg' }, /^To: Invalid property expression/],
  ['sms-send', { to: 'a b', toType: 'flow' }, /^To: Invalid property expression/],
  ['sms-send', { sender: 'much too long' }, new RegExp(`^Sender: 'much too long' ${NO_SENDER_OF_ACME}`)],
  ['sms-send', { provider: OTHER_ACCOUNT, sender: '8888' }, new RegExp(`^Sender: ${WHY_NO_SENDER}`)],
  ['sms-send', { at: 'tomorrow' }, /^Send at: a time such as/],
  ['sms-send', { provider: OTHER_ACCOUNT, queue: false, at: '2099-01-01' }, /^Send at: Pigeons fly at once\.$/],
  ['sms-send', { options: '{"colour": 1}' }, /the provider has no colour for a message/],
  ['sms-send', { options: '{' }, /Invalid JSON/],
  ['sms-send', { provider: '' }, /^Account: choose one, or add one with the plus$/],
  ['sms-send', { text: '  ', textType: 'str' }, /^Text: fill this in/],
  ['sms-send', { fallback: [OTHER_ACCOUNT, 'gone'] }, /^Fallback: it is not there any more/],
  ['sms-send', { expires: 0 }, /^Drop after: a number of 1 or more$/],
  [
    'sms-request',
    { operation: 'enco.outbound.send' },
    /^Operation: Acme Messaging has no enco\.outbound\.send; choose one/,
  ],
  ['sms-request', { operation: 'acme.messages.send', params: '{"colour": 1}' }, /^Parameters: fill in \w+/],
  ['sms-length', { ask: 'provider', provider: '' }, /^Choose an account, or count with this node$/],
  ['sms-length', { ask: 'provider', provider: 'gone' }, /^Account: it is not there any more/],
  ['sms-status', { provider: 'gone' }, /^Account: it is not there any more/],
  ['sms-inbound-poll', { since: 'yesterday' }, /a time such as/],
  [ACCOUNT, { sender: 'much too long' }, new RegExp(NO_SENDER_OF_ACME)],
];

const RIGHT: [id: string, changes: Changes][] = [
  ['sms-send', { to: '+32 470 12 00 00', toType: 'str' }],
  ['sms-send', { to: '0032470120000', toType: 'str' }],
  ['sms-send', { to: '["+32470120000", {"to": "+32470120001", "name": "Ann"}]', toType: 'json' }],
  ['sms-send', { to: '$split(payload, ",")', toType: 'jsonata' }],
  ['sms-send', { to: 'ALARM_PHONE', toType: 'env' }],
  ['sms-send', { sender: 'ACME' }],
  ['sms-send', { sender: 'a.sender', senderType: 'msg', provider: OTHER_ACCOUNT }],
  ['sms-send', { at: '2099-01-01T10:00' }],
  ['sms-send', { provider: OTHER_ACCOUNT, at: '2099-01-01' }],
  ['sms-send', { options: '{"validity": 5}' }],
  ['sms-send', { fallback: [OTHER_ACCOUNT, '$' + '{NIGHT}'] }],
  ['sms-request', { operation: 'account.drop', params: '{"reference": "r"}' }],
  ['sms-request', { operation: 'acme.messages.send', params: 'payload', paramsType: 'msg' }],
  ['sms-length', { ask: 'local', provider: '' }],
  ['sms-length', { ask: 'local', provider: 'gone' }],
];

/** The tests of what is checked while one edits, in the flow with the invented providers. */
export function checks(world: () => World): void {
  let editor = {} as World['editor'];

  before(async () => {
    ({ editor } = world());
    await editor.edit(ACCOUNT);
    await editor.cancel();
    // Whatever was written into its form before.
    await editor.page.evaluate((params) => {
      const { RED } = globalThis as unknown as { RED: EditorApi };
      const node = RED.nodes.node('sms-request');
      RED.editor.validateNode(Object.assign(node, { params }));
    }, REQUEST_PARAMS);
  });

  afterEach(() => editor.cancelAll());

  /** What the editor says of a node with these changes; nothing is left of them. */
  const toldOf = (id: string, changes: Changes) =>
    editor.page.evaluate(
      ([node, put]) => {
        const { RED } = globalThis as unknown as { RED: EditorApi };
        const found = RED.nodes.node(node) as unknown as Record<string, unknown>;
        const before = Object.fromEntries(Object.keys(put).map((name) => [name, found[name]]));
        Object.assign(found, put);
        RED.editor.validateNode(found);
        const told = (found.validationErrors ?? []) as string[];
        Object.assign(found, before);
        RED.editor.validateNode(found);
        return told;
      },
      [id, changes] as const,
    );

  it('every mistake is told once, with the name of its field', async () => {
    for (const [id, changes, wanted] of WRONG) {
      const told = await toldOf(id, changes);
      const what = `${id} ${JSON.stringify(changes)}`;
      assert.equal(told.length, 1, `${what}: ${told.join(' | ')}`);
      assert.match(told[0] ?? '', wanted, what);
      assert.doesNotMatch(told[0] ?? '', KEY, what);
    }
  });

  it('what works is left alone', async () => {
    for (const [id, changes] of RIGHT) assert.deepEqual(await toldOf(id, changes), [], JSON.stringify(changes));
  });

  it('a national number is right once the account has a country', async () => {
    const national = { to: '0470 12 00 00', toType: 'str' };
    assert.equal((await toldOf('sms-send', national)).length, 1);
    const tray = await editor.edit(ACCOUNT);
    await tray.locator('#node-config-input-region').fill('BE');
    await editor.done();
    assert.deepEqual(await toldOf('sms-send', national), []);
    await (await editor.edit(ACCOUNT)).locator('#node-config-input-region').fill('');
    await editor.done();
  });

  it('a node that is wrong gets a triangle, with the reason, and loses it when it is right again', async () => {
    const line = async (value: string) => {
      const tray = await editor.edit('sms-send');
      const row = tray.locator('.form-row', { has: editor.page.locator('#node-input-sender') });
      await row.locator('.red-ui-typedInput-input').fill(value);
      await editor.page.keyboard.press('Tab');
      return row;
    };
    const row = await line('much too long');
    await row.locator('.red-ui-typedInput-container.input-error').waitFor();
    await editor.done();
    const triangle = editor.page.locator('.red-ui-flow-node-error:not(.hide)');
    await triangle.hover();
    await editor.page.locator('text.red-ui-flow-port-tooltip-label', { hasText: NO_SENDER_OF_ACME }).waitFor();
    await line('');
    await editor.done();
    await triangle.waitFor({ state: 'hidden' });
  });
}
