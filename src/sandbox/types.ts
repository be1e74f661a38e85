/** The public shapes of a sandbox: what it is started with, what it shows, what it tells. Times are ISO 8601 UTC strings. */
import type { Status } from '../sms/types';

/** One vendor's wire, served on loopback. */
export interface Sandbox {
  provider: string;
  /** With the vendor's real path, as `http://127.0.0.1:41234/sms/1.0.0`; a last slash only where the vendor's own has one. */
  baseUrl: string;
  tokenUrl?: string;
  smtp?: Endpoint;
  ftp?: Endpoint;
  /** Of the first client, under the names of the `sms-provider` node. */
  credentials: Record<string, string>;
  /** What was accepted, oldest first; with a limit the newest of it. */
  messages(limit?: number): OutboundRecord[];
  /** What phones wrote, routed or not, oldest first; with a limit the newest of it. */
  inbox(limit?: number): InboundRecord[];
  /**
   * A phone writes to the account.
   * @throws RangeError when `to` is not a number of this sandbox
   */
  receive(sms: PhoneMessage): InboundRecord;
  /**
   * Sets what an account's owner sets in the vendor's own web pages; what is not named stays as it is.
   * @throws RangeError for a client that is none, or when the vendor has no such pages
   */
  configure(settings: SandboxSettings): void;
  /** The calls so far, or those of one operation. */
  requests(operation?: string): RequestReport;
  connections(): ConnectionReport;
  /** The pushes to the client's own URLs, oldest first. */
  callbacks(): CallbackRecord[];
  /** The mails that the vendor took by SMTP, and those that it wrote, oldest first; none where it has no mail. */
  mails(): MailRecord[];
  /** The files that were uploaded by FTP, oldest first; none where the vendor has no FTP. */
  files(): FileRecord[];
  /** Every token handed out so far stops working, as if its time were over. */
  expireTokens(): void;
  /** Follows what happens; the answer ends the subscription. */
  on<E extends SandboxEvent>(event: E, listener: (record: SandboxEvents[E]) => void): () => void;
  /** Ends hanging answers and timers, waits for pushes in flight, closes every connection. */
  close(): Promise<void>;
}

export interface Endpoint {
  host: string;
  port: number;
}

/** What the world of a sandbox may be told. Every member has a default. */
export interface SandboxOptions {
  /** TCP port on 127.0.0.1; 0, the default, is any free one. */
  port?: number;
  /** The accounts that may log in; default one, with harmless fixed values. */
  clients?: SandboxClient[];
  /** As `configure`, from the start. */
  settings?: SandboxSettings;
  /** A factor on every delay of a message's life (0.01 in a test), or the delays themselves, in ms. */
  pace?: number | Partial<Delays>;
  /** After how many ms the socket of an answer that never comes is destroyed; default 20000. */
  hang?: number;
  /** Milliseconds before each answer; default 0. */
  latency?: number;
  /** Seconds a token lives; default 3600. */
  tokenLifetime?: number;
  /** Seconds that a 429 asks the client to wait, in `Retry-After`; default 1. */
  retryAfter?: number;
  /** How late an accepted message shows up in the vendor's lists, in ms; default 0. */
  logsLag?: number;
  /** How many messages are remembered, and of calls and pushes a tenth; the oldest go first; default 100000. */
  keep?: number;
  /** Makes ids and tokens the same in every run. */
  seed?: string | number;
  /** The sandbox's clock, epoch ms; default `Date.now`. */
  now?: () => number;
  /** Switches of the vendor's own emulator, for what its document leaves open; an unknown name is an error. */
  assumptions?: Readonly<Record<string, unknown>>;
}

/** The credentials of an account, under the names of the `sms-provider` node. */
export type CredentialName =
  | 'clientId'
  | 'clientSecret'
  | 'username'
  | 'password'
  | 'apiKey'
  | 'email'
  | 'token'
  | 'urlToken'
  | 'accountCode'
  | 'smtpUser'
  | 'smtpPass'
  | 'ftpUser'
  | 'ftpPass';

