/** Who may call Enco's sandbox: the clients, their tokens, and what is remembered of each. */
import type { Bounded } from '../bounded';
import { createBounded } from '../bounded';
import type { WireRequest } from '../server';
import type { OutboundRecord, SandboxClient } from '../types';
import type { World } from '../world';
import { settle } from '../world';
import { Fault } from './answers';
import type { EncoAssumptions } from './assumptions';
import { ENCO_ASSUMPTIONS, ENCO_CHOICES } from './assumptions';

/** The number that all clients share ("such as 8937", /sms/outboundmessages). */
export const SHARED_ADDRESS = '8937';

export interface Account {
  clientId: string;
  clientSecret: string;
  dedicatedAddresses: string[];
  /** Recipient → epoch ms of the last send from the shared number. */
  sharedSends: Map<string, number>;
  sent: Bounded<SentRow>;
  failed: Bounded<FailedRow>;
}

export interface SentRow {
  message: OutboundRecord;
  requestId: string;
  units: number;
  at: number;
}

export interface FailedRow {
  requestId: string;
  from: string;
  to: string;
  text: string;
  status: number;
  at: number;
}

export interface Token {
  value: string;
  account: Account;
  /** Epoch ms. */
  expires: number;
}

/** Everything that one Enco sandbox knows. */
export interface Enco {
  world: World;
  assume: EncoAssumptions;
  accounts: Account[];
  tokens: Map<string, Token>;
  /** The address that the resources are named by. */
  publicBase: string;
}

/** One authorised call of an API operation. */
export interface Call {
  enco: Enco;
  request: WireRequest;
  token: Token;
  /** Names the call in the answer's headers. */
  activityId: string;
  /** What stands in the path's braces, decoded. */
  parameter?: string;
}

const DEFAULT_CLIENT: SandboxClient = { clientId: 'sandbox', clientSecret: 'sandbox-secret' };
const DEFAULT_ADDRESSES = ['666', '8888'];

export function createEnco(world: World, baseUrl: string): Enco {
  const assume = settle(ENCO_ASSUMPTIONS, world.options.assumptions, ENCO_CHOICES);
  const clients = world.options.clients?.length ? world.options.clients : [DEFAULT_CLIENT];
  const accounts = clients.map(({ clientId = '', clientSecret = '', dedicatedAddresses }, index) => ({
    clientId,
    clientSecret,
    dedicatedAddresses: dedicatedAddresses ?? (index === 0 ? DEFAULT_ADDRESSES : []),
    sharedSends: new Map<string, number>(),
    sent: createBounded<SentRow>(world.keep),
    failed: createBounded<FailedRow>(world.keep),
  }));
  const publicBase = assume.resourceUrlOfVendor ? 'https://api.enco.io/sms/1.0.0' : baseUrl;
  return { world, assume, accounts, tokens: new Map(), publicBase };
}

/** @throws Fault for an address that is not one of the account's own */
export function requireOwnAddress({ assume }: Enco, account: Account, address: string): void {
  if (account.dedicatedAddresses.includes(address)) return;
  const description = `${address} is not one of your dedicated addresses`;
  throw assume.foreignAddressForbidden
    ? new Fault(403, 'Forbidden', description)
    : new Fault(404, 'Not Found', description);
}
