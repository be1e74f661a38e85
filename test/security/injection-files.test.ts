/** A message by mail or by file is one mail or one file for its recipients, whatever stands in its fields. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { providers } from '../../dist/src/providers/index.js';
import type { Operation, Provider } from '../../dist/src/providers/provider.js';
import { schemasOf } from '../../dist/src/providers/schema.js';
import { Session } from '../../dist/src/providers/session.js';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { ATTACKS, type Field, fieldsOf, type JsonSchema } from './fields.ts';

/** A way to a server on which every byte of the client is kept, by connection. */
interface Tap {
  port: number;
  said: string[];
  close(): void;
}

async function tap(port: number): Promise<Tap> {
  const said: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const nth = said.push('') - 1;
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (chunk) => {
      said[nth] += chunk.toString('latin1');
    });
    client.pipe(upstream).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, said, close };
}

const METHODS = ['SMTP', 'FTP'] as const;
const byFile = providers.filter(({ operations }) => operations.some(({ method }) => method === 'SMTP'));

describe('what a flow gives, on its way by', function () {
  this.timeout(60_000);

  for (const provider of byFile) {
    for (const method of METHODS) {
      describe(`${method} to ${provider.id}`, () => {
        let vendor: Sandbox;
        let taps: Record<(typeof METHODS)[number], Tap>;
        before(async () => {
          vendor = await startSandbox(provider.id, { pace: 0.01, hang: 30 });
          taps = { SMTP: await tap(vendor.smtp?.port ?? 0), FTP: await tap(vendor.ftp?.port ?? 0) };
        });
        after(async () => {
          for (const one of Object.values(taps)) one.close();
          await vendor.close();
        });

        it('stays one order for its recipients, in every field of every operation', async () => {
          const line = lineOf(provider, vendor, taps);
          let travelled = 0;
          for (const operation of provider.operations.filter((one) => one.method === method)) {
            const { params } = await schemasOf(operation);
            for (const field of fieldsOf(params as JsonSchema)) {
              for (const attachment of method === 'SMTP' ? [false, true] : [null])
                travelled += await attack(line, operation, field, attachment);
            }
          }
          await line.close();
          assert.ok(travelled > 5, `${travelled} orders had such a text in them`);
        });

        it('stays one order, in every credential and setting', async () => {
          const [operation] = provider.operations.filter((one) => one.method === method);
          assert.ok(operation);
          const [field] = fieldsOf((await schemasOf(operation)).params as JsonSchema);
          assert.ok(field);
          const send = async (more: object) => {
            const line = lineOf(provider, vendor, taps, more);
            const said = await saidBy(method, () => line.call(operation.id, usual(field)));
            await line.close();
            assert.ok(said.length <= 1);
            const content = [...vendor.mails(), ...vendor.files()].at(-1)?.content;
            const lines = Buffer.from(content ?? [])
              .toString()
              .match(/^[UDT#]-/gm);
            assert.deepEqual(lines, ['U-', 'T-', '#-']);
            return said.length === 0 ? [] : commands(method, said[0] ?? '');
          };
          const whole = await send({});
          for (const { name, kind, type, when } of provider.fields) {
            if (when && !when.is.includes(method.toLowerCase())) continue;
            if (type !== undefined || /Host$|Port$/.test(name)) continue;
            for (const text of ATTACKS) {
              const said = await send({ [kind]: { [name]: text } });
              // A login that is refused ends it early.
              assert.deepEqual(said, [...whole.slice(0, said.length)], `${name}: ${JSON.stringify(text)}`);
            }
          }
        });

        async function attack(line: Session, { id }: Operation, field: Field, attachment: boolean | null) {
          const extra = attachment === null ? {} : { attachment };
          const send = (text: string) => line.call(id, { ...(field.build(text) as object), ...extra });
          const wanted = await order(() => send(field.usual));
          let travelled = 0;
          for (const hostile of ATTACKS.flatMap((one) => [one, field.usual + one])) {
            const made = await order(() => send(hostile));
            if (made.said.length === 0) continue;
            const shown = `${id}${field.path}: ${JSON.stringify(hostile)}\n${made.said.join('\n---\n')}`;
            assert.deepEqual(
              made.said.map((said) => commands(method, said)),
              wanted.said.map((said) => commands(method, said)),
              shown,
            );
            assert.deepEqual(made.recipients, wanted.recipients, shown);
            travelled += 1;
          }
          return travelled;
        }

        /** What was said to the server, and who gets an SMS of it. */
        async function order(send: () => Promise<unknown>) {
          const before = vendor.messages().length;
          const said = await saidBy(method, send);
          return {
            said,
            recipients: vendor
              .messages()
              .slice(before)
              .map(({ to }) => to),
          };
        }

        async function saidBy(way: (typeof METHODS)[number], send: () => Promise<unknown>): Promise<string[]> {
          const before = taps[way].said.length;
          await send().catch((error) => assert.ok(error instanceof SmsError, String(error)));
          return taps[way].said.slice(before);
        }
      });
    }
  }
});

const usual = (field: Field) => field.build(field.usual) as Record<string, unknown>;

function lineOf(
  provider: Provider,
  { baseUrl, tokenUrl, credentials }: Sandbox,
  { SMTP, FTP }: Record<'SMTP' | 'FTP', Tap>,
  more: { credential?: object; setting?: object } = {},
): Session {
  const doors = {
    smtpHost: '127.0.0.1',
    smtpPort: SMTP.port,
    mailFrom: 'plant@example.org',
    ftpHost: '127.0.0.1',
    ftpPort: FTP.port,
  };
  const own = { ...credentials, ...more.credential };
  return new Session(provider, {
    timeout: 3000,
    baseUrl,
    tokenUrl,
    credentials: own,
    settings: { ...doors, ...more.setting },
  });
}

/** The verbs of the commands, and of a mail the names of its headers, in their order. */
function commands(method: string, said: string): string[] {
  const lines = said.split('\r\n').slice(0, -1);
  assert.doesNotMatch(said.replaceAll('\r\n', ''), /[\r\n\0]/, 'no other line ends');
  if (method === 'FTP') return lines.map((line) => line.split(' ')[0] ?? '');
  const data = lines.indexOf('DATA');
  const end = lines.indexOf('.', data);
  const mail = data < 0 ? [] : lines.slice(data + 1, end);
  const headers = mail.slice(0, mail.indexOf('')).filter((line) => /^[\w-]+:/.test(line));
  const others = data < 0 ? lines : [...lines.slice(0, data + 1), ...lines.slice(end + 1)];
  const verbs = others.map((line) => (/^[A-Z]{4}\b/.test(line) ? line.slice(0, 4) : '*'));
  return [...verbs, ...headers.map((line) => line.split(':')[0]?.toLowerCase() ?? '')];
}