/** One account: the credentials that its vendor knows, and its numbers. */
export interface SandboxClient extends Partial<Record<CredentialName, string>> {
  /** The client's own numbers; the emulator has a default. */
  dedicatedAddresses?: string[];
}

/** Where a vendor pushes to, when that is not said per message but once for the account; null or '': nowhere. */
export interface SandboxSettings {
  /** Of delivery reports. */
  statusUrl?: string | null;
  /** Of what phones write. */
  inboundUrl?: string | null;
  /** Where the vendor's mails to the account's owner go by SMTP, as `smtp://127.0.0.1:2525`; else they are only listed. */
  mailUrl?: string | null;
  /** The client meant, as `OutboundRecord.client` names it; default all of them. */
  client?: string;
}

/** The delays of a message's life, in ms. */
export interface Delays {
  /** Accepted until sent, when it waits at all; 300. */
  network: number;
  /** Sent until delivered or failed; 1200. */
  outcome: number;
  /** Sent until expired; 3000. */
  expiry: number;
  /** Delivered until the phone answers; 1000. */
  reply: number;
  /** A push that was not taken until it is tried again, where the vendor does so; twice as long each further time; 1000. */
  retry: number;
}

export interface OutboundRecord {
  /** The vendor's id. */
  id: string;
  /** Which client sent it. */
  client: string;
  from: string;
  to: string;
  text: string;
  parts: number;
  /** The four digits of its story, see stories.ts. */
  story: string;
  status: Status;
  /** The vendor's word. */
  providerStatus: string;
  acceptedAt: string;
  /** Each status it had, the first at acceptance. */
  life: LifeStep[];
  callbackUrl?: string;
}

export interface LifeStep {
  status: Status;
  providerStatus: string;
  at: string;
}

export interface PhoneMessage {
  from: string;
  /** A number of the account; default the shared one. */
  to?: string;
  text: string;
}

export interface InboundRecord {
  id: string;
  from: string;
  to: string;
  text: string;
  parts: number;
  receivedAt: string;
  /** The clients that may read it; none when the vendor would not route it. */
  owners: string[];
  /** The clients that have read it. */
  readBy: string[];
  /** The id of the message that the phone answers. */
  inReplyTo?: string;
}

export interface RequestReport {
  count: number;
  byOperation: Record<string, number>;
  log: RequestRecord[];
}

export interface RequestRecord {
  /** An id of the vendor's operations, as `enco.outbound.send`; null when the path is none of them. */
  operation: string | null;
  method: string;
  /** Path and query as they came. */
  url: string;
  headers: Record<string, string>;
  /** At most the first 4096 characters. */
  body: string;
  /** Null while unanswered, and for ever when the answer is lost. */
  status: number | null;
  at: string;
}

export interface ConnectionReport {
  open: number;
  /** The most that were ever open at once. */
  peak: number;
  total: number;
}

export interface CallbackRecord {
  /** The message or inbound SMS it is about. */
  about: string;
  url: string;
  body: string;
  /** What the client's server answered; null when nothing came. */
  status: number | null;
  error?: string;
  at: string;
}

export interface MailRecord {
  id: string;
  /** `in`: taken by SMTP; `out`: written by the vendor. */
  direction: 'in' | 'out';
  /** Of the envelope. */
  from: string;
  to: string[];
  /** Headers and body as they travelled, lines ending in CR LF. */
  content: Uint8Array;
  /** The ids of the messages that came of it, or that it is about. */
  messages: string[];
  /** Why nothing came of it. */
  ignored?: string;
  /** Why it could not be delivered. */
  error?: string;
  at: string;
}

export interface FileRecord {
  /** The path it was taken from, as `/a.txt`. */
  path: string;
  /** Who uploaded it. */
  user: string;
  content: Uint8Array;
  /** The ids of the messages that came of it. */
  messages: string[];
  /** Why nothing came of it. */
  ignored?: string;
  at: string;
}

export interface SandboxEvents {
  message: OutboundRecord;
  status: OutboundRecord;
  inbound: InboundRecord;
  callback: CallbackRecord;
  mail: MailRecord;
  file: FileRecord;
}

export type SandboxEvent = keyof SandboxEvents;
