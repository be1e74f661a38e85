/** A plain JSON-RPC client of CALLR's sandbox for its tests, and a server that takes its webhooks. */
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../../dist/src/sandbox/index.js';

export interface RpcReply<T = unknown> {
  status: number;
  headers: Headers;
  text: string;
  body: { jsonrpc: string; id: unknown; result?: T; error?: { code: number; message: string; data: unknown } };
}

export interface Sms {
  type: string;
  hash: string;
  from: string;
  to: string;
  text: string;
  options: unknown;
  encoding: string;
  user_data: string;
  b_customer_debit: unknown;
  network: string;
  status: string;
  status_error: string;
  parts: number;
  nature: string;
  date_creation: string;
  date_sent: string;
  date_received: string;
  status_history: { old_status: string; new_status: string; updated_at: string }[];
}

export interface Results {
  offset: number;
  total: number;
  hits: Sms[];
  hasMore: boolean;
}

export interface CallrClient {
  /** The whole reply. */
  rpc<T = unknown>(method: string, ...params: unknown[]): Promise<RpcReply<T>>;
  /** The result of a call that must succeed. */
  ask<T>(method: string, ...params: unknown[]): Promise<T>;
  /** The code and message of a call that must fail. */
  fault(method: string, ...params: unknown[]): Promise<[number | undefined, string | undefined]>;
  send(to: string, more?: { from?: string; body?: string; options?: unknown }): Promise<string>;
}

export const basic = (login: string, password: string): string =>
  `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;

/** By default with login and password of the first account. */
export function client(sandbox: Sandbox, headers: Record<string, string> = {}): CallrClient {
  const { username = '', password = '' } = sandbox.credentials;
  const authorization = basic(username, password);
  const self: CallrClient = {
    rpc: (method, ...params) =>
      post(sandbox.baseUrl, JSON.stringify({ jsonrpc: '2.0', id: 137, method, params }), { authorization, ...headers }),
    async ask<T>(method: string, ...params: unknown[]) {
      const { body, text } = await self.rpc<T>(method, ...params);
      if (body?.result === undefined) throw new Error(`${method} answered ${text}`);
      return body.result;
    },
    async fault(method, ...params) {
      const { body } = await self.rpc(method, ...params);
      return [body.error?.code, body.error?.message];
    },
    send: (to, { from = 'SMS', body = 'Hello, world', options = null } = {}) =>
      self.ask('sms.send', from, to, body, options),
  };
  return self;
}

export async function post<T>(url: string, body: string, headers: Record<string, string>): Promise<RpcReply<T>> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json-rpc; charset=utf-8', ...headers },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parse(text) as RpcReply<T>['body'] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Hit {
  headers: IncomingHttpHeaders;
  raw: string;
  event: { event_at: string; event_id: string; hook_hash: string | null; try: number; type: string; data: Sms };
}

export interface Hook {
  url: string;
  hits: Hit[];
  /** Once that many pushes have come. */
  until(count: number): Promise<Hit[]>;
  /** The push with that number, counted from 1. */
  last(count: number): Promise<Hit>;
}

/** Servers that take webhooks, until the end of the test; each answers with one status after the other, the last for ever. */
export function hooks(): { open(...statuses: number[]): Promise<Hook> } {
  let closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing) close();
    closing = [];
  });
  return {
    async open(...statuses) {
      const hits: Hit[] = [];
      const waiting: { count: number; resolve(hits: Hit[]): void }[] = [];
      const server = createServer(async (request, response) => {
        let raw = '';
        for await (const chunk of request.setEncoding('utf8')) raw += chunk;
        hits.push({ headers: request.headers, raw, event: JSON.parse(raw) });
        response.writeHead(statuses[hits.length - 1] ?? statuses.at(-1) ?? 200).end();
        for (const { count, resolve } of waiting) if (hits.length >= count) resolve(hits);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closing.push(() => server.close());
      const until = (count: number): Promise<Hit[]> =>
        new Promise((resolve) => {
          if (hits.length >= count) resolve(hits);
          else waiting.push({ count, resolve });
        });
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
        hits,
        until,
        last: async (count) => (await until(count))[count - 1] as Hit,
      };
    },
  };
}
