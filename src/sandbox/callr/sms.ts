/** The SMS object, in both directions, and `sms.get`. Its fields are those that a live account and the vendor's SDKs show. */
import type { InboundRecord, LifeStep, OutboundRecord } from '../types';
import type { Account, Call, Callr } from './account';
import { text } from './check';
import { NEVER, toDatetime, toPreciseDatetime } from './datetime';
import { wrongValue } from './rpc';
import { encode } from './text';

export type SmsType = 'IN' | 'OUT';
export const SMS_TYPES: readonly SmsType[] = ['IN', 'OUT'];

/** The columns of an export too, in this order. */
export interface Sms {
  type: SmsType;
  hash: string;
  from: string;
  to: string;
  text: string;
  options: object | null;
  encoding: string;
  user_data: string;
  b_customer_mode: 'PREPAID' | 'POSTPAID';
  /** A decimal number; a string. */
  b_customer_debit: string;
  /** MCC and MNC. */
  network: string;
  status: string;
  status_error: string;
  parts: number;
  nature: string | null;
  date_creation: string;
  date_update: string;
  date_sent: string;
  date_received: string;
  status_history: { old_status: string; new_status: string; updated_at: string }[];
}

/** `sms.get(id)`: an id of someone else is as unknown as one of nobody; assumption. */
export function get({ callr, account, params }: Call): Sms {
  const id = text(params[0], 'id');
  const { outbound, inbound } = callr.world.messages;
  const sent = outbound.get(id);
  if (sent?.client === account.login) return outboundSms(callr, sent);
  const received = inbound.get(id);
  if (received?.owners.includes(account.login)) return inboundSms(callr, received);
  throw wrongValue('id');
}

export function outboundSms({ assume, details }: Callr, message: OutboundRecord): Sms {
  const detail = details.get(message);
  const { id, to, parts, life, acceptedAt, providerStatus } = message;
  const { webhook: _, ...options } = detail?.options ?? {};
  return {
    type: 'OUT',
    hash: id,
    from: detail?.sender === '' && !assume.sharedCodeShown ? '' : message.from,
    to,
    text: assume.textAsEncoded ? message.text : (detail?.text ?? message.text),
    options: detail?.options ? options : null,
    encoding: detail?.encoding ?? 'GSM',
    user_data: options.user_data ?? '',
    b_customer_mode: 'PREPAID',
    b_customer_debit: (parts * assume.pricePerPart).toFixed(2),
    network: networkOf(to),
    status: providerStatus,
    status_error: message.status === 'failed' ? 'Unknown subscriber' : '',
    parts,
    nature: options.nature ?? assume.defaultNature,
    date_creation: toDatetime(acceptedAt),
    date_update: toDatetime(life.at(-1)?.at ?? acceptedAt),
    date_sent: dateSent(life),
    date_received: NEVER,
    status_history: history(life),
  };
}

export function inboundSms({ assume }: Callr, record: InboundRecord): Sms {
  const { id, from, to, parts, receivedAt } = record;
  const at = toDatetime(receivedAt);
  return {
    type: 'IN',
    hash: id,
    from,
    to,
    text: record.text,
    options: null,
    encoding: encode(record.text, assume).encoding,
    user_data: '',
    b_customer_mode: 'PREPAID',
    b_customer_debit: '0.00',
    network: networkOf(from),
    status: 'RECEIVED',
    status_error: '',
    parts,
    nature: null,
    date_creation: at,
    date_update: at,
    date_sent: NEVER,
    date_received: at,
    status_history: [],
  };
}

/** One SMS of an account before it is written out. */
export interface Entry {
  type: SmsType;
  /** Epoch ms. */
  at: number;
  sms(): Sms;
}

/** What an account has sent and received, oldest first; what it sent shows up after the sandbox's `logsLag`. */
export function entriesOf(callr: Callr, { login }: Account): Entry[] {
  const { messages, clock, options } = callr.world;
  const until = clock.now() - (options.logsLag ?? 0);
  const sent = [...messages.outbound.values()]
    .filter(({ client }) => client === login)
    .map(
      (message): Entry => ({ type: 'OUT', at: Date.parse(message.acceptedAt), sms: () => outboundSms(callr, message) }),
    )
    .filter(({ at }) => at <= until);
  const received = [...messages.inbound.values()]
    .filter(({ owners }) => owners.includes(login))
    .map((record): Entry => ({ type: 'IN', at: Date.parse(record.receivedAt), sms: () => inboundSms(callr, record) }));
  return [...sent, ...received].sort((one, other) => one.at - other.at);
}

function dateSent(life: LifeStep[]): string {
  const step = life.find(({ providerStatus }) => providerStatus === 'SENT');
  return step ? toDatetime(step.at) : NEVER;
}

function history(life: LifeStep[]): Sms['status_history'] {
  return life.slice(1).map(({ providerStatus, at }, index) => ({
    old_status: life[index]?.providerStatus ?? '',
    new_status: providerStatus,
    updated_at: toPreciseDatetime(at),
  }));
}

/** One network for each of a few countries; the real one knows the carrier. */
const NETWORKS: readonly (readonly [prefix: string, network: string])[] = [
  ['+33', '20801'],
  ['+32', '20601'],
  ['+31', '20404'],
  ['+44', '23410'],
  ['+49', '26201'],
  ['+27', '65501'],
  ['+1', '310410'],
];

function networkOf(phone: string): string {
  return NETWORKS.find(([prefix]) => phone.startsWith(prefix))?.[1] ?? '';
}
