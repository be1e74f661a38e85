/** An account on a sandbox, or on a vendor that does what a test says, and a node that remembers what it was told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Account } from '../../dist/src/delivery/account.js';
import type { AccountSettings } from '../../dist/src/delivery/account-settings.js';
import { Accounts, type Owner, type SettledMessage } from '../../dist/src/delivery/accounts.js';
import type { SendRequest } from '../../dist/src/delivery/prepare.js';
import { providerOf } from '../../dist/src/providers/index.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../dist/src/sandbox/index.js';
import type { SmsError } from '../../dist/src/sms/errors.js';
import type { AccountReference, Receipt, StatusReport } from '../../dist/src/sms/types.js';
import { embeddedStore, memoryStore, type OutboxEntry, type Store } from '../../dist/src/store/index.js';
import { newFile } from '../store/sqlite-files.ts';

export interface Outcome {
  /** What it was told of the message, with the text that was sent. */
  entry: SettledMessage & { text: string };
  receipt?: Receipt;
  error?: SmsError;
  account: string;
  at: number;
}

/** The texts of the messages by their references. */
const texts = new Map<string, string>();

/** Stands for the sms-send node. */
export class Recorder implements Owner {
  outcomes: Outcome[] = [];
  reports: StatusReport[] = [];
  /** What came with each report. */
  contexts: unknown[] = [];
  #waiting = new Set<() => void>();

  settled(
    message: SettledMessage,
    outcome: { receipt?: Receipt; error?: SmsError },
    { account }: AccountReference,
  ): void {
    const entry = { ...message, text: texts.get(message.reference) ?? '' };
    this.outcomes.push({ entry, ...outcome, account, at: Date.now() });
    this.#look();
  }

  moved(report: StatusReport, context: unknown): void {
    this.reports.push(report);
    this.contexts.push(context);
    this.#look();
  }

  of(to: string): Outcome[] {
    return this.outcomes.filter(({ entry }) => entry.to === to);
  }

  /** Resolves when it holds, asked whenever something was told. */
  until(holds: () => boolean, milliseconds = 8000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seen = this.outcomes.map(({ entry, error }) => `${entry.to} ${error?.code ?? 'accepted'}`);
        reject(new Error(`It did not happen. Settled: ${seen.join(', ')}; reports: ${this.reports.length}`));
      }, milliseconds);
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}

export const OWNER = 'send';

export function request(to: unknown, text: unknown, more: Partial<SendRequest> = {}): SendRequest {
  return {
    owner: OWNER,
    follow: true,
    context: { about: text },
    transactional: false,
    to,
    text,
    fields: null,
    sender: null,
    at: null,
    options: null,
    alphabet: 'auto',
    maxParts: 0,
    expires: 60,
    fallback: [],
    dedupe: null,
    dedupeSeconds: 60,
    queue: true,
    ...more,
  };
}

export interface Line {
  baseUrl: string;
  tokenUrl?: string;
  credentials: Record<string, string>;
}

/** What a test needs of delivery; everything ends with the test. */
export interface Rig {
  accounts: Accounts;
  store: Store;
  owner: Recorder;
  sandbox(options?: SandboxOptions): Promise<Sandbox>;
  vendor(behaviour: Behaviour): Promise<Vendor>;
  account(line: Line, settings?: Partial<AccountSettings>): Account;
}

/** The stores on which what is promised is tried; each call makes a new one. */
export const STORES: [name: string, make: () => Store][] = [
  ['memory', memoryStore],
  ['embedded', () => embeddedStore({ file: newFile() })],
];

/** A rig takes a store that is there, or makes one. */
export function rigs(make: () => Store = memoryStore): (given?: Store) => Rig {
  let ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });
  return (given) => {
    const [accounts, store, owner] = [new Accounts(), given ?? make(), new Recorder()];
    ends.push(() => store.close());
    const disown = accounts.own(OWNER, owner);
    ends.push(async () => disown());
    return {
      accounts,
      store,
      owner,
      async sandbox(options) {
        const sandbox = await startSandbox('enco', { pace: 0.01, hang: 30, ...options });
        ends.push(() => sandbox.close());
        return sandbox;
      },
      async vendor(behaviour) {
        const vendor = await startVendor(behaviour);
        ends.push(() => vendor.close());
        return vendor;
      },
      account(line, settings = {}) {
        const account = new Account({ ...STANDARD, store, connect: async () => line, ...settings }, accounts);
        accounts.add(account);
        ends.push(() => account.close());
        return account;
      },
    };
  };
}

export const STANDARD: Omit<AccountSettings, 'store' | 'connect'> = {
  id: 'account',
  name: 'Account',
  provider: providerOf('enco'),
  sender: null,
  region: '',
  rate: 0,
  timeout: 1000,
  uncertain: 'hold',
  lookups: [0.05, 0.1],
  failoverAfter: 30,
  finalWithin: 72,
};

