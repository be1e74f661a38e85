/** A provider that nobody has heard of, as a fifth folder of src/providers would hold it. */

import type { Fault, Provider, WebhookEvents, WebhookRequest } from '../../../dist/src/providers/provider.js';
import { jsonRequest, parseJson } from '../../../dist/src/providers/rest.js';
import { SmsError } from '../../../dist/src/sms/errors.js';
import { operations } from './operations.ts';
import { inboundRow, reportOf, verbs } from './verbs.ts';

export const pigeon: Provider = {
  id: 'pigeon',
  label: 'Pigeon Post',
  note: 'Pigeons rest at night.',
  baseUrl: 'https://api.pigeon.example/v3',
  rate: 0,
  fields: [
    { name: 'apiKey', kind: 'credential', secret: true, required: true },
    { name: 'webhookSecret', kind: 'credential', secret: true },
  ],
  authorisation: { needs: ['apiKey'], headers: ({ apiKey }) => ({ authorization: `Key ${apiKey}` }) },
  wire: {
    request: jsonRequest,
    result: (_operation, response) => (response.status === 204 ? null : parseJson('Pigeon Post', response)),
    fault,
  },
  operations,
  verbs,
  options: { operation: 'pigeon.messages.create', names: ['loft'] },
  webhook: { read },
  cannot: {
    sendMany: 'A pigeon carries one message.',
    personalised: 'A pigeon carries one message; sms-send fills in the fields and calls once for each.',
    history: 'Pigeon Post tells the last status only.',
    statusQueue: 'Pigeon Post has no status queue; sms-status-queue asks for each message.',
    quote: 'Pigeon Post is free.',
    length: 'Pigeon Post counts nothing.',
    senders: 'Pigeon Post has no list of senders.',
    balance: 'Pigeon Post is free.',
  },
  checkSender(sender) {
    if (/^[A-Za-z0-9 ]{3,11}$/.test(sender)) return;
    throw new SmsError('SMS_INVALID_SENDER', `'${sender.slice(0, 40)}' is no sender of Pigeon Post.`);
  },
};

function fault({ body }: { body: string }): Fault {
  try {
    const { error, trace } = JSON.parse(body);
    return { code: error?.code, message: error?.message, correlationId: trace };
  } catch {
    return {};
  }
}

function read({ body }: WebhookRequest): WebhookEvents {
  let pushed: { event?: unknown; item?: never } = {};
  try {
    pushed = JSON.parse(body.toString('utf8'));
  } catch {
    throw new SmsError('SMS_BAD_RESPONSE', 'This is not a push from Pigeon Post.');
  }
  const { event, item } = pushed;
  if (event === 'state' && item) return { reports: [{ report: reportOf(item), hint: false }], inbound: [], other: [] };
  if (event === 'inbox' && item) return { reports: [], inbound: [inboundRow(item)], other: [] };
  return { reports: [], inbound: [], other: [pushed] };
}
