/** Enco, the SMS API of Proximus. */
import type { ChoiceSource, Provider } from '../provider';
import { type SenderRule, senderCheck } from '../sender';
import { operations } from './operations';
import { fetchToken } from './token';
import { verbs } from './verbs';
import { webhook } from './webhook';
import { wire } from './wire';

/** What an SMS can be sent from is what it can be answered to. */
const DEDICATED: ChoiceSource = { operation: 'enco.dedicatedAddresses', list: 'dedicatedAddresses' };

/** Shared number, or one of the account's dedicated addresses: short codes and numbers. Not the words of the vendor's own paths, which stand where an address would. */
const SENDERS: SenderRule = {
  pattern: '^(?!(length|deliveryinfos|shared)$)\\+?[0-9A-Za-z]{2,20}$',
  refusal:
    'is no dedicated address of Enco. Use one of those that the account lists, or leave it empty for the shared number.',
};

export const enco: Provider = {
  id: 'enco',
  label: 'Enco (Proximus)',
  baseUrl: 'https://api.enco.io/sms/1.0.0',
  tokenUrl: 'https://api.enco.io/token',
  rate: 0,
  fields: [
    { name: 'clientId', kind: 'credential', required: true },
    { name: 'clientSecret', kind: 'credential', secret: true, required: true },
    { name: 'tokenUrl', kind: 'setting' },
    { name: 'webhookSecret', kind: 'credential', secret: true },
  ],
  authorisation: {
    needs: ['clientId', 'clientSecret'],
    token: fetchToken,
    headers: (_credentials, token) => ({ authorization: `Bearer ${token}` }),
  },
  wire,
  operations,
  verbs,
  options: { operation: 'enco.outbound.send', names: ['forceCharacterLimit', 'callbackURL', 'binary'] },
  choices: { sender: DEDICATED, address: DEDICATED },
  webhook,
  cannot: {
    schedule: 'Enco cannot schedule an SMS; the queue of sms-send holds it until its time.',
    sendMany: 'Enco takes one recipient a call.',
    history: 'Enco tells the last status of an SMS only, not those before it.',
    personalised: 'Enco takes one recipient a call; sms-send fills in the fields and calls once for each.',
    cancel: 'Enco cannot take back an SMS that it has accepted.',
    statusQueue: 'Enco has no status queue; sms-status-queue asks for each message that is still on its way.',
    quote: 'Enco does not tell prices; it counts characters and parts only.',
    balance: 'Enco does not tell the balance of an account.',
  },
  senderRule: SENDERS,
  checkSender: senderCheck(SENDERS),
};
