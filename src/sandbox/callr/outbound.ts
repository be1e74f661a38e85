/** CALLR's outbound methods: sending, quotes, the charset mapping, and what becomes of a message afterwards. */
import { live } from '../messages';
import { LOST } from '../server';
import type { Hurdle } from '../stories';
import { storyOf } from '../stories';
import type { OutboundRecord } from '../types';
import type { Account, Call, Callr } from './account';
import { newHash, SHARED_ADDRESS } from './account';
import { phoneNumber, text } from './check';
import { receive } from './inbound';
import type { SmsOptions } from './options';
import { readOptions } from './options';
import { forbidden, HttpFault, Torn, unauthorized, unroutable, wrongFormat, wrongValue } from './rpc';
import { outboundSms } from './sms';
import type { Encoded } from './text';
import { charsetMapping, encode, withStopNumber } from './text';
import { pushEvent } from './webhooks';

const MAX_CHARACTERS = 3200;

interface Draft {
  sender: string;
  to: string;
  text: string;
  options: SmsOptions | null;
}

/** `sms.send(from, to, body, options)`. */
export function send(call: Call): string | Torn | typeof LOST {
  const { callr, account, params } = call;
  const [from, to, body, options] = params;
  const draft: Draft = {
    sender: readSender(from, callr, account),
    to: phoneNumber(to, 'to'),
    text: readBody(body, 'body', callr),
    options: readOptions(options, callr),
  };
  const hurdle = callr.world.hurdle(draft.to);
  if (hurdle === 'unanswered') return LOST;
  if (hurdle) stop(call, hurdle);
  const { id, to: recipient } = accept(callr, account, draft);
  const { answer } = storyOf(recipient);
  if (answer === 'lost') return LOST;
  return answer === 'malformed' ? new Torn(id) : id;
}

/** The rules of `from`. Digits are a short code, which must be one's own. */
function readSender(value: unknown, { assume }: Callr, { dedicatedAddresses }: Account): string {
  const sender = text(value, 'from');
  if (sender === '' || dedicatedAddresses.includes(sender)) return sender;
  if (!/^(?=.*[A-Za-z])[A-Za-z0-9 _-]{1,11}$/.test(sender)) throw wrongValue('from');
  if (sender !== 'SMS' && !assume.anySenderAuthorised) throw forbidden();
  return sender;
}

/** "Max length = 3200 characters", of the text as given. */
function readBody(value: unknown, name: string, { assume }: Callr): string {
  if (typeof value !== 'string') throw wrongFormat(name);
  const characters = assume.limitCountsUnits ? value.length : [...value].length;
  if (characters > MAX_CHARACTERS || (value === '' && assume.emptyBodyRefused)) throw wrongValue(name);
  return value;
}

/**
 * What stands before acceptance. Only a session can expire before the call (0012): with a password or a key that story
 * is a normal delivery.
 */
function stop({ callr, session }: Call, hurdle: Exclude<Hurdle, 'unanswered'>): void {
  const { world, assume, sessions } = callr;
  if (hurdle === 'rejected') throw assume.rejection === 'value' ? wrongValue('to') : unroutable();
  if (hurdle === 'unavailable') throw new HttpFault(503, 'Service Temporarily Unavailable');
  if (hurdle === 'throttled') {
    throw new HttpFault(429, 'Too Many Requests', { 'Retry-After': String(world.options.retryAfter ?? 1) });
  }
  if (!session) return;
  sessions.delete(session.token);
  throw unauthorized();
}

function accept(callr: Callr, account: Account, draft: Draft): OutboundRecord {
  const { world, assume, details, shared } = callr;
  const { sender, to, options } = draft;
  const custom = /[A-Za-z]/.test(sender);
  const given = custom ? withStopNumber(draft.text, assume) : draft.text;
  const { encoding, ...shown } = encode(given, assume, options?.force_encoding);
  const story = storyOf(to);
  const message = world.messages.add({
    id: newHash(callr),
    client: account.login,
    from: sender || SHARED_ADDRESS,
    to,
    ...shown,
    story: story.digits,
    status: 'queued',
    providerStatus: 'CREATED',
    ...(options?.webhook ? { callbackUrl: options.webhook.endpoint } : {}),
  });
  details.set(message, { sender, text: given, encoding, options });
  if (sender === '') shared.set(to, account);
  later(callr, message, world.clock.delays.network / 2, 'CREATED', () => {
    world.messages.move(message, 'queued', 'PENDING');
  });
  live(world.clock, world.messages, message, story, {
    word: (status) => (status === 'failed' ? assume.failedStatus : (WORDS[status] ?? 'PENDING')),
    reply: (_, answer) => {
      // Nobody can answer a name.
      if (!custom) receive(callr, { from: to, to: message.from, text: answer }, message.id);
    },
  });
  return message;
}

/** CREATED → PENDING → SENT → REMOTE_QUEUED → RECEIVED, ERROR or EXPIRED. */
const WORDS: Record<string, string> = { sent: 'SENT', delivered: 'RECEIVED', expired: 'EXPIRED' };

/** Does something to a message in a while, if it still has the status that it has now. */
function later({ world }: Callr, message: OutboundRecord, ms: number, status: string, task: () => void): void {
  world.clock.after(ms, () => {
    if (message.providerStatus === status) task();
  });
}

/** A message has taken another status: its own webhook and the account's are told. */
export function onStatus(callr: Callr, id: string): void {
  const { messages, clock } = callr.world;
  const message = messages.outbound.get(id);
  const account = callr.accounts.find(({ login }) => login === message?.client);
  if (!message || !account) return;
  const webhook = callr.details.get(message)?.options?.webhook;
  pushEvent(callr, account, 'sms.mt.status_update', id, outboundSms(callr, message), webhook);
  if (message.providerStatus !== 'SENT') return;
  later(callr, message, clock.delays.outcome / 4, 'SENT', () => messages.move(message, 'sent', 'REMOTE_QUEUED'));
}

/** `sms.get_quote(to, text, options)`; the fields of SMS.Quote are an assumption. */
export function getQuote({ callr, params }: Call): object {
  const [to, body, options] = params;
  phoneNumber(to, 'to');
  const given = readBody(body, 'text', callr);
  const { encoding, parts } = quote(given, callr, readOptions(options, callr));
  return { count: parts, encoding, cost: (parts * callr.assume.pricePerPart).toFixed(4) };
}

/** `sms.get_count_for_body(body)`, deprecated: "Number of SMS billed and encoding". */
export function getCountForBody({ callr, params }: Call): object {
  const { encoding, parts } = quote(readBody(params[0], 'body', callr), callr, null);
  return { count: parts, encoding };
}

function quote(given: string, { assume }: Callr, options: SmsOptions | null): Encoded {
  const counted = assume.quoteReplacesStopNumber ? withStopNumber(given, assume) : given;
  return encode(counted, assume, options?.force_encoding);
}

/** `sms.get_gsm_charset_mapping()`: "the GSM 03.38 chars, and mapping used when forcing GSM encoding". */
export function getGsmCharsetMapping({ callr }: Call): object {
  const { charset, mapping } = charsetMapping(callr.assume);
  if (callr.assume.charsetMappingShape === 'object') {
    return { charset: charset.join(''), mapping: Object.fromEntries(mapping) };
  }
  const same = charset.map((char) => ({ char, gsm: char }));
  return [...same, ...mapping.map(([char, gsm]) => ({ char, gsm }))];
}
