/** What the dialogs do: they follow the account's capabilities, make forms of schemas, and keep secrets where they belong. */
import assert from 'node:assert/strict';
import { readExamples } from '../support/examples.ts';
import type { EditorApi, World } from './browser.ts';
import {
  ACCOUNT,
  ACME_NOTE,
  MASKED_URL,
  OTHER_ACCOUNT,
  SECRET_URL,
  STORE,
  WHY_NO_SENDER,
  WHY_NOTHING,
} from './fixtures.ts';

/** The tests of what the dialogs do, in the flow with the invented providers. */
export function settings(world: () => World): void {
  let { editor, nodeRed } = {} as World;

  before(() => {
    ({ editor, nodeRed } = world());
  });

  afterEach(() => editor.cancelAll());

  /** Answers one path of the admin API for the length of a test. */
  const answering = (path: string, status: number, json: unknown) =>
    editor.page.route(`${nodeRed.url}/${path}`, (route) => route.fulfill({ status, json }), { times: 1 });

  describe('sms-send', () => {
    it('switches off what the provider cannot do, with its sentence, and on again', async () => {
      const tray = await editor.edit('sms-send');
      const row = tray.locator('.form-row', { has: editor.page.locator('#node-input-sender') });
      await tray.locator('#node-input-provider').selectOption(OTHER_ACCOUNT);
      await row.getByText(WHY_NO_SENDER).waitFor();
      assert.equal(await row.locator('.red-ui-typedInput-input').isDisabled(), true);
      await tray.locator('#node-input-provider').selectOption(ACCOUNT);
      await row.getByText(WHY_NO_SENDER).waitFor({ state: 'detached' });
      assert.equal(await row.locator('.red-ui-typedInput-input').isDisabled(), false);
    });

    it('leaves a value that the provider cannot use open to be removed', async () => {
      const tray = await editor.edit('sms-send');
      const row = tray.locator('.form-row', { has: editor.page.locator('#node-input-sender') });
      await row.locator('.red-ui-typedInput-input').fill('8888');
      await editor.page.keyboard.press('Tab');
      await tray.locator('#node-input-provider').selectOption(OTHER_ACCOUNT);
      await row.getByText(WHY_NO_SENDER).waitFor();
      assert.equal(await row.locator('.red-ui-typedInput-input').isDisabled(), false);
    });

    it('leaves a schedule that the provider cannot keep to the queue', async () => {
      const tray = await editor.edit('sms-send');
      await tray.locator('details summary').click();
      await tray.locator('#node-input-provider').selectOption(OTHER_ACCOUNT);
      await tray.getByText(WHY_NO_SENDER).waitFor();
      assert.equal(await tray.getByText('Pigeons fly at once.').count(), 0);
      await tray.locator('#node-input-queue').uncheck();
      await tray.getByText('Pigeons fly at once.').waitFor();
    });

    it('keeps fallback accounts as a list of ids, without the account itself', async () => {
      const tray = await editor.edit('sms-send');
      await tray.locator('details.sms-fold').evaluate((fold) => {
        (fold as HTMLDetailsElement).open = true;
      });
      for (const account of [OTHER_ACCOUNT, ACCOUNT, OTHER_ACCOUNT]) {
        await tray.locator('.red-ui-editableList-addButton').click();
        await tray.locator('.red-ui-editableList-container select').last().selectOption(account);
      }
      await editor.done();
      assert.deepEqual((await editor.stored('sms-send')).fallback, [OTHER_ACCOUNT]);
      const again = await editor.edit('sms-send');
      assert.equal(await again.locator('.red-ui-editableList-container select').inputValue(), OTHER_ACCOUNT);
      assert.equal(
        await again.locator('details.sms-fold').getAttribute('open'),
        '',
        'a fold with a setting in it is open',
      );
    });
  });

  describe('webhook-in', () => {
    it('shows the address without its secret, and fetches the secret only when it is asked for', async () => {
      let fetched = 0;
      await editor.page.route(`${nodeRed.url}/webhook-in/webhook-in/url`, (route) => {
        fetched += 1;
        return route.fulfill({ json: { url: SECRET_URL, masked: MASKED_URL } });
      });
      const tray = await editor.edit('webhook-in');
      const address = tray.locator('#webhook-in-address');
      await tray.getByText(MASKED_URL).waitFor();
      assert.equal(fetched, 0);
      await tray.locator('#webhook-in-show').click();
      await tray.getByText(SECRET_URL).waitFor();
      assert.equal(await address.innerText(), SECRET_URL);
      assert.equal(fetched, 1);
    });

    it('says to deploy first where the runtime does not know the node', async () => {
      await answering('webhook-in/webhook-in/address', 404, { message: 'not here' });
      const tray = await editor.edit('webhook-in');
      await tray.getByText('Deploy first').waitFor();
      assert.equal(await tray.locator('#webhook-in-copy').isDisabled(), true);
    });

    it('says where it has an address when it stands in a subflow', async () => {
      await editor.page.evaluate((provider) => {
        const { RED } = globalThis as unknown as { RED: EditorApi };
        RED.nodes.import([
          { id: 'within', type: 'subflow', name: 'Within', in: [], out: [] },
          { id: 'inside', type: 'webhook-in', z: 'within', x: 100, y: 40, provider, path: '', wires: [[], [], []] },
        ]);
      }, ACCOUNT);
      await answering('webhook-in/inside/address', 404, { message: 'not here' });
      const tray = await editor.edit('inside');
      await tray.getByText('put this node into a flow').waitFor();
    });

    it('tells how the self-test went', async () => {
      await answering('webhook-in/webhook-in/test', 200, { ok: false, message: 'Something else answered.' });
      const tray = await editor.edit('webhook-in');
      await tray.locator('#webhook-in-test').click();
      await tray.locator('.sms-bad', { hasText: 'Something else answered.' }).waitFor();
    });
  });

  describe('sms-provider', () => {
    const addAccount = async () => {
      await editor.edit('sms-send');
      await editor.page.locator('#node-input-btn-provider-add').click();
      await editor.page.locator('#node-config-input-provider').waitFor();
      return editor.tray();
    };

    it('is a sandbox at first and says so; unticked, it asks for the fields of its provider', async () => {
      const tray = await addAccount();
      assert.equal(await tray.locator('#node-config-input-sandbox').isChecked(), true);
      const sandbox = tray.locator('.sms-note', { hasText: 'no SMS leaves this machine' });
      assert.equal(await sandbox.isVisible(), true);
      await tray.getByText(ACME_NOTE).waitFor();
      assert.equal(await tray.locator('#node-config-input-clientId').isVisible(), false);
      await tray.locator('#node-config-input-sandbox').uncheck();
      assert.equal(await sandbox.isVisible(), false);
      const names = () => tray.locator('#sms-provider-fields label:visible').allInnerTexts();
      const acme = ['Client ID *', 'Client secret *', 'Token URL', 'HMAC algorithm', 'SMTP over TLS', 'Webhook secret'];
      assert.deepEqual(await names(), acme);
      await tray.locator('#node-config-input-clientId').fill('typed');
      await tray.locator('#node-config-input-provider').selectOption('pigeon');
      assert.deepEqual(await names(), ['E-mail *', 'Transport']);
      await tray.locator('#node-config-input-provider').selectOption('acme');
      assert.equal(await tray.locator('#node-config-input-clientId').inputValue(), 'typed', 'nothing typed gets lost');
    });

    it('asks for a field only while the setting that it belongs to has its value', async () => {
      const tray = await addAccount();
      await tray.locator('#node-config-input-sandbox').uncheck();
      await tray.locator('#node-config-input-provider').selectOption('pigeon');
      const host = tray.locator('#node-config-input-smtpHost');
      assert.equal(await host.isVisible(), false);
      await tray.locator('#node-config-input-transport').selectOption('smtp');
      assert.equal(await host.isVisible(), true);
      await host.fill('mail.example.org');
      await tray.locator('#node-config-input-transport').selectOption('https');
      assert.equal(await host.isVisible(), false);
      await tray.locator('#node-config-input-provider').selectOption('acme');
      await tray.locator('#node-config-input-provider').selectOption('pigeon');
      await tray.locator('#node-config-input-transport').selectOption('smtp');
      assert.equal(await host.inputValue(), 'mail.example.org', 'nothing typed gets lost');
    });

    it('goes by the settings of the open dialog, and asks for them in the sandbox too', async () => {
      const tray = await addAccount();
      await tray.locator('#node-config-input-provider').selectOption('pigeon');
      await tray.getByText(WHY_NO_SENDER).waitFor();
      assert.equal(await tray.locator('#node-config-input-email').isVisible(), false);
      await tray.locator('#node-config-input-transport').selectOption('smtp');
      await tray.getByText(WHY_NOTHING).waitFor();
      assert.equal(await tray.getByText(WHY_NO_SENDER).count(), 0);
      assert.equal(await tray.locator('#node-config-input-sender').isDisabled(), true);
    });

    it('gives each new account a random webhook secret, kept with the credentials', async () => {
      const made: string[] = [];
      for (let round = 0; round < 2; round += 1) {
        const tray = await addAccount();
        made.push(await tray.locator('#node-config-input-webhookSecret').inputValue());
        await editor.cancel();
        await editor.cancel();
      }
      assert.match(made[0] ?? '', /^[a-z2-9]{32}$/);
      assert.notEqual(made[0], made[1]);
      await addAccount();
      await editor.done();
      const added = await editor.page.locator('#node-input-provider').inputValue();
      await editor.done();
      const { credentials, ...open } = await editor.stored(added);
      assert.match((credentials as Record<string, string>).webhookSecret ?? '', /^[a-z2-9]{32}$/);
      assert.equal(open.webhookSecret, undefined);
      assert.deepEqual({ provider: open.provider, sandbox: open.sandbox }, { provider: 'acme', sandbox: true });
    });

    it('shows no secret that is stored, and leaves it alone when it is not touched', async () => {
      const tray = await editor.edit(ACCOUNT);
      await tray.locator('#node-config-input-sandbox').uncheck();
      assert.equal(await tray.locator('#node-config-input-clientId').inputValue(), 'me');
      assert.equal(await tray.locator('#node-config-input-clientSecret').inputValue(), '__PWRD__');
      assert.equal(await tray.locator('#node-config-input-clientSecret').getAttribute('type'), 'password');
      await editor.done();
      const { credentials = {} } = (await editor.stored(ACCOUNT)) as { credentials?: Record<string, string> };
      assert.deepEqual(credentials, {});
    });

    it('tests the values of the open dialog; an untouched secret travels as a placeholder', async () => {
      const tray = await editor.edit(ACCOUNT);
      await tray.locator('#node-config-input-sandbox').uncheck();
      await tray.locator('#node-config-input-clientId').fill('someone else');
      await answering('sms-provider/test', 200, { ok: true, message: 'Acme answered.', detail: 'Credit: 12.' });
      const asked = editor.page.waitForRequest(`${nodeRed.url}/sms-provider/test`);
      await tray.locator('#sms-provider-test').click();
      const { id, config, credentials } = (await asked).postDataJSON();
      assert.equal(id, ACCOUNT);
      assert.equal(config.provider, 'acme');
      assert.equal(config.sandbox, false);
      assert.deepEqual(credentials, {
        clientId: 'someone else',
        clientSecret: '__PWRD__',
        webhookSecret: '__PWRD__',
      });
      await tray.locator('.sms-good', { hasText: 'Acme answered. Credit: 12.' }).waitFor();
    });

    it('brings the answer into view when the button is at the lower edge', async () => {
      await editor.page.setViewportSize({ width: 1280, height: 500 });
      const tray = await editor.edit(ACCOUNT);
      await answering('sms-provider/test', 200, { ok: true, message: 'Acme answered. '.repeat(20) });
      await tray.locator('#sms-provider-test').click();
      await tray.locator('.sms-good').waitFor();
      await editor.page.waitForFunction(() => {
        const answer = document.querySelector('#sms-provider-result') as HTMLElement;
        const body = answer.closest('.red-ui-tray-body-wrapper, .red-ui-tray-body') as HTMLElement;
        return answer.getBoundingClientRect().bottom <= body.getBoundingClientRect().bottom + 1;
      });
      await editor.page.setViewportSize({ width: 1280, height: 1000 });
    });

    it('without a name is called as its provider, once that is known', async () => {
      const tray = await editor.edit('sms-send');
      await tray.locator('.red-ui-editableList-addButton').dispatchEvent('click');
      const options = tray.locator(`#node-input-provider option[value="${ACCOUNT}"], li option[value="${ACCOUNT}"]`);
      // As in the first dialog of a page, which is made before the catalog is here.
      const shown = await options.evaluateAll((elements) => {
        for (const element of elements) element.textContent = 'acme';
        return elements.length;
      });
      assert.ok(shown >= 2);
      await tray.locator('#node-input-provider').dispatchEvent('change');
      await options
        .getByText('Acme Messaging')
        .nth(shown - 1)
        .waitFor({ state: 'attached' });
    });

    it('never takes what the server says for HTML', async () => {
      const tray = await editor.edit(ACCOUNT);
      const trap = '<img src=x onerror="window.trapped = true">';
      await answering('sms-provider/test', 200, { ok: false, message: trap });
      await tray.locator('#sms-provider-test').click();
      await tray.getByText(trap).waitFor();
      assert.equal(await tray.locator('#sms-provider-result img').count(), 0);
    });

    it('says what is wrong when Node-RED does not answer', async () => {
      const tray = await editor.edit(ACCOUNT);
      await editor.page.route(`${nodeRed.url}/sms-provider/test`, (route) => route.abort(), { times: 1 });
      await tray.locator('#sms-provider-test').click();
      await tray.locator('.sms-bad', { hasText: 'Node-RED does not answer.' }).waitFor();
    });
  });

  describe('sms-store', () => {
    it('asks of each kind what it needs, and says what has to be installed', async () => {
      const tray = await editor.edit(STORE);
      const labels = async () =>
        (await tray.locator('.form-row > label:visible').allInnerTexts()).map((text) => text.trim());
      const note = () => tray.locator('.sms-note:visible').innerText();
      assert.deepEqual(await labels(), ['Name', 'Kind', 'Keep for']);
      assert.match(await note(), /Nothing has to be installed/);
      await tray.locator('#node-config-input-kind').selectOption('redis');
      assert.deepEqual(await labels(), ['Name', 'Kind', 'Redis URL', 'Keep for']);
      assert.match(await note(), /npm install bullmq/);
      await tray.locator('#node-config-input-kind').selectOption('memory');
      assert.deepEqual(await labels(), ['Name', 'Kind']);
      assert.match(await note(), /lost when Node-RED stops/);
    });

    it('keeps the address with its password among the credentials', async () => {
      const tray = await editor.edit(STORE);
      await tray.locator('#node-config-input-kind').selectOption('redis');
      assert.equal(await tray.locator('#node-config-input-url').getAttribute('type'), 'password');
      await tray.locator('#node-config-input-url').fill('redis://:hush@127.0.0.1:6379');
      await editor.done();
      const { credentials, ...open } = await editor.stored(STORE);
      assert.deepEqual(credentials, { url: 'redis://:hush@127.0.0.1:6379' });
      assert.doesNotMatch(JSON.stringify(open), /hush/);
      assert.equal(open.kind, 'redis');
    });

    it('is chosen in the account, which has none at first', async () => {
      const tray = await editor.edit(ACCOUNT);
      const store = tray.locator('#node-config-input-store');
      assert.equal(await store.inputValue(), '_ADD_');
      await tray.getByText('None: a file in Node-RED').waitFor({ state: 'attached' });
      await tray.locator('details.sms-fold').evaluateAll((folds) => {
        for (const fold of folds) (fold as HTMLDetailsElement).open = true;
      });
      await store.selectOption(STORE);
      await editor.done();
      assert.equal((await editor.stored(ACCOUNT)).store, STORE);
      const again = await editor.edit(ACCOUNT);
      assert.equal(await again.locator('#node-config-input-store').inputValue(), STORE);
      assert.equal(await again.locator('details.sms-fold').last().getAttribute('open'), '', 'the fold is open');
      await again.locator('#node-config-input-store').selectOption('_ADD_');
      await editor.done();
      assert.equal((await editor.stored(ACCOUNT)).store, '');
    });
  });

  describe('the rules', () => {
    const REFUSED: [id: string, property: string, value: unknown][] = [
      ['sms-send', 'to', ''],
      ['sms-send', 'maxParts', '-1'],
      ['sms-send', 'maxParts', '1.5'],
      ['sms-send', 'expires', 'soon'],
      ['sms-send', 'options', '[1]'],
      ['sms-send', 'options', '{'],
      ['sms-status', 'messageId', ''],
      ['sms-inbound-poll', 'interval', '-5'],
      ['sms-inbound-poll', 'limit', '-1'],
      ['webhook-in', 'path', 'sms'],
      ['webhook-in', 'path', '/sms reports'],
      ['webhook-in', 'path', '/sms/'],
      ['sms-request', 'operation', ''],
      [ACCOUNT, 'provider', ''],
      [ACCOUNT, 'baseUrl', 'ftp://example.org'],
      [ACCOUNT, 'publicUrl', 'example.org'],
      [ACCOUNT, 'region', 'BEL'],
      [ACCOUNT, 'timeout', '0'],
      [ACCOUNT, 'lookups', '5,2'],
      [ACCOUNT, 'lookups', ''],
      [STORE, 'keepDays', '-1'],
      [STORE, 'keepDays', ''],
    ];
    const ACCEPTED: typeof REFUSED = [
      ['sms-send', 'maxParts', '0'],
      ['sms-send', 'sender', ''],
      ['sms-send', 'options', ''],
      ['webhook-in', 'path', '/sms/reports'],
      [ACCOUNT, 'baseUrl', 'http://127.0.0.1:8080/sms'],
      [ACCOUNT, 'baseUrl', `\${SMS_BASE_URL}`],
      [ACCOUNT, 'region', 'be'],
      [ACCOUNT, 'rate', ''],
      [ACCOUNT, 'lookups', '0.5,2'],
      [ACCOUNT, 'store', ''],
      [STORE, 'keepDays', '0.5'],
    ];
    const withValue = (id: string, property: string, value: unknown) =>
      editor.page.evaluate(
        ([node, name, put]) => {
          const { RED } = globalThis as unknown as { RED: EditorApi };
          const found = RED.nodes.node(String(node)) as unknown as Record<string, unknown>;
          const before = found[String(name)];
          found[String(name)] = put;
          RED.editor.validateNode(found);
          const { valid, validationErrors } = found as { valid: boolean; validationErrors: string[] };
          found[String(name)] = before;
          RED.editor.validateNode(found);
          return { valid, told: (validationErrors ?? []).join(' ') };
        },
        [id, property, value],
      );

    it('refuse what cannot work, with a sentence', async () => {
      for (const [id, property, value] of REFUSED) {
        const { valid, told } = await withValue(id, property, value);
        assert.equal(valid, false, `${id} ${property} '${value}'`);
        assert.doesNotMatch(told, /rules\.|undefined|\{\{/, `${id} ${property} '${value}': ${told}`);
      }
    });

    it('accept what works', async () => {
      for (const [id, property, value] of ACCEPTED) {
        const { valid, told } = await withValue(id, property, value);
        assert.equal(valid, true, `${id} ${property} '${value}': ${told}`);
      }
    });
  });

  describe('after all that', () => {
    it('the examples hold exactly the properties of the nodes, and are valid as imported', async () => {
      for (const { path, nodes } of readExamples()) {
        const wanted = await editor.page.evaluate(
          (types) => {
            const { RED } = globalThis as unknown as {
              RED: { nodes: { getType(type: string): { defaults: object } } };
            };
            return Object.fromEntries(
              types.map((type) => [type, Object.keys(RED.nodes.getType(type)?.defaults ?? {})]),
            );
          },
          [...new Set(nodes.map(({ type }) => String(type)))],
        );
        for (const node of nodes.filter(({ type }) => /^sms-(?!provider)|^webhook-in/.test(String(type)))) {
          const own = Object.keys(node).filter((key) => !['id', 'type', 'z', 'x', 'y', 'wires'].includes(key));
          assert.deepEqual(own.sort(), wanted[String(node.type)]?.sort(), `${path}: ${node.type}`);
        }
        await editor.import(nodes);
      }
      assert.deepEqual(await editor.invalid(), []);
    });

    it('no console error was seen', () => {
      // The browser itself reports the answers that the tests made fail.
      const own = editor.complaints.filter((text) => !/Failed to load resource/.test(text));
      assert.deepEqual(own, []);
    });
  });
}