/** Prepares and hands in a message; what becomes of it is told to the owner. */
export async function send(account: Account, to: string, text = 'Hello', more: Partial<SendRequest> = {}) {
  const entry = await account.prepare(request(to, text, more));
  texts.set(entry.reference, text);
  await account.submit([entry]);
  return entry;
}

/** Sends without the queue. @throws what the owner was told */
export async function direct(account: Account, owner: Recorder, entry: OutboxEntry): Promise<Receipt> {
  await account.sendNow(entry);
  const outcomes = owner.outcomes.filter(({ entry: { reference } }) => reference === entry.reference);
  if (outcomes.length !== 1) throw new Error(`It was told ${outcomes.length} times`);
  const [{ receipt, error } = {} as Outcome] = outcomes;
  if (receipt) return receipt;
  throw error;
}

/** A part of a store of which one method fails so many times before it works. */
export function failing<T extends object>(target: T, method: keyof T, times: number): T {
  let left = times;
  return new Proxy(target, {
    get(_target, name) {
      const real = Reflect.get(target, name) as (...given: unknown[]) => unknown;
      if (name !== method) return real.bind(target);
      return (...given: unknown[]) => {
        left -= 1;
        return left >= 0 ? Promise.reject(new Error('disk full')) : real.apply(target, given);
      };
    },
  });
}

/** Resolves when it holds, looked at again and again. */
export async function until(holds: () => boolean | Promise<boolean>, milliseconds = 5000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not happen within ${milliseconds} ms`);
    await wait(2);
  }
}

export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** `accept`, a status to refuse with, `lose` (taken, no answer), or `reset` (not taken, no answer). */
type Behaving = 'accept' | 'lose' | 'reset' | number | { status: number; headers: Record<string, string> };
export type Behaviour = (call: SendCall) => Behaving | Promise<Behaving>;

export interface SendCall {
  to: string;
  text: string;
  nth: number;
  at: number;
}

/** Enco's wire in a few lines, for what the sandbox has no story for. */
export interface Vendor extends Line {
  calls: SendCall[];
  taken: { id: string; to: string; text: string; at: number }[];
  /** How often each path was asked. */
  asked: Map<string, number>;
  /** What the log and the statuses answer instead of 200. */
  trouble: number | null;
  /** How many of those questions are answered so; default all. */
  troubled: number;
  /** Those questions get no answer. */
  silent: boolean;
  underWay: () => number;
  most: () => number;
  close(): Promise<void>;
}

async function startVendor(behaviour: Behaviour): Promise<Vendor> {
  let [underWay, most] = [0, 0];
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const vendor: Vendor = {
    baseUrl: origin,
    tokenUrl: `${origin}/token`,
    credentials: { clientId: 'client', clientSecret: 'secret' },
    calls: [],
    taken: [],
    asked: new Map(),
    trouble: null,
    troubled: Number.POSITIVE_INFINITY,
    silent: false,
    underWay: () => underWay,
    most: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const path = (incoming.url ?? '').split('?')[0] ?? '';
    vendor.asked.set(path, (vendor.asked.get(path) ?? 0) + 1);
    if (path === '/token') return answer(response, 200, { access_token: 'token', expires_in: 3600 });
    if (incoming.method === 'POST') return take(JSON.parse(body), response);
    if (vendor.silent) return;
    if (vendor.trouble !== null && --vendor.troubled >= 0) return answer(response, vendor.trouble, {});
    if (path === '/logs') return answer(response, 200, vendor.taken.map(logRow));
    return answer(response, 200, { deliveryInfo: [{ address: '', deliveryStatus: 'DeliveredToNetwork' }] });
  }

  async function take(body: { message: string; destinations: string[] }, response: ServerResponse): Promise<void> {
    const [to, text] = [body.destinations[0] ?? '', body.message];
    const call = { to, text, nth: vendor.calls.length + 1, at: Date.now() };
    vendor.calls.push(call);
    underWay += 1;
    most = Math.max(most, underWay);
    try {
      const what = await behaviour(call);
      if (what === 'reset') return void response.destroy();
      const { status = 0, headers } =
        typeof what === 'number' ? { status: what } : typeof what === 'object' ? what : {};
      if (status > 0) return answer(response, status, { fault: { code: status, message: 'No' } }, headers);
      const id = `id-${vendor.taken.length + 1}`;
      vendor.taken.push({ id, to, text, at: Date.now() });
      if (what === 'lose') return void response.destroy();
      const info = {
        resourceURL: `${origin}/x/${id}`,
        deliveryInfo: [{ address: to, deliveryStatus: 'MessageWaiting' }],
      };
      answer(response, 201, info);
    } finally {
      underWay -= 1;
    }
  }
  return vendor;
}

function logRow({ id, to, text, at }: Vendor['taken'][number]) {
  const timestamp = new Date(at).toISOString();
  return { timestamp, destinationAddress: to, message: text, initialDeliveryInfo: 'MessageWaiting', requestId: id };
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body));
}
