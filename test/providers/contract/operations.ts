/** What is demanded of a provider's operations and of the parameters that a flow gives them. */
import assert from 'node:assert/strict';
import type { Provider } from '../../../dist/src/providers/provider.js';
import { checkOptions, schemasOf } from '../../../dist/src/providers/schema.js';
import { facts, failure } from '../support.ts';
import { lines, nowhere, type Start } from './lines.ts';
import { sample } from './samples.ts';

export function describeOperations(provider: Provider): void {
  const { operations } = provider;

  it('has a unique id for each operation, beginning with its own name', () => {
    const ids = operations.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, new RegExp(`^${provider.id}\\.[A-Za-z0-9.]+$`));
  });

  for (const operation of operations) {
    it(`describes ${operation.id} wholly: title, source, schemas, and a path made of its parameters`, async () => {
      assert.match(operation.title, /\S/);
      assert.match(operation.source, /\S/);
      assert.match(operation.path, operation.method === 'RPC' ? /^[\w.]+$/ : /^\//);
      if (operation.deprecated !== undefined) assert.match(operation.deprecated, /\S/);
      const { params, result } = await schemasOf(operation);
      assert.deepEqual(JSON.parse(JSON.stringify(params)), params, 'params can be written as JSON');
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result, 'result can be written as JSON');
      assert.deepEqual(
        [params.type, 'additionalProperties' in params && params.additionalProperties],
        ['object', false],
      );
      const names = Object.keys(params.properties);
      for (const name of names) {
        assert.match(
          (params.properties[name] as { description?: string }).description ?? '',
          /\S/,
          `${name} is described`,
        );
      }
      const required = params.required ?? [];
      for (const [, name = ''] of operation.path.matchAll(/\{([^}]*)\}/g)) {
        assert.match(name, /^\w+$/);
        assert.ok(required.includes(name), `{${name}} of the path is a required parameter`);
      }
      for (const name of operation.positions ?? []) assert.ok(names.includes(name), `${name} has a place`);
      for (const name of operation.query ?? []) assert.ok(names.includes(name), `${name} of the query is a parameter`);
      for (const name of Object.keys(operation.implied ?? {}))
        assert.ok(!names.includes(name), `${name} is not asked for`);
    });
  }

  it('offers options that are parameters of the operation it sends with', async () => {
    const { operation, names } = provider.options;
    const sending = operations.find(({ id }) => id === operation);
    assert.ok(sending?.writes);
    const { params } = await schemasOf(sending);
    for (const name of names) assert.ok(name in params.properties, name);
  });
}

export function describeParameters(provider: Provider, start: Start): void {
  const silent = nowhere(provider);
  const connect = lines(provider, start);

  for (const operation of provider.operations) {
    it(`refuses a parameter that ${operation.id} does not have`, async () => {
      const error = await failure(silent().call(operation.id, { ...(await sample(operation)), nonsense: 1 }));
      assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
      assert.match(error.message, /'nonsense'/);
    });

    it(`names each required parameter of ${operation.id} that is missing`, async () => {
      const { params } = await schemasOf(operation);
      for (const name of params.required ?? []) {
        const given = await sample(operation);
        delete given[name];
        const error = await failure(silent().call(operation.id, given));
        assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
        assert.ok(error.message.includes(name), error.message);
      }
    });
  }

  it('refuses an option of a message that is none of those it offers, the text and the recipient among them', async () => {
    const { operation: id, names } = provider.options;
    const operation = provider.operations.find((one) => one.id === id);
    assert.ok(operation);
    const { params } = await schemasOf(operation);
    const forbidden = [...Object.keys(params.properties), 'nonsense'].filter((name) => !names.includes(name));
    for (const name of forbidden) {
      const error = await failure(checkOptions(operation, names, { [name]: 'x' }));
      assert.equal(error.code, 'SMS_INVALID_OPTION');
      assert.ok(error.message.includes(`'${name}'`), error.message);
    }
  });

  it('refuses an operation that it does not have, naming those that it has', async () => {
    const error = await failure(silent().call(`${provider.id}.nothing`));
    assert.equal(facts(error), 'SMS_UNSUPPORTED not-sent');
    for (const { id } of provider.operations) assert.ok(error.message.includes(id));
  });

  it('ends after the last page of everything that pages', async () => {
    const { line } = await connect();
    for (const operation of provider.operations.filter(({ next }) => next)) {
      let pages = 0;
      for await (const _page of line.pages(operation.id, await sample(operation))) {
        pages += 1;
        assert.ok(pages < 10, `${operation.id} goes on for ever`);
      }
      assert.ok(pages > 0);
    }
  });
}
