/** Every dialog in a real browser: it opens, reads well in both themes, fits, and gives back what it was given. */
import assert from 'node:assert/strict';
import type { Theme, World } from './browser.ts';
import { ACCOUNT, ACTION_TYPES, flow, STORE } from './fixtures.ts';
import { assertLooksWell, KEY } from './look.ts';

/** The node of each type of configuration. */
const CONFIGS: Record<string, string> = { 'sms-provider': ACCOUNT, 'sms-store': STORE };
const TYPES = [...ACTION_TYPES, ...Object.keys(CONFIGS)];
/** The tests of the dialogs' looks, in the flow with the invented providers; `again` closes each of them twice. */
export function dialogs(world: () => World, theme: Theme, again = false): void {
  let { editor, nodeRed } = {} as World;

  before(() => {
    ({ editor, nodeRed } = world());
  });

  afterEach(() => editor.cancelAll());

  for (const type of TYPES) {
    it(`${type} opens, is translated, fits its tray and can be read`, async () => {
      const tray = await editor.edit(CONFIGS[type] ?? type);
      await tray.locator('details').evaluateAll((folds) => {
        for (const fold of folds) (fold as HTMLDetailsElement).open = true;
      });
      await assertLooksWell(tray);
      await editor.cancel();
      assert.deepEqual(editor.complaints, []);
    });
  }

  // The theme changes no value.
  const inOneTheme = theme === 'light' ? it : () => undefined;
  inOneTheme('a dialog that is closed with Done changes nothing but what was not there', async () => {
    for (const type of TYPES) {
      const id = CONFIGS[type] ?? type;
      await editor.edit(id);
      await editor.done();
      const once = await editor.stored(id);
      if (again) {
        await editor.edit(id);
        await editor.done();
        assert.deepEqual(await editor.stored(id), once, type);
      }
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
      if (type in CONFIGS) continue;
      const answer = await nodeRed.admin('GET', `/icons/@smsflow/node-red-sms/${icon}`);
      assert.equal(answer?.status, 200, `icon of ${type}`);
      assert.match(answer?.text ?? '', /^<svg /);
    }
  });
}

interface RedTypes {
  nodes: {
    getType(type: string): Record<string, unknown>;
    getNodeHelp(type: string): string | undefined;
  };
}
