/** What Digitaleo's sandbox knows: the accounts, their tokens and queues, the SMS and the mailings. */
import type { Status } from '../../sms/types';
import type { LOST, WireRequest } from '../server';
import type { Story } from '../stories';
import type { OutboundRecord, SandboxClient, SandboxSettings } from '../types';
import type { World } from '../world';
import { settle } from '../world';
import type { DigitaleoAssumptions } from './assumptions';
import { DIGITALEO_ASSUMPTIONS, DIGITALEO_CHOICES } from './assumptions';
import type { Params } from './params';
import type { PostOffice } from './post-office';
import { createPostOffice } from './post-office';

/** The number that phones see, and answer to, when an SMS names no sender. */
export const SHORT_NUMBER = '36035';

type Named = 'clientId' | 'clientSecret' | 'accountCode' | 'smtpUser' | 'smtpPass' | 'ftpUser' | 'ftpPass' | 'email';

export interface Account extends Record<Named, string> {
  /** What its owner has set. */
  settings: Omit<SandboxSettings, 'client'>;
  /** Statuses that no reading of the queue has removed, oldest first. */
  queue: StatusRow[];
  /** Status requests by the id of the SMS or mailing that they named. */
  checks: Map<string, number>;
  /** Epoch ms of the SMS accepted within the last second. */
  recent: number[];
}

/** A row of /status and /smsstatus (§3.11.1), except for its date. */
export interface StatusRow {
  smsId: string;
  status: string;
  recipient: string;
  mailingId: string | null;
  /** Epoch ms. */
  at: number;
  description: string;
  response: string | null;
}

/** One SMS as its sender asked for it. */
export interface Draft {
  to: string;
  /** With the places of its fields. */
  text: string;
  contact: Readonly<Record<string, unknown>>;
  /** Its fields are filled in already. */
  literal?: boolean;
  /** Epoch ms; absent: at once. */
  due?: number;
  sender: string;
  binary: boolean;
  /** `type=2`. */
  repliesWanted: boolean;
  replyMail: ReplyMail;
  /** Why it will not be sent, though it is accepted. */
  reason?: string;
}

/** The parameters of the mail that brings a reply; empty: the vendor's own. */
export interface ReplyMail {
  email: string;
  emailSender: string;
  emailSubject: string;
}

export interface Sms extends Draft {
  id: string;
  account: Account;
  record: OutboundRecord;
  mailing?: Mailing;
  /** Epoch ms. */
  due: number;
  story: Story;
  /** The phone's last answer. */
  response?: string;
  /** Each status that it had, oldest first. */
  rows: StatusRow[];
  /** Stops its being sent. */
  cancel(): void;
  /** Nobody can read it any more. */
  gone: boolean;
}

export interface Mailing {
  id: string;
  account: Account;
  name: string;
  text: string;
  due: number;
  acceptedAt: number;
  replyMail: ReplyMail;
  sms: Sms[];
}

export interface Token {
  value: string;
  account: Account;
  /** Epoch ms. */
  expires: number;
}

/** Everything that one Digitaleo sandbox knows. */
export interface Digitaleo {
  world: World;
  assume: DigitaleoAssumptions;
  accounts: Account[];
  tokens: Map<string, Token>;
  sms: Map<string, Sms>;
  mailings: Map<string, Mailing>;
  postOffice: PostOffice;
  /** The next ids, as decimal digits. */
  nextSmsId(): string;
  nextMailingId(): string;
}

/** One authorised call of the API. */
export interface Call {
  digitaleo: Digitaleo;
  request: WireRequest;
  account: Account;
  token: Token;
  /** Of query and body together. */
  params: Params;
}

/** What an operation answers, before it has a format; no value: no body. */
export interface Result {
  status: number;
  value?: object;
  /** The answer breaks off. */
  malformed?: boolean;
}

export type Outcome = Result | typeof LOST;

/** The API's codes (§2.8). */
export const WORDS: Partial<Record<Status, string>> = {
  scheduled: 'wait',
  sent: 'on',
  delivered: 'ok',
  failed: 'ko',
  unknown: 'no',
};

const DEFAULT_CLIENT: SandboxClient = {
  clientId: 'sandbox',
  clientSecret: 'sandbox-secret',
  accountCode: 'SANDBOX',
  smtpUser: 'sandbox',
  smtpPass: 'sandbox-smtp',
  ftpUser: 'sandbox',
  ftpPass: 'sandbox-ftp',
};

export function createDigitaleo(world: World): Digitaleo {
  const assume = settle(DIGITALEO_ASSUMPTIONS, world.options.assumptions, DIGITALEO_CHOICES);
  const clients = world.options.clients?.length ? world.options.clients : [DEFAULT_CLIENT];
  return {
    world,
    assume,
    accounts: clients.map(toAccount),
    tokens: new Map(),
    sms: new Map(),
    mailings: new Map(),
    postOffice: createPostOffice(world),
    nextSmsId: counter(120_000_000 + Number.parseInt(world.ids.hex(3), 16)),
    nextMailingId: counter(10_000_000 + Number.parseInt(world.ids.hex(2), 16)),
  };
}

function toAccount(client: SandboxClient): Account {
  const text = (name: Named, usual = ''): string => client[name] ?? usual;
  return {
    clientId: text('clientId'),
    clientSecret: text('clientSecret'),
    accountCode: text('accountCode'),
    smtpUser: text('smtpUser'),
    smtpPass: text('smtpPass'),
    ftpUser: text('ftpUser'),
    ftpPass: text('ftpPass'),
    email: text('email', 'account@example.com'),
    settings: {},
    queue: [],
    checks: new Map(),
    recent: [],
  };
}

function counter(first: number): () => string {
  return () => String(first++);
}
