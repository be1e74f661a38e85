/** The contract of a provider: its operations as data, its common verbs as small functions over them. */
import type { SmsError } from '../sms/errors';
import type { InboundMessage, Measurement, Receipt, Status, StatusReport } from '../sms/types';
import type { HttpRequest, HttpResponse } from './http';
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
  method: HttpRequest['method'];
  /** Appended to the base URL; `{name}` is filled from the parameters. */
  path: string;
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
  /** Runs another way than by one authorised request, such as a token that must not be shown. */
  run?: (session: Session) => Promise<unknown>;
}

/** What a vendor's error body says. */
export interface Fault {
  code?: string;
  message?: string;
  correlationId?: string;
}

/** What differs between the vendors on the wire. */
export interface Wire {
  /** The request of an operation, without authorisation; `baseUrl` has no last slash. */
  request(operation: Operation, params: Params, baseUrl: string): HttpRequest;
  /** The vendor's answer, parsed. @throws SmsError SMS_BAD_RESPONSE with an unknown outcome when it cannot be */
  result(operation: Operation, response: HttpResponse): unknown;
  /** Reads the body of a refusal; called for every answer that is not 2xx. */
  fault(response: HttpResponse): Fault;
}

/** How calls are authorised. */
export interface Authorisation {
  /** Names of the credentials without which nothing can be called. */
  needs: readonly string[];
  /** Fetches a token, for vendors that have one. */
  token?: (session: Session) => Promise<TokenAnswer>;
  headers(credentials: Record<string, string>, token: string | undefined): Record<string, string>;
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
  /** What the vendor has on record that may be this attempt, oldest first; an empty list proves nothing yet. */
  lookup?(session: Session, attempt: Attempt): Promise<Accepted[]>;
  length?(session: Session, text: string): Promise<Measurement>;
  /** Sender IDs or addresses that the account may use. */
  senders?(session: Session): Promise<string[]>;
}

/** What can be asked of a provider, declared or refused with a sentence. */
export type Capability =
  | keyof Verbs
  | 'schedule'
  | 'sender'
  | 'personalised'
  | 'cancel'
  | 'statusQueue'
  | 'quote'
  | 'balance'
  | 'callback';

/** A push from the vendor, taken apart. */
export interface WebhookEvents {
  /** `hint` means that the vendor's answer to a status call is to be believed rather than the push. */
  reports: { report: ProviderReport; hint: boolean }[];
  inbound: ProviderInbound[];
  other: unknown[];
}

export interface WebhookRequest {
  method: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  body: Buffer;
}

/** How the vendor's pushes are read. */
export interface WebhookReader {
  /** The push taken apart. @throws SmsError SMS_BAD_RESPONSE when it is none of this vendor's. */
  read(request: WebhookRequest): WebhookEvents;
}

/** A property of the account that only some vendors have. */
export interface ProviderField {
  name: string;
  kind: 'credential' | 'setting';
  secret?: boolean;
  required?: boolean;
}

export interface Provider {
  /** Short and lower-case, as in the `provider` property of an account. */
  id: string;
  /** As a person knows it. */
  label: string;
  baseUrl: string;
  tokenUrl?: string;
  /** Messages per second that the vendor documents; 0 where it documents none. */
  rate: number;
  fields: readonly ProviderField[];
  authorisation: Authorisation;
  wire: Wire;
  operations: readonly Operation[];
  verbs: Verbs;
  /** The operation and those of its parameters that a user may set on a message. */
  options: { operation: string; names: readonly string[] };
  webhook?: WebhookReader;
  /** A sentence for each thing that this vendor cannot do. */
  cannot: Partial<Record<Capability, string>>;
  /** Does the vendor take this sender ID? @throws SmsError SMS_INVALID_SENDER */
  checkSender(sender: string): void;
}

/** A vendor's word for a status, in ours. */
export interface StatusMeaning {
  status: Status;
  final: boolean;
  description: string;
}
