/** A plain client of Digitaleo's sandbox for its tests: nothing but fetch, in the forms of the vendor's document. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Endpoint, OutboundRecord, Sandbox } from '../../dist/src/sandbox/index.js';
import type { Credentials, Reply } from './support.ts';
import { call, next } from './support.ts';

export type Row = Record<string, string | null>;

export interface List {
  size: number;
  total: number | null;
  list: Row[];
  httpStatusCode?: number;
}

export interface Contact {
  recipient?: unknown;
  [field: string]: unknown;
}

export interface DigitaleoClient {
  token: string;
  /** `path` with its query, as `/sms?id=1`. */
  request<T = Row>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
  list(path: string): Promise<List>;
  sms(to: string, text?: string, more?: object): Promise<Reply<Row>>;
  mailing(contacts: Contact[], more?: object): Promise<Reply<Row>>;
}

export const number = (digits: string): string => `+3369630${digits}`;

export async function login(
  sandbox: Sandbox,
  credentials: Credentials = sandbox.credentials,
): Promise<DigitaleoClient> {
  const token = (await askToken(sandbox, credentials)).body.access_token ?? '';
  const client: DigitaleoClient = {
    token,
    request: (method, path, body, headers = {}) =>
      call(`${sandbox.baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    list: async (path) => (await client.request<List>('GET', path)).body,
    sms: (to, text = 'Text to be sent', more = {}) =>
      client.request('POST', '/sms', { text, contacts: [{ recipient: to }], ...more }),
    mailing: (contacts, more = {}) =>
      client.request('POST', '/mailing', { text: 'Text to be sent', contacts, ...more }),
  };
  return client;
}

/** The example of §1.1.2. */
export function askToken(sandbox: Sandbox, { clientId = '', clientSecret = '' }: Credentials): Promise<Reply<Row>> {
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' };
  return call(sandbox.tokenUrl ?? '', { method: 'POST', body: new URLSearchParams(form) });
}

/** The message takes its last status; ask before doing what causes it. */
export function ended(sandbox: Sandbox, fits = (_: OutboundRecord): boolean => true): Promise<OutboundRecord> {
  return next(sandbox, 'status', (message) => message.providerStatus !== 'on' && fits(message));
}

/** A conversation line by line: each line is written once the answer before it has come. */
export async function converse({ host, port }: Endpoint, lines: readonly string[]): Promise<string[]> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  const answers: string[] = [];
  const left = [...lines];
  for await (const line of createInterface({ input: socket })) {
    answers.push(line);
    if (/^\d{3}-/.test(line) || /^ /.test(line)) continue;
    const text = left.shift();
    if (text === undefined) break;
    socket.write(`${text}\r\n`);
  }
  socket.destroy();
  return answers;
}
