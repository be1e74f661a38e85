/** What one CALLR sandbox knows: its accounts, their sessions, webhooks and jobs. */
import { createHash } from 'node:crypto';
import type { OutboundRecord, SandboxClient } from '../types';
import type { World } from '../world';
import { settle } from '../world';
import type { CallrAssumptions } from './assumptions';
import { CALLR_ASSUMPTIONS, CALLR_CHOICES } from './assumptions';
import type { Job } from './jobs';
import type { SmsOptions } from './options';
import type { Encoding } from './text';
import type { Hook } from './webhooks';

/** The short code that all accounts share; the vendor chooses one "depending on the destination carrier" (sms.send). */
export const SHARED_ADDRESS = '38011';

export interface Account {
  login: string;
  password: string;
  apiKey: string;
  /** Names the account in `CALLR-Login-As: account.hash`: the first 8 hex digits of the SHA-256 of its login, upper case. */
  hash: string;
  /** Its own short codes. */
  dedicatedAddresses: string[];
}

export interface Session {
  token: string;
  refreshToken: string;
  account: Account;
  /** Epoch ms. */
  expires: number;
}

/** What a message has beyond what every vendor's message has. */
export interface Details {
  /** `from` as it was asked for: '' for the shared short code. */
  sender: string;
  /** Before a forced encoding. */
  text: string;
  encoding: Encoding;
  options: SmsOptions | null;
}

export interface Callr {
  world: World;
  assume: CallrAssumptions;
  accounts: Account[];
  sessions: Map<string, Session>;
  /** Subscriptions by hash. */
  hooks: Map<string, Hook & { account: Account; type: string }>;
  jobs: Map<string, Job>;
  details: WeakMap<OutboundRecord, Details>;
  /** Phone → the account that last wrote to it from the shared short code, to which its answers go. */
  shared: Map<string, Account>;
}

/** One authorised call. */
export interface Call {
  callr: Callr;
  account: Account;
  /** The session that let it in, if one did. */
  session?: Session;
  params: unknown[];
}

const DEFAULT_CLIENT: SandboxClient = {
  username: 'sandbox',
  password: 'sandbox-secret',
  apiKey: '0123456789'.repeat(10),
};
const DEFAULT_ADDRESSES = ['36077', '36088'];

export function createCallr(world: World): Callr {
  const assume = settle(CALLR_ASSUMPTIONS, world.options.assumptions, CALLR_CHOICES);
  const clients = world.options.clients?.length ? world.options.clients : [DEFAULT_CLIENT];
  const accounts = clients.map(({ username: login = '', password = '', apiKey = '', dedicatedAddresses }, index) => ({
    login,
    password,
    apiKey,
    hash: createHash('sha256').update(login).digest('hex').slice(0, 8).toUpperCase(),
    dedicatedAddresses: dedicatedAddresses ?? (index === 0 ? DEFAULT_ADDRESSES : []),
  }));
  const details = new WeakMap<OutboundRecord, Details>();
  return {
    world,
    assume,
    accounts,
    sessions: new Map(),
    hooks: new Map(),
    jobs: new Map(),
    details,
    shared: new Map(),
  };
}

/** An id of the format that the document calls *hash*: 8 capitals and digits, used for nothing else here. */
export function newHash({ world, hooks }: Callr): string {
  const { outbound, inbound } = world.messages;
  for (;;) {
    const hash = base36(world.ids.hex(8), 8).toUpperCase();
    if (!outbound.has(hash) && !inbound.has(hash) && !hooks.has(hash)) return hash;
  }
}

/** An id of the format that the document calls *hid*; assumption: 16 small letters and digits. */
export function newHid({ world }: Callr): string {
  return base36(world.ids.hex(16), 16);
}

function base36(hex: string, length: number): string {
  return BigInt(`0x${hex}`).toString(36).padStart(length, '0').slice(-length);
}
