/** Enco's inbound operations: what phones wrote to the shared number and to dedicated ones, and who may read it. */
import { measure } from '../../sms/segments';
import { belgianTime } from '../belgium';
import type { Answer } from '../server';
import type { InboundRecord } from '../types';
import type { Call, Enco } from './account';
import { requireOwnAddress, SHARED_ADDRESS } from './account';
import { apiHeaders, jsonAnswer } from './answers';
import { queryBoolean, queryTime, required } from './query';

const SEVEN_DAYS = 7 * 24 * 3600 * 1000;

/**
 * A phone writes to a number of the sandbox.
 * @throws RangeError when nobody has that number
 */
export function receive(
  enco: Enco,
  sms: { from: string; to: string; text: string },
  inReplyTo?: string,
): InboundRecord {
  const { world, accounts } = enco;
  const holders = accounts.filter(({ dedicatedAddresses }) => dedicatedAddresses.includes(sms.to));
  if (sms.to !== SHARED_ADDRESS && holders.length === 0) {
    const numbers = [SHARED_ADDRESS, ...accounts.flatMap(({ dedicatedAddresses }) => dedicatedAddresses)];
    throw new RangeError(`Nobody here has the number ${sms.to}; there are: ${numbers.join(', ')}.`);
  }
  const owners = sms.to === SHARED_ADDRESS ? sharedOwners(enco, sms.from) : holders.map(({ clientId }) => clientId);
  const { parts } = measure(sms.text);
  return world.messages.receive({ id: world.ids.uuid(), ...sms, parts, owners, ...(inReplyTo ? { inReplyTo } : {}) });
}

/** Who has sent to that phone from the shared number while nobody else did within 7 days (/sms/inboundmessages/shared). */
function sharedOwners({ world, assume, accounts }: Enco, phone: string): string[] {
  const since = world.clock.now() - SEVEN_DAYS;
  const senders = accounts.filter(({ sharedSends }) => sharedSends.has(phone));
  const recent = senders.filter(({ sharedSends }) => (sharedSends.get(phone) ?? 0) >= since);
  const candidates = assume.ownSendMustBeRecent ? recent : senders;
  return candidates.filter((candidate) => recent.every((other) => other === candidate)).map(({ clientId }) => clientId);
}

/** `GET /sms/inboundmessages/shared` and `/sms/inboundmessages/{address}`; both ends of the interval are excluded. */
export function readInbound({ enco, request, token, activityId, parameter }: Call): Answer {
  const { world, assume } = enco;
  const { account } = token;
  if (parameter !== undefined) requireOwnAddress(enco, account, parameter);
  const after = queryTime(request.query, 'startdatetime');
  const before = queryTime(request.query, 'enddatetime');
  const newOnly = required(queryBoolean(request.query, 'new-only'), 'new-only');
  const address = parameter ?? SHARED_ADDRESS;

  const records = [...world.messages.inbound.values()].filter((record) => {
    const time = Date.parse(record.receivedAt);
    const mine = record.to === address && record.owners.includes(account.clientId);
    return mine && time > after && time < before && !(newOnly && record.readBy.includes(account.clientId));
  });
  if (newOnly || assume.newOnlyMarksOnFalse) {
    for (const { readBy } of records) if (!readBy.includes(account.clientId)) readBy.push(account.clientId);
  }
  const messages = records.map(({ from, text, parts, receivedAt }) => ({
    senderAddress: assume.senderAddressWithTelPrefix ? `tel:${from}` : from,
    message: text,
    numberOfParts: parts,
    timeReceived: belgianTime(receivedAt),
  }));
  return jsonAnswer(
    200,
    { numberOfMessages: messages.length, messages },
    apiHeaders(request.method, activityId),
    assume,
  );
}

/** `GET /sms/dedicatedaddresses`. */
export function dedicatedAddresses({ enco, request, token, activityId }: Call): Answer {
  const { assume } = enco;
  const body = { dedicatedAddresses: token.account.dedicatedAddresses };
  const answer = jsonAnswer(200, body, apiHeaders(request.method, activityId), assume);
  const headers = { ...answer.headers };
  if (assume.dedicatedAddressesWithoutContentType) delete headers['Content-Type'];
  return { ...answer, headers };
}
