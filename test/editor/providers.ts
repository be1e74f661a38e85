/** The dialogs with the catalogue of the real providers: their fields, what they cannot do, and a form for every operation. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type DeskOperation, deskOperations } from '../../dist/src/delivery/desk-operations.js';
import {
  capabilitiesOf,
  type Operation,
  type Provider,
  type ProviderField,
  providers,
} from '../../dist/src/providers/index.js';
import { checkParams, schemasOf } from '../../dist/src/providers/schema.js';
import { providerFor } from '../../dist/src/runtime/provider.js';
import type { Editor, EditorApi, World } from './browser.ts';
import { assertLooksWell } from './look.ts';
import { type Schema, sampleOf } from './samples.ts';

/** An account of each provider, and one for each setting that decides what an account can do. */
const ACCOUNTS: { id: string; provider: string; settings: Record<string, string> }[] = providers.flatMap((provider) => {
  const plain = { id: `my-${provider.id}`, provider: provider.id, settings: {} };
  if (!provider.withSettings) return [plain];
  const deciding = provider.fields.filter(({ kind, type }) => kind === 'setting' && type === 'select');
  const others = deciding.flatMap(({ name, options = [] }) =>
    options.slice(1).map((option) => ({
      id: `my-${provider.id}-${option}`,
      provider: provider.id,
      settings: { [name]: option },
    })),
  );
  return [plain, ...others];
});

const TYPES = [
  'sms-send',
  'sms-length',
  'sms-status',
  'sms-inbound-poll',
  'sms-status-queue',
  'webhook-in',
  'sms-request',
];
const first = ACCOUNTS[0]?.id ?? '';
/** The flow that these tests look at. */
export const flow = [
  { id: 'tab', type: 'tab', label: 'SMS', disabled: true },
  ...ACCOUNTS.map(({ id, provider, settings }) => ({
    ...{ id, type: 'sms-provider', name: id, provider, sandbox: false, ...settings },
  })),
  ...TYPES.map((type) => ({ id: type, type, z: 'tab', x: 200, y: 80, provider: first, wires: [] })),
];

