/** Nothing that a flow gives becomes a header, a line, a member or an address of its own: every field of every operation. */
import assert from 'node:assert/strict';
import { providers } from '../../dist/src/providers/index.js';
import type { OutgoingMessage, Provider } from '../../dist/src/providers/provider.js';
import { schemasOf } from '../../dist/src/providers/schema.js';
import { Session } from '../../dist/src/providers/session.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { type Edge, http, isTokenRequest, outgoing, tokenAnswer, workshop } from '../providers/support.ts';
import { ATTACKS, type Field, fieldsOf, type JsonSchema } from './fields.ts';

/** What a request is made of, without what it says: method, segments, names in order. */
interface Shape {
  line: string;
  headers: string[];
  query: string[];
  body: unknown;
}

describe('what a flow gives, on its way to', function () {
  this.timeout(60_000);
  const { edge } = workshop();

  for (const provider of providers) {
    describe(provider.id, () => {
      it('the vendor, in every field of every operation, stays what it is', async () => {
        const at = await vendor();
        const line = sessionOf(provider, at);
        let tried = 0;
        for (const operation of provider.operations) {
          if (['SMTP', 'FTP', 'LOCAL'].includes(operation.method)) continue;
          const { params } = await schemasOf(operation);
          for (const field of fieldsOf(params as JsonSchema)) {
            const call = (text: string) => line.call(operation.id, field.build(text) as Record<string, unknown>);
            tried += await attack(`${operation.id}${field.path}`, field, at, call);
          }
        }
        await line.close();
        assert.ok(tried > provider.operations.length, `${tried} requests had such a text in them`);
      });

      it('the vendor, in every part of a message, stays what it is', async () => {
        const at = await vendor();
        const line = sessionOf(provider, at);
        const parts: Record<string, (text: string) => Partial<OutgoingMessage>> = {
          to: (to) => ({ to }),
          text: (text) => ({ text }),
          sender: (sender) => ({ sender }),
          reference: (reference) => ({ reference }),
          callbackUrl: (text) => ({ callbackUrl: `https://example.org/${text}` }),
        };
        for (const { path, build } of await optionsOf(provider))
          parts[`options${path}`] = (text) => ({ options: build(text) as Record<string, unknown> });
        for (const [path, part] of Object.entries(parts)) {
          const call = (text: string) => provider.verbs.send(line, outgoing('+33696300000', part(text)));
          await attack(`send ${path}`, { path, usual: 'usual', build: part }, at, call);
        }
        await line.close();
      });

      it('the vendor, in every credential and setting, makes no header of its own', async () => {
        const at = await vendor();
        const usual = await shapesWith(provider, at, {});
        for (const { name, kind, type } of provider.fields) {
          if (type === 'select' || type === 'checkbox' || type === 'number' || name === 'tokenUrl') continue;
          for (const text of ATTACKS) {
            const given = kind === 'setting' ? { settings: { [name]: text } } : { credentials: { [name]: text } };
            const shapes = await shapesWith(provider, at, given);
            const plain = await shapesWith(provider, at, plainly(given));
            if (shapes.length > 0) assert.deepEqual(shapes, plain, `${name}: ${JSON.stringify(text)}`);
          }
        }
        assert.ok(usual.length > 0);
      });
    });
  }

  /** Takes everything; each request as it came is kept. */
  function vendor(): Promise<Edge> {
    return edge((socket, request) => socket.write(isTokenRequest(request) ? tokenAnswer() : http(200, '{}')));
  }
});

function sessionOf(
  provider: Provider,
  { origin }: Edge,
  more: { credentials?: object; settings?: object } = {},
): Session {
  const names = provider.fields.filter(({ kind }) => kind === 'credential').map(({ name }) => name);
  const credentials = { ...Object.fromEntries(names.map((name) => [name, `usual-${name}`])), ...more.credentials };
  const line = { baseUrl: `${origin}/api`, tokenUrl: `${origin}/token`, credentials, settings: { ...more.settings } };
  return new Session(provider, { timeout: 3000, ...line });
}

/** The places for a text in the options of a message. */
async function optionsOf({ operations, options: { operation: id, names } }: Provider): Promise<Field[]> {
  const operation = operations.find((one) => one.id === id) ?? assert.fail(id);
  const { properties = {} } = (await schemasOf(operation)).params as JsonSchema;
  const own = Object.fromEntries(names.map((name) => [name, properties[name] ?? {}]));
  return fieldsOf({ type: 'object', properties: own, additionalProperties: false });
}

