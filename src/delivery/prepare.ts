/** Turns what a flow asks for into a message that can be sent, or says what is wrong with it. */
import type { Params, Provider } from '../providers/provider';
import { checkOptions } from '../providers/schema';
import { composeFor } from '../providers/transcript';
import { SmsError } from '../sms/errors';
import { toE164 } from '../sms/phone';
import { fill } from '../sms/template';
import { toInstant } from '../sms/time';
import type { AlphabetChoice } from '../sms/types';
import type { OutboxEntry } from '../store';
import type { Account } from './account';
import { claimKey } from './dedupe';
import { LIFE } from './life';
import { newReference } from './reference';

/** One message to one recipient, as a flow gives it: every value may be anything. */
export interface SendRequest {
  /** The node that is told. */
  owner: string;
  follow: boolean;
  /** What the node wants back with the outcome and with each report; anything that JSON can carry. */
  context: unknown;
  /** It goes to those, too, who want no messages. */
  transactional: boolean;
  to: unknown;
  text: unknown;
  /** What `{{field}}` in the text is filled with; null to leave the text alone. */
  fields: Record<string, unknown> | null;
  sender: unknown;
  at: unknown;
  options: unknown;
  alphabet: AlphabetChoice;
  maxParts: number;
  /** Seconds. */
  expires: number;
  fallback: string[];
  /** The same key within `dedupeSeconds` is not sent again; empty for none. */
  dedupe: unknown;
  dedupeSeconds: number;
  queue: boolean;
}

/** @throws SmsError */
export async function prepare(account: Account, request: SendRequest): Promise<OutboxEntry> {
  const { provider, settings } = account;
  const to = toE164(request.to, settings.region || undefined);
  const given = request.fields && typeof request.text === 'string' ? fill(request.text, request.fields) : request.text;
  const { text, alphabet, parts } = composeFor(provider, given, request);
  const sender = senderOf(account, request.sender);
  const operation = provider.operations.find(({ id }) => id === provider.options.operation);
  const isPlain = operation === undefined || isEmpty(request.options);
  const options = isPlain ? {} : await checkOptions(operation, provider.options.names, request.options);
  const now = Date.now();
  const asked = toInstant(request.at)?.getTime() ?? 0;
  const at = takeTime(provider, options, now) ?? asked;
  const later = at > now;
  if (later && !request.queue) account.vendor.demand('schedule');
  // A vendor that can schedule is given the message now; for another one the outbox waits.
  const isVendors = later && account.vendor.can('schedule');
  const notBefore = later && !isVendors ? at : now;
  const entry: OutboxEntry = {
    reference: newReference(),
    account: account.id,
    owner: request.owner,
    follow: request.follow,
    context: request.context,
    life: LIFE,
    createdAt: now,
    transactional: request.transactional,
    to,
    text,
    sender,
    line: account.line,
    options,
    provider: provider.id,
    alphabet,
    parts,
    fallback: [...request.fallback],
    dedupe: null,
    state: 'waiting',
    attempts: 0,
    notBefore,
    at: later ? at : null,
    expiresAt: account.clock.at(Math.max(at, now)) + request.expires * 1000,
    startedAt: 0,
    unsentSince: null,
    lookups: 0,
  };
  const refusal = request.transactional ? null : await account.optOuts.refuse(entry);
  if (refusal) throw refusal;
  if (request.dedupe !== undefined) entry.dedupe = await keyOf(account, request, entry);
  return entry;
}

/** A time to come that was given as an option of the vendor is the message's own, as any other; the option is taken out. */
function takeTime({ options: { time } }: Provider, options: Params, now: number): number | undefined {
  const at = time && time.name in options ? time.read(options[time.name]) : undefined;
  if (time === undefined || at === undefined || at <= now) return undefined;
  delete options[time.name];
  return at;
}

function isEmpty(options: unknown): boolean {
  if (typeof options !== 'object' || options === null) return options === undefined;
  return !Array.isArray(options) && Object.keys(options).length === 0;
}

/** @throws SmsError SMS_INVALID_SENDER or SMS_UNSUPPORTED */
function senderOf(account: Account, asked: unknown): string | null {
  const { provider, settings } = account;
  const given = asked === undefined || asked === null ? '' : asked;
  if (typeof given !== 'string' && typeof given !== 'number') {
    throw new SmsError('SMS_INVALID_SENDER', 'The sender must be text, such as a short code; or leave it empty.');
  }
  const sender = String(given).trim();
  const used = sender || settings.sender;
  if (used) {
    account.vendor.demand('sender');
    provider.checkSender(used);
  }
  return sender || null;
}

/** @throws SmsError SMS_DUPLICATE when the key was used within its time, for this recipient */
async function keyOf(
  { id, settings }: Account,
  request: SendRequest,
  { reference, to }: OutboxEntry,
): Promise<string | null> {
  const { dedupe, dedupeSeconds, queue } = request;
  if (dedupe === undefined || dedupe === null || dedupe === '' || dedupeSeconds <= 0) return null;
  const key = `${id}\n${to}\n${typeof dedupe === 'object' ? JSON.stringify(dedupe) : String(dedupe)}`;
  await claimKey(settings.store, { reference, key, time: dedupeSeconds * 1000, to, forGood: !queue });
  return key;
}