/** The tests of the dialogs with the real providers; `dark` is the same in the dark theme. */
export function providerDialogs(world: () => World & { dark: Editor }): void {
  let { editor, dark } = {} as ReturnType<typeof world>;

  before(async () => {
    ({ editor, dark } = world());
    await editor.page.route('**/webhook-in/webhook-in/**', (route) =>
      route.fulfill({ json: { masked: 'an address' } }),
    );
  });

  afterEach(() => editor.cancelAll());

  describe('an account', () => {
    for (const { id, provider: providerId, settings } of ACCOUNTS) {
      const provider = known(providerId);
      it(`of ${id} asks for the fields of its provider, in order, and for nothing else`, async () => {
        const tray = await editor.edit(id);
        const asked = provider.fields.filter((field) => isAsked(field, provider, settings));
        assert.deepEqual(
          await visibleFields(tray),
          asked.map(({ name }) => name),
        );
        for (const field of asked) await assertControl(tray, field);
        assert.equal(await tray.locator('#sms-provider-note').innerText(), provider.note ?? '');
        await assertLooksWell(tray);
      });
    }

    it('keeps what was typed while providers and transports change, and what was saved', async () => {
      const tray = await editor.edit(first);
      const filled: [provider: string, settings: Record<string, string>, control: string, value: string][] = [];
      for (const { provider, settings } of ACCOUNTS) {
        await choose(tray, provider, settings);
        for (const name of await visibleFields(tray)) {
          const control = tray.locator(`#node-config-input-${name}`);
          if (filled.some(([, , known]) => known === name) || !(await isText(control))) continue;
          const value = (await control.getAttribute('type')) === 'number' ? '2525' : `${name} of mine`;
          await control.fill(value);
          filled.push([provider, settings, name, value]);
        }
      }
      for (const [provider, settings, name, value] of filled) {
        await choose(tray, provider, settings);
        assert.equal(await tray.locator(`#node-config-input-${name}`).inputValue(), value, name);
      }
      await editor.done();
      const last = filled.at(-1);
      const { credentials = {}, ...open } = await editor.stored(first);
      assert.equal(open.provider, last?.[0]);
      assert.doesNotMatch(JSON.stringify(open), /(token|pass|secret|password|key)\w* of mine/i);
      const saved = filled.filter(([provider]) => provider === last?.[0]);
      const stored = { ...open, ...(credentials as object) } as Record<string, unknown>;
      for (const [, , name, value] of saved) assert.equal(stored[name], value, name);
      const again = await editor.edit(first);
      for (const [, settings, name, value] of saved) {
        await choose(again, String(last?.[0]), settings);
        assert.equal(await again.locator(`#node-config-input-${name}`).inputValue(), value, name);
      }
      await choose(again, providers[0]?.id ?? '', {});
      await editor.done();
    });

    it('tells of a port or an address that cannot be, while its provider asks for it', async () => {
      const wrong = { smtpPort: '70000', ftpPort: '0', mailFrom: 'nobody', mailTo: 'a@b, c@d' };
      const right = { smtpPort: '465', ftpPort: '21', mailFrom: 'me@example.org', mailTo: 'you@example.org' };
      const tray = await editor.edit(first);
      for (const { provider, settings } of ACCOUNTS) {
        await choose(tray, provider, settings);
        const asked = await visibleFields(tray);
        for (const [name, value] of Object.entries(wrong).filter(([name]) => asked.includes(name))) {
          const control = tray.locator(`#node-config-input-${name}`);
          await control.fill(value);
          assert.match((await control.getAttribute('class')) ?? '', /input-error/, name);
          assert.match((await control.getAttribute('title')) ?? '', /: /, name);
          await control.fill(right[name as keyof typeof right]);
          assert.doesNotMatch((await control.getAttribute('class')) ?? '', /input-error/, name);
        }
      }
      const told = await editor.page.evaluate(
        ([accounts, put]) => {
          const { RED } = globalThis as unknown as { RED: EditorApi };
          return accounts.map((id) => {
            const found = RED.nodes.node(id) as unknown as Record<string, unknown>;
            const before = Object.fromEntries(Object.keys(put).map((name) => [name, found[name]]));
            Object.assign(found, put);
            RED.editor.validateNode(found);
            const errors = ((found.validationErrors ?? []) as string[]).length;
            Object.assign(found, before);
            RED.editor.validateNode(found);
            return errors;
          });
        },
        [ACCOUNTS.map(({ id }) => id), wrong] as const,
      );
      const wanted = ACCOUNTS.map(
        ({ provider, settings }) =>
          known(provider).fields.filter((field) => field.name in wrong && isAsked(field, known(provider), settings))
            .length,
      );
      assert.deepEqual(told, wanted);
      assert.ok(wanted.some((count) => count > 0));
    });

    it('has a place in the node for every field of every provider', async () => {
      const { kept, secret } = await editor.page.evaluate(() => {
        const { RED } = globalThis as unknown as { RED: { nodes: { getType(type: string): Definition } } };
        const { defaults, credentials } = RED.nodes.getType('sms-provider');
        const secret = Object.entries(credentials).filter(([, { type }]) => type === 'password');
        return {
          kept: { setting: Object.keys(defaults), credential: Object.keys(credentials) },
          secret: secret.map(([name]) => name),
        };
      });
      for (const { name, kind, secret: hidden = false } of providers.flatMap(({ fields }) => fields)) {
        assert.ok(kept[kind].includes(name), `${kind} ${name}`);
        assert.equal(secret.includes(name), hidden, `${name} is secret`);
      }
    });
  });

  describe('what a provider cannot do', () => {
    /** Dialog → rows, each with the capabilities of which it needs one. */
    const ROWS: Record<string, Record<string, string[]>> = {
      'sms-send': { sender: ['sender'], at: ['schedule'], follow: ['status', 'statusQueue', 'callback'] },
      'sms-length': { to: ['quote'] },
      'sms-status': { messageId: ['status'], wait: ['status'] },
      'sms-inbound-poll': { address: ['inbound'], interval: ['inbound'], since: ['inbound'], limit: ['inbound'] },
      'sms-status-queue': { interval: ['statusQueue', 'status'] },
      'webhook-in': { path: ['webhook'] },
    };

    for (const [type, rows] of Object.entries(ROWS)) {
      it(`is greyed in ${type}, with the provider's own sentence`, async () => {
        const tray = await editor.edit(type);
        await tray.locator('details').evaluateAll((folds) => {
          for (const fold of folds) (fold as HTMLDetailsElement).open = true;
        });
        if (type === 'sms-send') await tray.locator('#node-input-queue').uncheck();
        if (type === 'sms-length') await tray.locator('#node-input-ask').selectOption('provider');
        for (const { id, provider, settings } of ACCOUNTS) {
          await tray.locator('#node-input-provider').selectOption(id);
          await settled(editor);
          const can = abilities(provider, settings);
          for (const [name, needs] of Object.entries(rows)) {
            const why = needs.map((need) => can[need]);
            const lacking = why.every((reason) => typeof reason === 'string');
            const row = tray.locator('.form-row', { has: editor.page.locator(`#node-input-${name}`) });
            const shown = (await row.getAttribute('class'))?.includes('sms-off') ?? false;
            assert.equal(shown, lacking, `${id}: ${name}`);
            if (lacking) await tray.getByText(String(why[0])).first().waitFor();
          }
          const others = Object.values(rows)
            .flat()
            .filter((need) => typeof can[need] === 'string');
          const sentences = await tray.locator('[data-sms-needs] .sms-why').allInnerTexts();
          for (const told of sentences)
            assert.ok(
              others.some((need) => can[need] === told),
              `${id}: ${told}`,
            );
          assert.equal(new Set(sentences).size, sentences.length, 'a sentence is said once');
        }
      });
    }

    it('is told where sms-length would ask the provider', async () => {
      const tray = await editor.edit('sms-length');
      for (const { id, provider, settings } of ACCOUNTS) {
        await tray.locator('#node-input-provider').evaluate((select: HTMLSelectElement, account) => {
          select.value = account;
          select.dispatchEvent(new Event('change', { bubbles: true }));
        }, id);
        await settled(editor);
        const can = abilities(provider, settings);
        const lacking = typeof can.length === 'string' && typeof can.quote === 'string';
        const why = tray.locator('#sms-length-why');
        assert.equal(await why.innerText(), lacking ? can.length : '', id);
        assert.equal(
          await tray
            .locator('#node-input-ask option[value="provider"]')
            .evaluate((o) => (o as HTMLOptionElement).disabled),
          lacking,
        );
      }
    });
  });

  describe('every operation', () => {
    const lists: [whose: string, account: string, operations: readonly (Operation | DeskOperation)[]][] = [
      ...providers.map(({ id, operations }) => [id, `my-${id}`, operations] as (typeof lists)[number]),
      ['any account', first, deskOperations],
    ];
    for (const [whose, account, operations] of lists) {
      it(`of ${whose} has a form that writes what is filled in, and shows it again`, async () => {
        const wanted = await Promise.all(
          operations.flatMap((operation) => [sampled(operation, 'all'), sampled(operation, 'required')]),
        );
        const tray = await editor.edit('sms-request');
        await tray.locator('#node-input-provider').selectOption(account);
        await settled(editor);
        const told = await editor.page.evaluate(fillIn, wanted);
        for (const [index, { id, which, sample, pages, rows }] of wanted.entries()) {
          const found = told[index];
          const name = `${id} (${which})`;
          assert.deepEqual(found?.written, sample, name);
          assert.deepEqual(found?.again, sample, `${name}, shown again`);
          assert.deepEqual(found?.wrong, [], name);
          assert.equal(found?.rows, rows, `${name}: rows`);
          assert.equal(found?.pages, pages, `${name}: all pages`);
          assert.equal(
            found?.stars,
            which === 'required' ? Object.keys(sample).length : found?.stars,
            `${name}: stars`,
          );
          assert.ok(found?.facts.includes(id), name);
        }
        assert.deepEqual(editor.complaints, []);
      });
    }

    it('is one of a list that names each once', async () => {
      const tray = await editor.edit('sms-request');
      for (const provider of providers) {
        await tray.locator('#node-input-provider').selectOption(`my-${provider.id}`);
        await settled(editor);
        const options = tray.locator('#node-input-operation option:not([value=""])');
        const titles = await options.evaluateAll((all) => all.map((option) => option.textContent ?? ''));
        assert.equal(new Set(titles).size, provider.operations.length + deskOperations.length, provider.id);
        assert.equal(new Set(titles).size, titles.length, provider.id);
        assert.equal(
          titles.filter((title) => /deprecated/i.test(title)).length,
          provider.operations.filter(({ deprecated }) => deprecated).length,
        );
      }
    });

    it('looks well, light and dark', async () => {
      for (const own of [editor, dark]) {
        const tray = await own.edit('sms-request');
        for (const provider of providers) {
          await tray.locator('#node-input-provider').selectOption(`my-${provider.id}`);
          await settled(own);
          const [most] = await longest(provider.operations);
          await tray.locator('#node-input-operation').selectOption(most?.id ?? '');
          await assertLooksWell(tray);
        }
        await own.cancel();
      }
    });
  });

  it('complain of nothing', () => {
    assert.deepEqual(editor.complaints, []);
  });
}

