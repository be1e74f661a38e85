/** The contract of a provider: its operations as data, its common verbs as small functions over them. */
import type { SmsError } from '../sms/errors';
import type {
  Alphabet,
  InboundMessage,
  Measurement,
  Receipt,
  Status,
  StatusReport,
  UnicodeCharacter,
} from '../sms/types';
import type { HttpRequest, HttpResponse } from './http';
import type { SenderRule } from './sender';
import type { Session } from './session';
import type { TokenAnswer } from './token';

type TypeBox = typeof import('typebox', { with: { 'resolution-mode': 'import' }});
/** The schema builder, handed in so that typebox is loaded only when a schema is first needed. */
export type SchemaBuilder = TypeBox['Type'];
export type TObject = import('typebox', { with: { 'resolution-mode': 'import' }}).TObject;
export type TSchema = import('typebox', { with: { 'resolution-mode': 'import' }}).TSchema;

/** Parameters of an operation: one flat object with the vendor's own names, wherever they travel. */
export type Params = Record<string, unknown>;

/** One documented call of a vendor. */
export interface Operation {
  /** As the coverage list calls it, such as `enco.outbound.send`. */
  id: string;
  title: string;
  /**
   * `RPC` for a vendor whose calls are named methods at one address; `SMTP`, `FTP` and `LOCAL` (nothing travels) for
   * what is no HTTP call and has a `run` of its own.
   */
  method: HttpRequest['method'] | 'RPC' | 'SMTP' | 'FTP' | 'LOCAL';
  /** Appended to the base URL, `{name}` filled from the parameters; of an RPC, the name of the method. */
  path: string;
  /** The order of the parameters of an RPC, which travel without their names. */
  positions?: readonly string[];
  /** Parameters of a call with a body that travel in the query all the same. */
  query?: readonly string[];
  /** What the operation itself implies and nobody is asked for. */
  implied?: Params;
  params: (t: SchemaBuilder) => TObject;
  result: (t: SchemaBuilder) => TSchema;
  /** The parameters of the page after `result`, or null after the last. */
  next?: (params: Params, result: unknown) => Params | null;
  /** Whether it changes anything at the vendor: an answer that is lost then leaves the outcome unknown. */
  writes: boolean;
  /** Where it is documented. */
  source: string;
  /** The vendor advises against it, and says what to use instead. */
  deprecated?: string;
  /** Runs another way than by one authorised request, such as a token that must not be shown. */
  run?: (session: Session, params: Params) => Promise<unknown>;
}

/** What a vendor's error body says. */
export interface Fault {
  code?: string;
  message?: string;
  correlationId?: string;
  /** It is the account that is refused (its credit, its rights), where the HTTP status does not say so. */
  accountRefused?: boolean;
}

/** What differs between the vendors on the wire. */
export interface Wire {
  /**
   * The request of an operation, without authorisation; `baseUrl` has no last slash. What an operation needs of the
   * account (a token in the path, a secret that signs) is put in here, so that parameters never carry it.
   */
  request(operation: Operation, params: Params, baseUrl: string, account: AccountFacts): HttpRequest;
  /**
   * The vendor's answer to a success, parsed.
   * @throws SmsError SMS_BAD_RESPONSE with an unknown outcome when it cannot be read; the vendor's own refusal, for
   * those that refuse with 200. Credentials that the vendor repeats are taken out of the error.
   * @param request as {@link Wire.request} made it
   */
  result(operation: Operation, response: HttpResponse, params: Params, request: HttpRequest): unknown;
  /** Reads the body of a refusal; called for every answer that is not 2xx. */
  fault(response: HttpResponse): Fault;
}

/** How calls are authorised. */
export interface Authorisation {
  /** Names of the credentials without which nothing can be called, given what there is. */
  needs: readonly string[] | ((credentials: Credentials, settings: Settings) => readonly string[]);
  /** Fetches a token, for vendors that have one. */
  token?: (session: Session) => Promise<TokenAnswer>;
  headers(
    credentials: Credentials,
    token: string | undefined,
    settings: Settings,
    operation: Operation,
  ): Record<string, string>;
}

/** The account's credentials by the names of the `sms-provider` node. */
export type Credentials = Record<string, string>;

/** The account's settings that are the provider's own, as the editor stores them. */
export type Settings = Readonly<Record<string, unknown>>;

/** What the wire may know of the account. */
export interface AccountFacts {
  credentials: Credentials;
  settings: Settings;
}

/** The vendor's own name for the time at which it is to send a message. */
export interface TimeOption {
  name: string;
  /** Epoch milliseconds; undefined for what is no time. */
  read(written: unknown): number | undefined;
}

