/** A fifth provider takes one provider object, one emulator and one line in each index: nothing else knows any provider. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { providers } from '../../dist/src/providers/index.js';
import { EMULATORS, startSandbox } from '../../dist/src/sandbox/index.js';
import type { InboundMessage, Receipt, StatusReport } from '../../dist/src/sms/types.js';
import { ears, heard, quickened, until } from '../nodes/providers-support.ts';
import { admin, flows, nodeOf, payloadOf } from '../nodes/support.ts';
import { ROOT } from '../support/packed.ts';
import { providerContract } from './contract.ts';
import { startPigeon } from './fifth/emulator.ts';
import { pigeon } from './fifth/provider.ts';

describe('a fifth provider', () => {
  before(() => {
    providers.push(pigeon);
    EMULATORS.pigeon = startPigeon;
  });
  after(() => {
    providers.splice(providers.indexOf(pigeon), 1);
    delete EMULATORS.pigeon;
  });

  providerContract(pigeon, (options) => startSandbox('pigeon', options));

  describe('in a flow', () => {
    const { load } = flows();
    // Of reports that come before the answer to the call only the furthest is told.
    const sandboxOf = quickened({ network: 250 });
    const TO = '+32470000001';
    const account = { id: 'pigeons', type: 'sms-provider', name: 'Pigeons', provider: 'pigeon', sandbox: true };

    it('sends and follows, is pushed to, polled, asked and called, with no line of code but its own', async () => {
      const uses = { provider: 'pigeons' };
      const flow = await load(
        { type: 'sms-send', ...uses, options: '{"loft":"north"}', optionsType: 'json' },
        [account],
        [
          { id: 'hook', type: 'webhook-in', ...uses, path: '/pigeons', wires: [['pushed'], ['written'], []] },
          { id: 'ask', type: 'sms-status', ...uses, wires: [['asked']] },
          { id: 'poll', type: 'sms-inbound-poll', ...uses, interval: 0, wires: [['polled']] },
          {
            id: 'call',
            type: 'sms-request',
            ...uses,
            operation: 'pigeon.messages.list',
            params: '{"size":1}',
            paramsType: 'json',
            all: true,
            wires: [['answered']],
          },
          ...ears('pushed', 'written', 'asked', 'polled', 'answered'),
        ],
      );
      const [pushed, written, asked, polled, answered] = ['pushed', 'written', 'asked', 'polled', 'answered'].map(
        heard,
      );
      assert(pushed && written && asked && polled && answered);

      flow.give({ to: TO, payload: 'Coo', topic: 'kept' });
      flow.give({ to: '+32470000002', payload: 'Coo' });
      await flow.until(() => flow.out[1].filter((report) => payloadOf<StatusReport>(report).final).length === 2);
      const receipt = payloadOf<Receipt>(flow.out[0].find(({ topic }) => topic === 'kept'));
      assert.deepEqual(
        [receipt.provider, receipt.to, receipt.status, receipt.providerStatus],
        ['pigeon', TO, 'queued', 'FED'],
      );
      const words = flow.out[1].map((report) => payloadOf<StatusReport>(report));
      assert.deepEqual(
        words.filter(({ id }) => id === receipt.id).map((report) => report.providerStatus),
        ['FLYING', 'LANDED'],
      );
      await until(() => written.length === 1 && pushed.length === 4, 'every status and the reply are pushed');
      assert.equal(payloadOf<InboundMessage>(written[0]).text, 'OK');

      nodeOf('ask').receive({ payload: [receipt] } as never);
      nodeOf('poll').receive({} as never);
      nodeOf('call').receive({} as never);
      await until(() => asked.length === 1 && polled.length === 1 && answered.length === 2, 'all have answered');
      assert.equal(payloadOf<StatusReport[]>(asked[0])[0]?.status, 'delivered');
      assert.equal(payloadOf<InboundMessage>(polled[0]).from, TO);
      assert.deepEqual(
        answered.map(({ parts }) => (parts as { index: number }).index),
        [0, 1],
      );
      assert.deepEqual(flow.errors, []);
      assert.deepEqual(
        sandboxOf('pigeon')
          .messages()
          .map(({ text }) => text),
        ['Coo', 'Coo'],
      );
    });

    it('is in the catalog with its fields, its operations and what it can do', async () => {
      await load({ type: 'sms-length' }, []);
      const { body } = await admin().get('/sms-provider/catalog').expect(200);
      const found = (body.providers as Record<string, never>[]).find(({ id }) => id === 'pigeon') as
        | Record<string, { [name: string]: unknown }>
        | undefined;
      assert(found);
      assert.deepEqual([found.label, found.note, found.fields], [pigeon.label, pigeon.note, pigeon.fields]);
      assert.equal(found.capabilities?.schedule, true);
      assert.equal(found.capabilities?.balance, 'Pigeon Post is free.');
      const operations = found.operations as unknown as {
        id: string;
        params: { properties: object };
        pages: boolean;
      }[];
      assert.deepEqual(
        operations.map(({ id, pages }) => [id, pages]),
        pigeon.operations.map(({ id, next }) => [id, next !== undefined]),
      );
      assert('sendAt' in (operations[0]?.params.properties ?? {}));
    });
  });

  it('is on the page of operations, as the generator writes it', async () => {
    const { page } = (await import(pathToFileURL(join(ROOT, 'scripts/docs.mjs')).href)) as {
      page(all: unknown): Promise<string>;
    };
    const written = await page(providers);
    assert.match(written, /^## Pigeon Post$/m);
    for (const { id } of pigeon.operations) assert(written.includes(`### \`${id}\``));
  });
});

describe('the house', () => {
  it('names a provider in its own folder, in the sandbox and in the two indexes only', () => {
    const ids = providers.map(({ id }) => id);
    assert.equal(ids.includes('pigeon'), false);
    const isOwn = (file: string) => file.startsWith('src/sandbox/') || file === 'src/providers/known.ts';
    const isInFolder = (file: string) => ids.some((id) => file.startsWith(`src/providers/${id}/`));
    const files = ['src', 'nodes', 'scripts'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    );
    const code = files.filter((file) => /\.(ts|js|mjs|html)$/.test(file) && !/\/locales\//.test(file));
    assert(code.length > 100);
    const quoted = new RegExp(`(['"\`])(${ids.join('|')})(\\1|\\.)`);
    const naming = code
      .filter((file) => !isOwn(file) && !isInFolder(file))
      .filter((file) => quoted.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))));
    assert.deepEqual(naming, []);
  });
});

/** An example in a comment decides nothing. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