interface Definition {
  defaults: Record<string, unknown>;
  credentials: Record<string, { type: string }>;
}

function known(id: string): Provider {
  const found = providers.find((provider) => provider.id === id);
  assert.ok(found);
  return found;
}

function isAsked({ when }: ProviderField, provider: Provider, settings: Record<string, string>): boolean {
  if (!when) return true;
  const standard = provider.fields.find(({ name }) => name === when.name)?.options?.[0] ?? '';
  return when.is.includes(settings[when.name] ?? standard);
}

function abilities(provider: string, settings: Record<string, string>): Record<string, true | string | undefined> {
  const made = providerFor(provider, settings);
  const can = capabilitiesOf(made);
  return { ...can, webhook: made.webhook ? true : can.callback };
}

/** The names of the fields that can be seen. */
function visibleFields(tray: Locator): Promise<string[]> {
  return tray
    .locator('#sms-provider-fields .form-row:visible > :is(input, select)')
    .evaluateAll((controls) => controls.map(({ id }) => id.replace('node-config-input-', '')));
}

async function isText(control: Locator): Promise<boolean> {
  return control.evaluate((element) => element.matches('input:not([type="checkbox"])'));
}

async function assertControl(tray: Locator, field: ProviderField): Promise<void> {
  const control = tray.locator(`#node-config-input-${field.name}`);
  const found = await control.evaluate((element) => ({
    kind: element.tagName === 'SELECT' ? 'select' : element.getAttribute('type'),
    options: [...element.querySelectorAll('option')].map(({ value }) => value),
    value: (element as HTMLInputElement).value,
  }));
  assert.equal(found.kind, field.secret ? 'password' : (field.type ?? 'text'), field.name);
  assert.deepEqual(found.options, [...(field.options ?? [])], field.name);
  const label = await tray.locator(`label[for="node-config-input-${field.name}"]`).innerText();
  assert.notEqual(label.replace(' *', ''), field.name, `${field.name} has no label`);
  assert.equal(label.endsWith('*'), field.required === true, `${field.name} has to be filled in`);
}

