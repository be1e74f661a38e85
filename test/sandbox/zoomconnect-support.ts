/** A plain client of ZoomConnect's sandbox for its tests. */
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import type { Reply } from './support.ts';
import { call } from './support.ts';

export const PHONE = '+27721234567';

export interface RestError {
  code: number;
  message: string;
  developerMessage: string;
  moreInfoUrl: null;
  status: string;
}

export interface Message {
  messageId: string;
  messageType: string;
  messageStatus: string;
  message: string;
  fromNumber: string;
  toNumber: string;
  campaign: string | null;
  userDataField: string | null;
  creditCost: number;
  numberOfMessages: number;
  dateTimeScheduled: string | number | null;
  dateTimeSent: string | number | null;
  dateTimeReceived: string | number | null;
  deleted: boolean;
  read: boolean;
  contact: { contactId: string } | null;
  repliedToMessage: { messageId: string } | null;
  links: { href: string; rel: string }[];
}

export interface Messages {
  elements: number;
  page: number;
  pageSize: number;
  totalElements: number;
  totalPages: number;
  webServiceMessages: Message[];
  links: [];
}

export interface Sent {
  messageId: string;
  error: string | null;
}

export interface ZoomClient {
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers?: object): Promise<Reply<T>>;
  send(recipientNumber: string, more?: object): Promise<Reply<Sent>>;
  bulk(sendSmsRequests: object[], more?: object): Promise<Reply<{ sendSmsResponses: Sent[] }>>;
  list(query?: Record<string, string>): Promise<Messages>;
  get(id: string): Promise<Message>;
}

/** @param headers over the usual ones: the account's, and JSON both ways */
export function client(sandbox: Sandbox, headers: Record<string, string> = {}): ZoomClient {
  const { email = '', token = '' } = sandbox.credentials;
  const usual = { email, token, accept: 'application/json', 'content-type': 'application/json', ...headers };
  const zoom: ZoomClient = {
    ask: (method, path, body, more) =>
      call(`${sandbox.baseUrl}/api/rest/v1${path}`, {
        method,
        headers: { ...usual, ...more },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    send: (recipientNumber, more = {}) =>
      zoom.ask<Sent>('POST', '/sms/send', { message: 'Hello', recipientNumber, ...more }),
    bulk: (sendSmsRequests, more = {}) => zoom.ask('POST', '/sms/send-bulk', { sendSmsRequests, ...more }),
    list: async (query = {}) => (await zoom.ask<Messages>('GET', `/messages/all?${new URLSearchParams(query)}`)).body,
    get: async (id) => (await zoom.ask<Message>('GET', `/messages/${id}`)).body,
  };
  return zoom;
}

/** A clock that stands until it is set. */
export function clockAt(iso: string): { now(): number; set(iso: string): void } {
  let time = Date.parse(iso);
  return {
    now: () => time,
    set: (later) => {
      time = Date.parse(later);
    },
  };
}
