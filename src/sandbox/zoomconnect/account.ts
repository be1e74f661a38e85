/** Who may call ZoomConnect's sandbox, what each account owns, and the two ways in that need a password. */
import type { WireRequest } from '../server';
import type { InboundRecord, OutboundRecord, SandboxClient } from '../types';
import type { World } from '../world';
import { settle } from '../world';
import { unauthorized } from './answers';
import type { ZoomConnectAssumptions } from './assumptions';
import { ZOOMCONNECT_ASSUMPTIONS, ZOOMCONNECT_CHOICES } from './assumptions';

export interface Account {
  email: string;
  /** Of the REST API. */
  token: string;
  /** Of sms/send-url. */
  urlToken: string;
  /** What its messages come from and answers go to, without `+`. */
  number: string;
  /** Every message, outbound and inbound, oldest first. */
  rows: Map<string, Row>;
  /** Phone → id of the last message to it, which an answer is taken to answer. */
  lastTo: Map<string, string>;
  optedOut: Set<string>;
  contacts: Map<string, Contact>;
  groups: Map<string, Group>;
  templates: Map<number, Template>;
  /** The first one is the account itself, the others its sub-accounts. */
  team: User[];
  statusUrl: string;
  inboundUrl: string;
  /** Epoch ms of the last calls of messages/all. */
  polls: number[];
}

interface Kept {
  campaign: string | null;
  dataField: string | null;
  deleted: boolean;
  read: boolean;
}

export interface OutboundRow extends Kept {
  type: 'OUTBOUND';
  record: OutboundRecord;
  acceptedAt: number;
  credits: number;
  /** Epoch ms; null for a message that was sent at once. */
  scheduledAt: number | null;
  sentAt: number | null;
  /** Stops a message that has not been sent yet. */
  cancel?: () => void;
}

export interface InboundRow extends Kept {
  type: 'INBOUND';
  record: InboundRecord;
  receivedAt: number;
}

export type Row = OutboundRow | InboundRow;

export interface Contact {
  contactId: string;
  contactNumber: string | null;
  firstName: string | null;
  lastName: string | null;
  title: string | null;
}

export interface Group {
  groupId: string;
  name: string;
  /** Ids of its contacts. */
  contacts: Set<string>;
}

export interface Template {
  templateId: number;
  name: string;
  data: string;
}

export interface User {
  userId: number;
  firstName: string;
  lastName: string;
  emailAddress: string;
  contactNumber: string;
  company: string;
  creditBalance: number;
}

/** Everything that one ZoomConnect sandbox knows. */
export interface ZoomConnect {
  world: World;
  assume: ZoomConnectAssumptions;
  accounts: Account[];
  /** What `links` begin with. */
  base: string;
  /** A new id of a message, contact or group. */
  nextId(): string;
  nextUserId(): number;
}

/** One authorised call. */
export interface Call {
  zoom: ZoomConnect;
  request: WireRequest;
  account: Account;
  /** What stands in the path's braces, decoded. */
  parameters: string[];
}

const DEFAULT_CLIENT: SandboxClient = { email: 'sandbox@example.com', token: 'sandbox-token', urlToken: 'sandbox-url' };
const FIRST_NUMBER = 27987654349;
const FIRST_USER = 7;
const FIRST_NUMERIC_ID = 4012421376;

export function createZoomConnect(world: World, base: string): ZoomConnect {
  const assume = settle(ZOOMCONNECT_ASSUMPTIONS, world.options.assumptions, ZOOMCONNECT_CHOICES);
  const clients = world.options.clients?.length ? world.options.clients : [DEFAULT_CLIENT];
  let user = FIRST_USER;
  let numeric = FIRST_NUMERIC_ID;
  const zoom: ZoomConnect = {
    world,
    assume,
    accounts: [],
    base,
    nextId: () => (assume.numericIds ? String(numeric++) : objectId(world)),
    nextUserId: () => user++,
  };
  zoom.accounts = clients.map((client, index) => createAccount(zoom, client, index));
  return zoom;
}

/** A Mongo ObjectId, as the live API's: the time in seconds, then anything. */
function objectId({ clock, ids }: World): string {
  const seconds = Math.max(0, Math.floor(clock.now() / 1000)) % 2 ** 32;
  return seconds.toString(16).padStart(8, '0') + ids.hex(8);
}

function createAccount({ assume, nextUserId }: ZoomConnect, client: SandboxClient, index: number): Account {
  const { email = '', token = '', urlToken = '', dedicatedAddresses = [] } = client;
  const [number = `+${FIRST_NUMBER + index}`] = dedicatedAddresses;
  return {
    email,
    token,
    urlToken,
    number: number.replace(/\D/g, ''),
    rows: new Map(),
    lastTo: new Map(),
    optedOut: new Set(),
    contacts: new Map(),
    groups: new Map(),
    // The API can read and delete templates, not make them.
    templates: new Map(
      [
        { templateId: 1, name: 'Greeting', data: 'Hello {name}' },
        { templateId: 2, name: 'Reminder', data: 'Dear {name}, we see you at {time}.' },
      ].map((template) => [template.templateId, template]),
    ),
    team: [
      {
        userId: nextUserId(),
        firstName: 'Sand',
        lastName: 'Box',
        emailAddress: email,
        contactNumber: '0721234567',
        company: 'Sandbox',
        creditBalance: assume.startingCredits,
      },
    ],
    statusUrl: '',
    inboundUrl: '',
    polls: [],
  };
}

/** The account itself, among its team: it pays for what is sent. */
export function owner({ team, email }: Account): User {
  const [first] = team;
  if (!first) throw new Error(`${email} has no user of its own`);
  return first;
}

/** Adds to a map that remembers no more than `keep` of the newest. */
export function remember<T>(map: Map<string, T>, key: string, value: T, keep: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= keep) return;
    map.delete(oldest);
  }
}

/**
 * The account of a call, by headers, else Basic, else the query ("Authentication" in the document).
 * @throws Fault 401, the same for missing and for wrong ones
 */
export function authenticate({ accounts }: ZoomConnect, { headers, query }: WireRequest): Account {
  const [email, token] = headerPair(headers) ?? basicPair(headers.authorization) ?? queryPair(query) ?? [];
  const account = accounts.find((candidate) => sameMail(candidate.email, email) && candidate.token === token);
  if (!account || !token) throw unauthorized();
  return account;
}

/** @throws Fault 401 */
export function accountOfUrlToken({ accounts }: ZoomConnect, urlToken: string): Account {
  const account = accounts.find((candidate) => candidate.urlToken !== '' && candidate.urlToken === urlToken);
  if (!account) throw unauthorized();
  return account;
}

export const sameMail = (one: string, other = ''): boolean => one.toLowerCase() === other.trim().toLowerCase();

type Pair = [email: string | undefined, token: string | undefined];

function headerPair({ email, token }: WireRequest['headers']): Pair | undefined {
  return email === undefined && token === undefined ? undefined : [String(email ?? ''), String(token ?? '')];
}

function basicPair(authorization = ''): Pair | undefined {
  const encoded = /^Basic +(\S+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
}

function queryPair(query: URLSearchParams): Pair | undefined {
  if (!query.has('email') && !query.has('token')) return undefined;
  // An unencoded plus sign of an address arrives as a blank.
  return [query.get('email')?.replaceAll(' ', '+'), query.get('token') ?? undefined];
}
