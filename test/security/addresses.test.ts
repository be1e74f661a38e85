/** Credentials go to the address of the account and nowhere else, whatever a vendor or a dialog says. */
import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { providers } from '../../dist/src/providers/index.js';
import type { Provider } from '../../dist/src/providers/provider.js';
import { Session } from '../../dist/src/providers/session.js';
import { type Sandbox, startSandbox } from '../../dist/src/sandbox/index.js';
import { account, admin, type Entry, flows } from '../nodes/support.ts';
import { sample } from '../providers/contract/samples.ts';
import { outgoing, phone } from '../providers/support.ts';

interface Ear {
  origin: string;
  port: number;
  heard: string[];
  close(): Promise<void>;
}

/** A host that nobody has any business with. */
async function stranger(): Promise<Ear> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${Buffer.concat(chunks)}`);
      response
        .setHeader('content-type', 'application/json')
        .end('{"access_token":"t","token_type":"Bearer","expires_in":9}');
    });
  });
  server.on('connection', () => heard.push('a connection'));
  return { ...(await listening(server)), heard };
}

async function listening(server: Server): Promise<Omit<Ear, 'heard'>> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${port}`, port, close };
}

/** The vendor, in whose answers every address is that of the stranger; or that says that it has moved there. */
function misled({ baseUrl }: Sandbox, { origin }: Ear, moved: number | null): Promise<Omit<Ear, 'heard'>> {
  const { port } = new URL(baseUrl);
  const server = createServer((request, response) => {
    const isToken = /token/.test(request.url ?? '') && moved !== null;
    const upstream = httpRequest(
      { port, path: request.url, method: request.method, headers: request.headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const body = Buffer.concat(chunks)
            .toString()
            .replace(/https?:\/\/[^"'\s<\\]+/g, `${origin}/led-astray`);
          const led = {
            location: `${origin}/location`,
            link: `<${origin}/next>; rel="next"`,
            refresh: `0; url=${origin}`,
          };
          const more = { 'content-location': origin, 'content-length': String(Buffer.byteLength(body)) };
          response.writeHead(moved !== null && !isToken ? moved : (answer.statusCode ?? 500), {
            'content-type': answer.headers['content-type'] ?? 'application/json',
            ...led,
            ...more,
          });
          response.end(body);
        });
      },
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  return listening(server);
}

describe('an address that a vendor names', function () {
  this.timeout(30_000);

  for (const provider of providers) {
    for (const moved of [null, 301, 302, 303, 307, 308]) {
      it(`is never called: ${provider.id}, ${moved === null ? 'in any answer' : `by a redirect with ${moved}`}`, async () => {
        const vendor = await startSandbox(provider.id, { pace: 0.01, hang: 30 });
        const ear = await stranger();
        const between = await misled(vendor, ear, moved);
        const { baseUrl, tokenUrl, credentials } = vendor;
        const via = (url: string | undefined) => url?.replace(/:\d+\//, `:${between.port}/`);
        const line = { baseUrl: via(baseUrl), tokenUrl: via(tokenUrl), credentials };
        const session = new Session(provider, { timeout: 1000, ...line });
        try {
          await everything(provider, session);
          assert.ok(vendor.requests().count > provider.operations.length / 2, 'the vendor was asked');
          assert.deepEqual(ear.heard, []);
        } finally {
          await session.close();
          await Promise.all([between.close(), ear.close(), vendor.close()]);
        }
      });
    }
  }
});

/** Every operation with all its pages, and every verb. What is refused is refused. */
async function everything(provider: Provider, session: Session): Promise<void> {
  const calls = provider.operations
    .filter(({ method }) => !['SMTP', 'FTP', 'LOCAL'].includes(method))
    .map(async (operation) => {
      for await (const _page of session.pages(operation.id, await sample(operation)));
    });
  const { verbs } = provider;
  const send = async () => {
    const { id } = await verbs.send(session, outgoing(phone('0000')));
    await verbs.status?.(session, [id]);
    await verbs.history?.(session, id);
    await verbs.cancel?.(session, id);
  };
  const [since, until] = [new Date(Date.now() - 3600_000), new Date()];
  const query = { address: null, since, until, markRead: true, limit: 10 };
  await Promise.allSettled([
    ...calls,
    send(),
    verbs.inbound?.(session, query),
    verbs.statusQueue?.(session, 10),
    verbs.balance?.(session),
    verbs.senders?.(session),
    verbs.length?.(session, 'Hello'),
    verbs.quote?.(session, phone('0000'), 'Hello'),
  ]);
}

describe('the address in an open dialog', () => {
  const { load } = flows();
  let vendor: Sandbox;
  let ear: Ear;
  beforeEach(async () => {
    [vendor, ear] = [await startSandbox('digitaleo', { pace: 0.01 }), await stranger()];
  });
  afterEach(() => Promise.all([vendor.close(), ear.close()]));

  const UNTOUCHED = { clientId: 'me', clientSecret: '__PWRD__', smtpPass: '__PWRD__', accountCode: '__PWRD__' };
  const ask = async (body: object) => {
    const tested = (await admin().post('/sms-provider/test').send(body)).body;
    const chosen = (await admin().post('/sms-provider/choices/sender').send(body)).body;
    return { tested, chosen };
  };

  async function deployed(): Promise<Entry> {
    const more = {
      id: `drafted-${vendor.smtp?.port}`,
      provider: 'digitaleo',
      smtpHost: '127.0.0.1',
      smtpPort: String(vendor.smtp?.port),
    };
    const own = account(vendor, { ...more, transport: 'https', mailFrom: 'plant@example.org' });
    await load({ type: 'sms-length' }, [own]);
    return own;
  }

  const changes: Record<string, () => object> = {
    'another base URL': () => ({ baseUrl: `${ear.origin}/rest` }),
    'another token URL': () => ({ tokenUrl: `${ear.origin}/token` }),
    'both of them': () => ({ baseUrl: `${ear.origin}/rest`, tokenUrl: `${ear.origin}/token` }),
    'another mail server': () => ({ transport: 'smtp', smtpHost: 'localhost', smtpPort: ear.port }),
    'another port of it': () => ({ transport: 'smtp', smtpPort: ear.port }),
    'another FTP server': () => ({ transport: 'ftp', ftpHost: '127.0.0.1', ftpPort: ear.port }),
    'another recipient of mails': () => ({ transport: 'smtp', mailTo: 'somebody@example.org' }),
    'another provider': () => ({ provider: 'enco', baseUrl: `${ear.origin}/sms`, tokenUrl: `${ear.origin}/token` }),
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`gets nothing that is stored: ${name}`, async () => {
      const { credentials: _own, ...config } = await deployed();
      const { tested, chosen } = await ask({
        id: config.id,
        config: { ...config, ...change() },
        credentials: UNTOUCHED,
      });
      assert.equal(tested.ok, false);
      for (const { message } of [tested, chosen]) assert.match(message, /type its passwords again/);
      // Nor when the placeholder is left out.
      await ask({ id: config.id, config: { ...config, ...change() }, credentials: {} });
      assert.deepEqual(ear.heard, []);
    });
  }

  it('gets what was typed for it', async () => {
    const { credentials: _own, ...config } = await deployed();
    const there = { baseUrl: `${ear.origin}/rest`, tokenUrl: `${ear.origin}/token` };
    await ask({
      id: config.id,
      config: { ...config, ...there },
      credentials: { clientId: 'me', clientSecret: 'typed' },
    });
    assert.ok(ear.heard.some((one) => one.includes('typed')));
    assert.ok(ear.heard.every((one) => !one.includes(String(vendor.credentials.clientSecret))));
  });

  it('gets what is stored where it is that of the deployed account', async () => {
    const { credentials: _own, ...config } = await deployed();
    const credentials = { ...UNTOUCHED, clientId: vendor.credentials.clientId };
    const { tested } = await ask({ id: config.id, config: { ...config, name: 'Other' }, credentials });
    assert.equal(tested.ok, true, tested.message);
  });
});
