/** A plain client of a sandbox for its tests: nothing but fetch, and the events that a test waits for. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox, SandboxEvent, SandboxEvents, SandboxOptions } from '../../dist/src/sandbox/index.js';
import { startSandbox } from '../../dist/src/sandbox/index.js';

/** Under the names of the `sms-provider` node. */
export interface Credentials {
  clientId?: string;
  clientSecret?: string;
}

export interface Reply<T> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
}

export interface DeliveryInfo {
  resourceURL: string;
  deliveryInfo: { address: string; deliveryStatus: string }[];
}

export interface FaultBody {
  fault: { code: number; message: string; description: string };
}

/** A client of Enco's API with a token of its own. */
export interface EncoClient {
  token: string;
  get<T = Record<string, unknown>>(path: string, query?: Record<string, string>): Promise<Reply<T>>;
  post<T = DeliveryInfo>(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
  send(to: string, message?: string, more?: object): Promise<Reply<DeliveryInfo>>;
}

/** Sandboxes that end with the test that started them. */
export function sandboxes(provider = 'enco'): { start(options?: SandboxOptions): Promise<Sandbox> } {
  let started: Sandbox[] = [];
  afterEach(async () => {
    await Promise.all(started.map((sandbox) => sandbox.close()));
    started = [];
  });
  return {
    async start(options) {
      const sandbox = await startSandbox(provider, { pace: 0.01, hang: 40, ...options });
      started.push(sandbox);
      return sandbox;
    },
  };
}

export async function login(sandbox: Sandbox, credentials: Credentials = sandbox.credentials): Promise<EncoClient> {
  const { body } = await askToken<{ access_token: string }>(sandbox, credentials);
  const token = body.access_token;
  const common = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const client: EncoClient = {
    token,
    get: (path, query = {}) => call(`${sandbox.baseUrl}${path}?${new URLSearchParams(query)}`, { headers: common }),
    post: (path, body, headers) =>
      call(`${sandbox.baseUrl}${path}`, {
        method: 'POST',
        headers: { ...common, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    send: (to, message = 'Hello World Test Message', more = {}) =>
      client.post('/sms/outboundmessages', { message, destinations: [to], ...more }),
  };
  return client;
}

/** The way the vendor's own samples ask: Basic and a form. */
export function askToken<T>(sandbox: Sandbox, { clientId = '', clientSecret = '' }: Credentials): Promise<Reply<T>> {
  return call(sandbox.tokenUrl ?? '', {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'openid' }),
  });
}

export async function call<T>(url: string, init?: RequestInit): Promise<Reply<T>> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parse(text) as T };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The next event of a kind that fits; ask before doing what causes it. */
export function next<E extends SandboxEvent>(
  sandbox: Sandbox,
  event: E,
  fits: (record: SandboxEvents[E]) => boolean = () => true,
): Promise<SandboxEvents[E]> {
  return new Promise((resolve) => {
    const stop = sandbox.on(event, (record) => {
      if (!fits(record)) return;
      stop();
      resolve(record);
    });
  });
}

export const idOf = ({ body }: Reply<DeliveryInfo>): string => body.resourceURL.split('/').at(-1) ?? '';

export interface Push {
  method: string;
  type: string;
  path: string;
  body: unknown;
}

/** A server that takes pushes and answers them with `status`. */
export async function receiver(status = 204): Promise<{ url: string; pushes: Push[]; close(): void }> {
  const pushes: Push[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { method = '', url = '', headers } = request;
    pushes.push({ method, type: headers['content-type'] ?? '', path: url, body: parse(text) });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails does not come to its close().
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/dlr?id=7`, pushes, close: () => server.close() };
}
