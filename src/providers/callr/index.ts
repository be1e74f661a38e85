/** CALLR's SMS API: JSON-RPC, which the vendor ends on 2027-06-30. */
import type { Credentials, Provider, Settings } from '../provider';
import { type SenderRule, senderCheck } from '../sender';
import type { Session } from '../session';
import { operations } from './operations';
import { SMS_OPTIONS } from './options';
import { ALGORITHMS } from './signing';
import { verbs } from './verbs';
import { webhook } from './webhook';
import { wire } from './wire';

/** A dedicated short code, or a name (sms.send, `from`). */
const SENDERS: SenderRule = {
  pattern: '^(\\d{1,11}|(?=.*[A-Za-z])[A-Za-z0-9 _-]{1,11})$',
  refusal:
    'is no sender of CALLR. Use a dedicated short code, or a name of 11 letters, digits, spaces, dashes and underscores at most with a letter in it, such as SMS; or leave it empty for the shared number.',
};

export const callr: Provider = {
  id: 'callr',
  label: 'CALLR',
  note: 'The vendor ends this API (JSON-RPC v1) on 2027-06-30 in favour of its REST API, https://api.callr.com/v2.0.',
  baseUrl: 'https://api.callr.com/json-rpc/v1.1/',
  rate: 0,
  fields: [
    { name: 'username', kind: 'credential' },
    { name: 'password', kind: 'credential', secret: true },
    { name: 'apiKey', kind: 'credential', secret: true },
    { name: 'loginAs', kind: 'setting' },
    { name: 'webhookSecret', kind: 'credential', secret: true },
    { name: 'hmacAlgorithm', kind: 'setting', type: 'select', options: ALGORITHMS },
  ],
  authorisation: {
    needs: ({ apiKey }) => (apiKey ? [] : ['username', 'password']),
    headers: (credentials, _token, settings) => ({ authorization: scheme(credentials), ...impersonation(settings) }),
  },
  wire,
  operations,
  verbs,
  options: { operation: 'callr.sms.send', names: ['options', ...SMS_OPTIONS] },
  // Of webhooks.subscribe.
  choices: { type: { operation: 'callr.webhooks.getEventTypes' } },
  webhook,
  probe,
  cannot: {
    schedule: 'CALLR cannot schedule an SMS; the queue of sms-send holds it until its time.',
    sendMany: 'CALLR takes one recipient a call.',
    personalised: 'CALLR takes one recipient a call; sms-send fills in the fields and calls once for each.',
    cancel: 'CALLR cannot take back an SMS that it has accepted.',
    statusQueue: 'CALLR has no status queue; sms-status-queue asks for each message that is still on its way.',
    length: 'CALLR counts a text for a recipient (a quote); it discourages the call that does without one.',
    senders: 'CALLR does not list the senders of an account; "SMS" may always be used.',
    balance: 'CALLR does not tell the balance of an account in this API.',
  },
  senderRule: SENDERS,
  checkSender: senderCheck(SENDERS),
};

/** The one call of the document that asks for nothing and tells nothing of anybody. */
async function probe(session: Session): Promise<string> {
  await session.call('callr.sms.getGsmCharsetMapping');
  return 'CALLR tells neither senders nor balance; its table of characters could be read.';
}

/** An API key goes before a login. It may be written with its scheme: `Session` and a token of `session.create`. */
function scheme({ apiKey, username, password }: Credentials): string {
  if (!apiKey) return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return /^(Api-Key|Session) /i.test(apiKey) ? apiKey : `Api-Key ${apiKey}`;
}

/** Whom the account acts for: `user.login <login>` or `account.hash <hash>`; one word alone is a login. */
function impersonation({ loginAs }: Settings): Record<string, string> {
  const whom = typeof loginAs === 'string' ? loginAs.trim() : '';
  if (whom === '') return {};
  return { 'CALLR-Login-As': /^(user\.login|account\.hash)\s/i.test(whom) ? whom : `user.login ${whom}` };
}