async function choose(tray: Locator, provider: string, settings: Record<string, string>): Promise<void> {
  await tray.locator('#node-config-input-provider').selectOption(provider);
  for (const { name, kind, type, options } of known(provider).fields) {
    if (kind !== 'setting' || type !== 'select') continue;
    await tray.locator(`#node-config-input-${name}`).selectOption(settings[name] ?? options?.[0] ?? '');
  }
}

/** When the dialog has followed the account that was chosen. */
async function settled(editor: Editor): Promise<void> {
  await editor.page.evaluate(async () => {
    const { smsEditor } = globalThis as unknown as { smsEditor: { providers(): Promise<unknown> } };
    await smsEditor.providers();
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  });
}

async function sampled(operation: Operation | DeskOperation, which: 'all' | 'required') {
  const { params } = await schemasOf(operation);
  const sample = sampleOf(params as Schema, which) as Record<string, unknown>;
  // What the form writes has to be what the runtime takes.
  assert.deepEqual(await checkParams(operation, sample), sample, operation.id);
  const rows = Object.keys(params.properties).length;
  return { id: operation.id, which, sample, pages: operation.next !== undefined, rows };
}

async function longest(operations: readonly Operation[]): Promise<Operation[]> {
  const sizes = await Promise.all(
    operations.map(async (one) => Object.keys((await schemasOf(one)).params.properties).length),
  );
  return [...operations].sort((a, b) => (sizes[operations.indexOf(b)] ?? 0) - (sizes[operations.indexOf(a)] ?? 0));
}

/** In the page: fills in the form of one operation after the other, as a person would, and tells what came of it. */
function fillIn(wanted: { id: string; sample: Record<string, unknown> }[]) {
  interface Query {
    val(value?: unknown): Query;
    trigger(event: string): Query;
    typedInput(method: string, value?: string): unknown;
    find(selector: string): Query;
    is(selector: string): boolean;
    get(): HTMLElement[];
    text(): string;
    length: number;
  }
  const { $ } = globalThis as unknown as { $: (selector: string | Element) => Query };
  const params = $('#node-input-params');
  const written = () => JSON.parse(String(params.typedInput('value')));
  const enter = (name: string, value: unknown) => {
    const control = document.getElementById(`sms-param-${name}`) as HTMLInputElement;
    const isJson = control.classList.contains('sms-code');
    const plain = !isJson && Array.isArray(value) && value.every((item) => typeof item !== 'object');
    const text = plain ? value.join('\n') : typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (control instanceof HTMLSelectElement) {
      control.value = [...control.options].find((option) => option.textContent === text)?.value ?? 'none';
    } else control.value = text;
    $(control).trigger('change');
  };
  return wanted.map(({ id, sample }) => {
    params.typedInput('value', '{}');
    $('#node-input-operation').val(id).trigger('change');
    params.typedInput('value', '{}');
    for (const [name, value] of Object.entries(sample)) enter(name, value);
    const first = written();
    // Made anew from the JSON, and every control touched: nothing may change.
    params.typedInput('value', JSON.stringify(first));
    for (const control of $('#sms-request-form').find('[id^="sms-param-"]').get()) $(control).trigger('change');
    return {
      written: first,
      again: written(),
      wrong: $('#sms-request-form')
        .find('.sms-wrong')
        .get()
        .map((row) => row.innerText),
      rows: $('#sms-request-form').find('.form-row').length,
      stars: $('#sms-request-form').find('.sms-required').length,
      pages: $('#node-input-all').is(':visible'),
      facts: `${$('#sms-request-facts').text()} ${$('#sms-request-source').text()}`,
    };
  });
}