/** One message on its way to one recipient, everything checked. */
export interface OutgoingMessage {
  /** E.164. */
  to: string;
  text: string;
  /** The sender ID asked for; null for the vendor's own choice. */
  sender: string | null;
  /** Ours; carried to the vendor where it has room for one. */
  reference: string;
  /** The vendor's own parameters, as given by the user. */
  options: Params;
  /** Where the vendor is to push what becomes of the message. */
  callbackUrl: string | null;
  /** When the vendor is to send it; null for now. Only for a provider that can schedule. */
  at?: Date | null;
  /** What the text was measured in; for a vendor that has to be told. */
  alphabet?: Alphabet;
}

/** The vendor's yes to one message. */
export type Accepted = Pick<Receipt, 'id' | 'batch' | 'status' | 'providerStatus' | 'acceptedAt' | 'raw'>;

/** A status as the vendor tells it, before the account it belongs to is known. */
export type ProviderReport = Omit<StatusReport, 'provider' | 'account' | 'accountName' | 'timedOut'>;

/** An inbound message likewise. */
export type ProviderInbound = Omit<InboundMessage, 'provider' | 'account' | 'accountName'>;

/** An attempt whose outcome is unknown, as the vendor might have recorded it. */
export interface Attempt {
  to: string;
  text: string;
  sender: string | null;
  reference: string;
  /** Epoch milliseconds. */
  startedAt: number;
  /** The vendor's own parameters that went with it: one of them may stand where our reference would. */
  options?: Params;
}

/** The vendor's count of a text, with its price where it tells one, in the vendor's own unit. */
export interface Quote extends Measurement {
  cost?: number;
}

export interface Balance {
  amount: number;
  /** Such as `credits`, or a currency. */
  unit: string;
}

export interface InboundQuery {
  /** The address that received the messages; null for the shared number or all. */
  address: string | null;
  since: Date;
  until: Date;
  /** Asks the vendor to mark what it hands out. */
  markRead: boolean;
  limit: number;
}

/** What every vendor may be able to do; a provider has those that it can. */
export interface Verbs {
  send(session: Session, message: OutgoingMessage): Promise<Accepted>;
  /** A report, or the reason why there is none, for each id in its order; in as few calls as the vendor allows. */
  status?(session: Session, ids: readonly string[]): Promise<(ProviderReport | SmsError)[]>;
  /** Oldest first. */
  inbound?(session: Session, query: InboundQuery): Promise<ProviderInbound[]>;
  /**
   * Marks messages as read that were kept, where the vendor marks one by one; where it marks what it hands out,
   * {@link InboundQuery.markRead} does.
   */
  markRead?(session: Session, messages: readonly ProviderInbound[]): Promise<void>;
  /** What the vendor has on record that may be this attempt, oldest first; an empty list proves nothing yet. */
  lookup?(session: Session, attempt: Attempt): Promise<Accepted[]>;
  /**
   * Several messages in as few calls as the vendor allows, each with its own answer in its order.
   * @throws SmsError when the one call for all of them failed
   */
  sendMany?(session: Session, messages: readonly OutgoingMessage[]): Promise<(Accepted | SmsError)[]>;
  /** Takes back a message that has not left yet. @throws SmsError SMS_REJECTED when it is too late */
  cancel?(session: Session, id: string): Promise<void>;
  /** Every status that a message had, oldest first. */
  history?(session: Session, id: string): Promise<ProviderReport[]>;
  /** Takes news out of the vendor's queue: what is returned will not be returned again. */
  statusQueue?(session: Session, limit: number): Promise<ProviderReport[]>;
  /** What a text to a number would cost. */
  quote?(session: Session, to: string, text: string): Promise<Quote>;
  balance?(session: Session): Promise<Balance>;
  length?(session: Session, text: string): Promise<Measurement>;
  /** Sender IDs or addresses that the account may use. */
  senders?(session: Session): Promise<string[]>;
}

/** What can be asked of a provider, declared or refused with a sentence. */
export type Capability = Exclude<keyof Verbs, 'markRead'> | 'schedule' | 'sender' | 'personalised' | 'callback';

/** A push from the vendor, taken apart. */
export interface WebhookEvents {
  /**
   * `hint` means that the vendor's answer to a status call is to be believed rather than the push; `bare`, that the
   * push says nothing but which message it is about, so that there is no report without that answer.
   */
  reports: { report: ProviderReport; hint: boolean; bare?: boolean }[];
  inbound: ProviderInbound[];
  other: unknown[];
  /** The vendor's id of the event, which is the same when it is pushed again. */
  eventId?: string;
}