/** The requests that a message makes under these credentials and settings. */
async function shapesWith(provider: Provider, at: Edge, more: Parameters<typeof sessionOf>[2]): Promise<unknown[]> {
  const before = at.requests.length;
  let line: Session | undefined;
  try {
    line = sessionOf(provider, at, more);
    await provider.verbs.send(line, outgoing('+33696300000'));
  } catch (error) {
    assert.ok(error instanceof SmsError, String(error));
  } finally {
    await line?.close();
  }
  return at.requests.slice(before).map((request) => ({ ...shapeOf(request), body: [] }));
}

function plainly(given: object): object {
  const [[kind, members = {}] = ['', {}]] = Object.entries(given);
  return { [kind]: Object.fromEntries(Object.keys(members).map((name) => [name, 'plain'])) };
}

/** How many of the attacks travelled; each in a request of the same shape as the usual one has. */
async function attack(
  where: string,
  { usual }: Field,
  at: Edge,
  call: (text: string) => Promise<unknown>,
): Promise<number> {
  const wanted = await requestsOf(at, () => call(usual));
  let travelled = 0;
  for (const hostile of ATTACKS.flatMap((one) => [one, usual + one])) {
    const made = await requestsOf(at, () => call(hostile));
    const last = made.at(-1);
    if (last === undefined) continue;
    const shown = `${where}: ${JSON.stringify(hostile)}\n${last.slice(0, 2000)}`;
    assert.deepEqual(made.map(shapeOf), wanted.map(shapeOf), shown);
    travelled += 1;
  }
  return travelled;
}

async function requestsOf({ requests }: Edge, call: () => Promise<unknown>): Promise<string[]> {
  const before = requests.length;
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof SmsError, String(error));
  }
  return requests.slice(before).filter((request) => !isTokenRequest(request));
}

function shapeOf(raw: string): Shape {
  const end = raw.indexOf('\r\n\r\n');
  const [line = '', ...headers] = raw.slice(0, end).split('\r\n');
  const [method, target = '', version, ...rest] = line.split(' ');
  assert.deepEqual([version, rest], ['HTTP/1.1', []], line);
  const [path = '', search = '', ...more] = target.split('?');
  assert.ok(more.length === 0 && !/[^\x21-\x7e]/.test(target), target);
  const segments = path.split('/').map((segment) => (segment === '.' || segment === '..' ? 'OUT' : '*')).length;
  assert.ok(!path.split('/').some((segment) => segment === '.' || segment === '..'), path);
  const type = headers.find((header) => /^content-type:/i.test(header)) ?? '';
  return {
    line: `${method} ${path.split('/').slice(0, 3).join('/')} ${segments}`,
    headers: headers.map((header) => header.split(':')[0]?.toLowerCase() ?? ''),
    query: search
      .split('&')
      .map((pair) => pair.split('=')[0] ?? '')
      .map(withoutPayload),
    body: bodyShape(raw.slice(end + 4), type),
  };
}

function bodyShape(body: string, type: string): unknown {
  if (body === '') return null;
  const boundary = /boundary=(\S+)/.exec(type)?.[1];
  if (boundary) {
    const parts = body.split(`--${boundary}`).slice(1);
    assert.equal(parts.pop(), '--\r\n');
    return parts.map((part) => {
      const [head = ''] = part.split('\r\n\r\n');
      assert.equal(head.split('\r\n').length, 2, `one header a part: ${part}`);
      return head.split(';').map((one) => withoutPayload(one)).length;
    });
  }
  if (/json/.test(type)) return members(JSON.parse(body));
  return body.split('&').map((pair) => withoutPayload(pair.split('=')[0] ?? ''));
}

/** Names, not values; but what is JSON within a text is looked into as well. */
function members(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(members);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([name, member]) => [withoutPayload(name), members(member)]);
}

/** A name that the flow chose, usual or hostile, counts as the same. */
function withoutPayload(name: string): string {
  const plain = /^[\w.[\]%-]+$/.test(name) ? decodeURIComponent(name) : name;
  return /^(?=.*\w$|.*\w\]$)[\w.[\]-]{1,60}$/.test(plain) && !/usual|injected|smuggled/i.test(plain) ? plain : '*';
}
