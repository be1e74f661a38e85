/** What the rest of the house relies on in any provider; each runs what it declares that it can do. */
import assert from 'node:assert/strict';
import { capabilitiesOf, demand, verbOf } from '../../dist/src/providers/capabilities.js';
import type { InboundQuery, Operation, Provider, Verbs } from '../../dist/src/providers/provider.js';
import { checkOptions, schemasOf } from '../../dist/src/providers/schema.js';
import type { Session } from '../../dist/src/providers/session.js';
import type { Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { measure } from '../../dist/src/sms/segments.js';
import { assertNothingSecret, facts, failure, outgoing, phone, workshop } from './support.ts';

type Start = (options?: SandboxOptions) => Promise<Sandbox>;

const OPTIONAL_VERBS = ['status', 'inbound', 'lookup', 'length', 'senders'] as const;
const STATUSES = ['scheduled', 'queued', 'sent', 'delivered', 'failed', 'expired', 'unknown', 'received'];
const DAY = 24 * 3600_000;

/** Registers the suite of one provider; `startSandbox` starts the emulator of its vendor. */
export function providerContract(provider: Provider, startSandbox: Start): void {
  describe(`${provider.id} keeps the contract of a provider`, () => {
    describeOperations(provider);
    describeParameters(provider, startSandbox);
    describeCapabilities(provider);
    describeSending(provider, startSandbox);
    const tests: Record<(typeof OPTIONAL_VERBS)[number], (provider: Provider, start: Start) => void> = {
      status: describeStatus,
      inbound: describeInbound,
      lookup: describeLookup,
      length: describeLength,
      senders: describeSenders,
    };
    for (const verb of OPTIONAL_VERBS) if (provider.verbs[verb]) tests[verb](provider, startSandbox);
    describeSecrets(provider, startSandbox);
  });
}

/** A session with the sandbox of the provider, both ended with the test. */
function lines(provider: Provider, start: Start) {
  const { session, ends } = workshop();
  return async (options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; line: Session }> => {
    const sandbox = await start({ pace: 0.01, hang: 40, ...options });
    ends(() => sandbox.close());
    const { baseUrl, tokenUrl, credentials } = sandbox;
    return { sandbox, line: session({ baseUrl, tokenUrl, credentials }, provider) };
  };
}

/** A line with nobody at the other end, for what must be refused before anything travels. */
function nowhere(provider: Provider) {
  const { session } = workshop();
  return () => {
    const credentials = Object.fromEntries(provider.authorisation.needs.map((name) => [name, `${name}-of-nobody`]));
    return session({ baseUrl: 'http://127.0.0.1:1', tokenUrl: 'http://127.0.0.1:1/token', credentials }, provider);
  };
}

function describeOperations(provider: Provider): void {
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
      assert.match(operation.path, /^\//);
      const { params, result } = await schemasOf(operation);
      assert.deepEqual(JSON.parse(JSON.stringify(params)), params, 'params can be written as JSON');
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result, 'result can be written as JSON');
      assert.deepEqual([params.type, params.additionalProperties], ['object', false]);
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

function describeParameters(provider: Provider, start: Start): void {
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

/** Parameters that the schema accepts, made of the schema. */
async function sample(operation: Operation): Promise<Record<string, unknown>> {
  const { params } = await schemasOf(operation);
  const required = new Set(params.required ?? []);
  const given = Object.entries(params.properties).filter(([name]) => required.has(name));
  return Object.fromEntries(given.map(([name, schema]) => [name, example(schema as JsonSchema)]));
}

interface JsonSchema {
  type?: string;
  const?: unknown;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  items?: JsonSchema;
}

function example(schema: JsonSchema): unknown {
  if ('const' in schema) return schema.const;
  if (schema.anyOf?.[0]) return example(schema.anyOf[0]);
  if (schema.enum) return schema.enum[0];
  const byType: Record<string, () => unknown> = {
    boolean: () => true,
    integer: () => schema.minimum ?? 1,
    number: () => schema.minimum ?? 1,
    array: () => [example(schema.items ?? {})],
    object: () => ({}),
  };
  return (byType[schema.type ?? ''] ?? (() => text(schema)))();
}

function text({ format, pattern }: JsonSchema): string {
  if (format === 'date-time') return '2026-01-02T03:04:05.000Z';
  const candidates = ['x', phone('0000'), 'https://example.org/', '8888'];
  return candidates.find((one) => !pattern || new RegExp(pattern, 'u').test(one)) ?? 'x';
}

function describeCapabilities(provider: Provider): void {
  const capabilities = capabilitiesOf(provider);

  it('can do each thing, or says in a sentence why not', () => {
    for (const [name, can] of Object.entries(capabilities)) {
      if (can !== true) assert.match(can, /^[A-Z].+\.$/, name);
    }
    assert.equal(capabilities.send, true);
  });

  it('declares the verbs that it has, and refuses the others with its sentence', () => {
    const silent: Provider = { ...provider, verbs: { send: provider.verbs.send } };
    for (const verb of OPTIONAL_VERBS) {
      const own = provider.verbs[verb as keyof Verbs];
      assert.equal(capabilities[verb] === true, own !== undefined, verb);
      if (own) assert.equal(verbOf(provider, verb), own);
      const asked = own ? silent : provider;
      const sentence = capabilitiesOf(asked)[verb];
      assert.throws(
        () => verbOf(asked, verb),
        (error) => error instanceof SmsError && error.code === 'SMS_UNSUPPORTED' && error.message === sentence,
      );
    }
  });

  it('refuses what is demanded of it and it cannot do', () => {
    for (const [name, can] of Object.entries(capabilities)) {
      const asked = () => demand(provider, name as Parameters<typeof demand>[1]);
      if (can === true) asked();
      else assert.throws(asked, { code: 'SMS_UNSUPPORTED', message: can });
    }
  });

  it('says which properties are secret among those without which it cannot work', () => {
    const credentials = provider.fields.filter(({ kind }) => kind === 'credential');
    for (const name of provider.authorisation.needs)
      assert.ok(
        credentials.some((field) => field.name === name),
        name,
      );
    assert.ok(credentials.some(({ secret }) => secret));
  });
}

const ACCEPTED = ['0000', '0001', '0002', '0003', '0004', '0010', '0012', '4321'];

/** The class of each story's first attempt, and of those after it. */
const STORIES: Record<string, string[]> = {
  '0005': ['SMS_REJECTED not-sent', 'SMS_REJECTED not-sent'],
  '0006': ['SMS_UNREACHABLE not-sent retryable', 'SMS_UNREACHABLE not-sent retryable', 'accepted'],
  '0007': ['SMS_RATE_LIMITED not-sent retryable', 'accepted'],
  '0008': ['SMS_UNCERTAIN unknown retryable'],
  '0009': ['SMS_UNCERTAIN unknown retryable'],
  '0011': ['SMS_UNCERTAIN unknown retryable'],
};

function describeSending(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('sends, and knows the id and the status of what was accepted', async () => {
    const { sandbox, line } = await connect();
    const before = Date.now();
    const accepted = await provider.verbs.send(line, outgoing(phone('0000'), { text: 'Ça va: 5 €' }));
    const [message, ...others] = sandbox.messages();
    assert.deepEqual(others, []);
    assert.deepEqual([message?.to, message?.text, message?.id], [phone('0000'), 'Ça va: 5 €', accepted.id]);
    assert.ok(STATUSES.includes(accepted.status));
    assert.equal(accepted.providerStatus, message?.life[0]?.providerStatus);
    assert.ok(accepted.raw);
    assert.equal(new Date(accepted.acceptedAt).toISOString(), accepted.acceptedAt);
    assert.ok(Date.parse(accepted.acceptedAt) >= before - 1000);
  });

  for (const digits of ACCEPTED) {
    it(`accepts the story ${digits} at the first attempt`, async () => {
      const { sandbox, line } = await connect();
      const { id } = await provider.verbs.send(line, outgoing(phone(digits)));
      assert.deepEqual(
        sandbox.messages().map((message) => message.id),
        [id],
      );
    });
  }

  for (const [digits, attempts] of Object.entries(STORIES)) {
    it(`classes the story ${digits} as ${attempts.join(', then ')}`, async () => {
      const { line } = await connect({ retryAfter: 7 });
      for (const [index, expected] of attempts.entries()) {
        const sending = provider.verbs.send(line, outgoing(phone(digits)));
        if (expected === 'accepted') {
          assert.ok((await sending).id);
          continue;
        }
        const error = await failure(sending);
        assert.equal(facts(error), expected, `attempt ${index + 1}`);
        assert.equal(error.accountRefused, false);
        if (digits === '0007') assert.equal(error.retryAfter, 7000);
      }
    });
  }

  it('takes credentials that the vendor refuses for a refusal of the account, and nothing was sent', async () => {
    const sandbox = await start({ pace: 0.01 });
    const { session } = own;
    own.ends(() => sandbox.close());
    const [secret = ''] = provider.fields.filter((field) => field.secret && field.required).map(({ name }) => name);
    const credentials = { ...sandbox.credentials, [secret]: 'not-the-secret-of-this-one' };
    const line = session({ baseUrl: sandbox.baseUrl, tokenUrl: sandbox.tokenUrl, credentials }, provider);
    const error = await failure(provider.verbs.send(line, outgoing(phone('0000'))));
    assert.equal(facts(error), 'SMS_AUTH not-sent');
    assert.equal(error.accountRefused, true);
    assert.deepEqual(sandbox.messages(), []);
    assertNothingSecret(
      error,
      Object.values(credentials).filter((value) => value.startsWith('not-')),
    );
  });
  const own = workshop();

  it('wants every credential that it needs before anything travels', () => {
    const { session } = own;
    for (const missing of provider.authorisation.needs) {
      const others = provider.authorisation.needs.filter((name) => name !== missing);
      const credentials = Object.fromEntries(others.map((name) => [name, 'given']));
      assert.throws(() => session({ credentials }, provider), { code: 'SMS_CONFIG', message: new RegExp(missing) });
    }
  });
}

function describeStatus(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('reports the status of each id in its order, an unknown one beside known ones', async () => {
    const { sandbox, line } = await connect();
    const ids: string[] = [];
    for (const digits of ['0004', '0000']) ids.push((await provider.verbs.send(line, outgoing(phone(digits)))).id);
    const [first = '', second = ''] = ids;
    await finalOf(sandbox, second);
    const reports = await verbOf(provider, 'status')(line, [second, 'no-such-id', first]);
    assert.equal(reports.length, 3);
    const [delivered, unknown, underway] = reports;
    assert.ok(delivered && !(delivered instanceof SmsError));
    assert.ok(underway && !(underway instanceof SmsError));
    assert.deepEqual(
      [delivered.id, delivered.to, delivered.status, delivered.final],
      [second, phone('0000'), 'delivered', true],
    );
    assert.deepEqual([underway.id, underway.to, underway.final], [first, phone('0004'), false]);
    assert.ok(STATUSES.includes(underway.status));
    for (const report of [delivered, underway]) {
      assert.ok(report.providerStatus && report.description && report.raw);
      assert.equal(new Date(report.updatedAt).toISOString(), report.updatedAt);
    }
    assert.ok(unknown instanceof SmsError);
  });

  it('asks nobody when there is nothing to ask', async () => {
    const { sandbox, line } = await connect();
    assert.deepEqual(await verbOf(provider, 'status')(line, []), []);
    assert.equal(sandbox.requests().count, 0);
  });
}

function finalOf(sandbox: Sandbox, id: string): Promise<void> {
  const isFinal = (status: string) => status === 'delivered' || status === 'failed' || status === 'expired';
  return new Promise((resolve) => {
    if (sandbox.messages().some((message) => message.id === id && isFinal(message.status))) return resolve();
    const stop = sandbox.on('status', (message) => {
      if (message.id !== id || !isFinal(message.status)) return;
      stop();
      resolve();
    });
  });
}

function describeInbound(provider: Provider, start: Start): void {
  const connect = lines(provider, start);
  const query = (at: number, more: Partial<InboundQuery> = {}): InboundQuery => ({
    address: null,
    since: new Date(at - DAY),
    until: new Date(at + DAY),
    markRead: false,
    limit: 100,
    ...more,
  });

  it('reads what phones wrote, oldest first, whatever the order of the vendor', async () => {
    const noon = Date.parse('2026-03-04T12:00:00.000Z');
    let now = noon;
    const { sandbox, line } = await connect({ now: () => now });
    await provider.verbs.send(line, outgoing(phone('4321')));
    for (const [minutes, text] of [
      [3, 'third'],
      [1, 'first'],
      [2, 'second'],
    ] as const) {
      now = noon + minutes * 60_000;
      sandbox.receive({ from: phone('4321'), text });
    }
    const read = await verbOf(provider, 'inbound')(line, query(noon));
    assert.deepEqual(
      read.map(({ text }) => text),
      ['first', 'second', 'third'],
    );
    const [first] = read;
    assert.deepEqual([first?.from, first?.parts, first?.receivedAt], [phone('4321'), 1, '2026-03-04T12:01:00.000Z']);
    assert.equal(new Set(read.map(({ id }) => id)).size, 3);
    const again = await verbOf(provider, 'inbound')(line, query(noon));
    assert.deepEqual(
      again.map(({ id }) => id),
      read.map(({ id }) => id),
      'the same SMS has the same id when read again',
    );
  });

  it('reads nothing where nothing came', async () => {
    const { line } = await connect();
    assert.deepEqual(await verbOf(provider, 'inbound')(line, query(Date.now())), []);
  });
}

function describeLookup(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  const attempt = async (digits: string, line: Session) => {
    const message = outgoing(phone(digits), { text: `story ${digits}`, reference: `ref-${digits}` });
    const startedAt = Date.now();
    const error = await failure(provider.verbs.send(line, message));
    assert.equal(error.outcome, 'unknown');
    const { to, text, sender, reference } = message;
    return verbOf(provider, 'lookup')(line, { to, text, sender, reference, startedAt });
  };

  it('finds the attempt that was accepted though its answer was lost', async () => {
    const { sandbox, line } = await connect();
    const found = await attempt('0008', line);
    assert.deepEqual(
      found.map(({ id }) => id),
      sandbox.messages().map(({ id }) => id),
    );
    assert.ok(found[0]?.raw && STATUSES.includes(found[0].status));
    assert.equal(new Date(found[0].acceptedAt).toISOString(), found[0].acceptedAt);
  });

  it('finds the attempt whose answer could not be read', async () => {
    const { sandbox, line } = await connect();
    const found = await attempt('0011', line);
    assert.deepEqual(
      found.map(({ id }) => id),
      sandbox.messages().map(({ id }) => id),
    );
  });

  it('finds nothing of an attempt that was not accepted, beside others to the same phone', async () => {
    const { sandbox, line } = await connect();
    await provider.verbs.send(line, outgoing(phone('0000'), { text: 'story 0009', reference: 'other' }));
    assert.deepEqual(await attempt('0009', line), []);
    assert.equal(sandbox.messages().length, 1);
  });
}

const CORPUS = [
  'a',
  'Déjà vu',
  'é'.repeat(160),
  'x'.repeat(161),
  'Ω'.repeat(300),
  '€'.repeat(81),
  '’',
  '漢'.repeat(71),
];

function describeLength(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('counts as we do', async () => {
    const { line } = await connect();
    for (const text of CORPUS) assert.deepEqual(await verbOf(provider, 'length')(line, text), measure(text));
  });
}

function describeSenders(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('lists senders, each of which it takes', async () => {
    const { line } = await connect();
    const senders = await verbOf(provider, 'senders')(line);
    assert.ok(senders.length > 0);
    for (const sender of senders) provider.checkSender(sender);
  });
}

function describeSecrets(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('shows nothing secret in its session, nor in an error or its causes', async () => {
    const { sandbox, line } = await connect();
    const errors: SmsError[] = [];
    for (const digits of ['0005', '0006', '0008', '0011']) {
      errors.push(await failure(provider.verbs.send(line, outgoing(phone(digits)))));
    }
    const secretNames = provider.fields.filter(({ secret }) => secret).map(({ name }) => name);
    const used = sandbox.requests().log.map(({ headers }) => headers.authorization?.split(' ')[1] ?? '');
    const secrets = [...secretNames.map((name) => sandbox.credentials[name] ?? ''), ...used].filter(Boolean);
    assert.ok(secrets.length > 1);
    for (const shown of [line, line.http, ...errors]) assertNothingSecret(shown, secrets);
  });
}