export interface WebhookRequest {
  method: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  body: Buffer;
}

/** How the vendor's pushes are read. */
export interface WebhookReader {
  /**
   * For a vendor that signs its pushes: is this one signed with the secret, over the raw bytes? Then the address
   * carries no secret. Without this, the secret is part of the address.
   */
  verify?(request: WebhookRequest, secret: string, settings: Settings): boolean;
  /** The push taken apart. @throws SmsError SMS_BAD_RESPONSE when it is none of this vendor's. */
  read(request: WebhookRequest): WebhookEvents;
}

/** A mail as Node-RED's e-mail node hands it on. */
export interface Mail {
  subject: string;
  /** The plain text; empty where there is none. */
  text: string;
  html: string;
  from: string;
  /** ISO 8601 UTC. */
  date: string;
  /** Empty where the mail has none. */
  messageId: string;
}

/** How the mails are read in which a vendor passes on what phones wrote. */
export interface MailReader {
  /**
   * @param region ISO country of the numbers that are written the national way; empty for none
   * @throws SmsError SMS_BAD_RESPONSE when it is no such mail
   */
  read(mail: Mail, region: string): ProviderInbound;
}

/** What a vendor makes of a text that it does not send as Unicode. */
export interface Transcript {
  /** As the phone will show it. */
  text: string;
  /** The characters that were changed, in the order of the text given; `replacement` is null for what is lost. */
  changed: UnicodeCharacter[];
}

/** A property of the account that only some vendors have. */
export interface ProviderField {
  name: string;
  kind: 'credential' | 'setting';
  secret?: boolean;
  required?: boolean;
  /** The control of the dialog; a line of text when not said otherwise. */
  type?: 'text' | 'number' | 'checkbox' | 'select';
  /** Of a select, the first being the default. */
  options?: readonly string[];
  /** Asked for only while another setting has one of these values. */
  when?: { name: string; is: readonly string[] };
}

/** One of the things that an account has, such as a template, for a person to choose. */
export interface Choice {
  /** What is filled in. */
  value: string;
  /** What a person knows it by; nothing where that is the value itself. */
  label?: string;
}

/** Where an account's choices come from: a call, and where they are in its answer. */
export interface ChoiceSource {
  operation: string;
  params?: Params;
  /** The member of the answer that is the list; the answer itself where not said. */
  list?: string;
  /** The member of each entry that is filled in; the entry itself where not said. */
  value?: string;
  /** The members by which a person knows it. */
  label?: readonly string[];
}

export interface Provider {
  /** Short and lower-case, as in the `provider` property of an account. */
  id: string;
  /** As a person knows it. */
  label: string;
  /** What a person should know of the vendor's API beforehand, such as its end; a sentence or two. */
  note?: string;
  baseUrl: string;
  tokenUrl?: string;
  /** Messages per second that the vendor documents; 0 where it documents none. */
  rate: number;
  fields: readonly ProviderField[];
  authorisation: Authorisation;
  wire: Wire;
  operations: readonly Operation[];
  verbs: Verbs;
  /** How often the vendor lets one message be asked about; nothing where it says nothing. */
  statusChecks?: number;
  /** The words for a status that say that the recipient wants no more messages, in any case. */
  optedOut?: readonly string[];
  /** How many messages one call of `sendMany` takes at the most. */
  batch?: number;
  /** The operation and those of its parameters that a user may set on a message. */
  options: { operation: string; names: readonly string[]; time?: TimeOption };
  /** What an account has to choose from, by the field (`sender`, `address`) or the parameter that it is filled in. */
  choices?: Readonly<Record<string, ChoiceSource>>;
  webhook?: WebhookReader;
  mail?: MailReader;
  /** For a vendor that changes a text before it goes on the air: what the phone will show of it. */
  transcribe?(text: string): Transcript;
  /** For a vendor that tells neither senders nor balance: a call that shows that the account works, and what was learnt. */
  probe?(session: Session): Promise<string>;
  /** The provider as an account with these settings has it, where they decide what it can do. */
  withSettings?(settings: Settings): Provider;
  /** A sentence for each thing that this vendor cannot do. */
  cannot: Partial<Record<Capability, string>>;
  /** Which sender IDs the vendor takes, for the dialogs; nothing where it has none, or where only the call can tell. */
  senderRule?: SenderRule;
  /** Does the vendor take this sender ID? @throws SmsError SMS_INVALID_SENDER */
  checkSender(sender: string): void;
}

/** A vendor's word for a status, in ours. */
export interface StatusMeaning {
  status: Status;
  final: boolean;
  description: string;
}
