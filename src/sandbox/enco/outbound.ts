/** Enco's outbound operations: send, the length of a text, the delivery info, and the push to `callbackURL`. */

import { measure } from '../../sms/segments';
import type { Measurement, Status } from '../../sms/types';
import { live } from '../messages';
import type { Answer } from '../server';
import { LOST } from '../server';
import type { Ending, Hurdle } from '../stories';
import { storyOf } from '../stories';
import type { OutboundRecord } from '../types';
import type { Account, Call, Enco } from './account';
import { requireOwnAddress, SHARED_ADDRESS } from './account';
import { apiHeaders, badRequest, Fault, invalidCredentials, jsonAnswer, throttledOut, unavailable } from './answers';
import { receive } from './inbound';
import { jsonBody, queryBoolean } from './query';

const UNCERTAIN: Ending = { status: 'unknown', after: 'outcome' };

const WORDS: Partial<Record<Status, string>> = {
  queued: 'MessageWaiting',
  sent: 'DeliveredToNetwork',
  delivered: 'DeliveredToTerminal',
  expired: 'DeliveryImpossible',
};

/** A send as the caller asked for it, as far as it could be read: a refused one is logged with that. */
interface Draft {
  from: string;
  to: string;
  text: string;
  callbackUrl?: string;
}

/** `POST /sms/outboundmessages` and `/sms/outboundmessages/{address}`. */
export function send(call: Call): Answer | typeof LOST {
  const { enco, token, activityId } = call;
  const draft: Draft = { from: call.parameter ?? SHARED_ADDRESS, to: '', text: '' };
  try {
    return attempt(call, draft);
  } catch (error) {
    // The gateway's own refusals never reach the SMS layer, whose log this is.
    if (error instanceof Fault && error.status !== 401 && error.status !== 429) {
      const { from, to, text } = draft;
      const at = enco.world.clock.now();
      token.account.failed.push({ requestId: activityId, from, to, text, status: error.status, at });
    }
    throw error;
  }
}

function attempt(call: Call, draft: Draft): Answer | typeof LOST {
  const { enco, request, token } = call;
  if (call.parameter !== undefined) requireOwnAddress(enco, token.account, call.parameter);
  const force = queryBoolean(request.query, 'forceCharacterLimit') ?? false;
  readDraft(jsonBody(request), draft);
  const measured = limited(enco, measure(draft.text), force);
  const hurdle = enco.world.hurdle(draft.to);
  if (hurdle === 'unanswered') return LOST;
  if (hurdle) throw stop(call, hurdle);
  const message = accept(enco, token.account, { ...draft, text: measured.text }, measured);
  const { answer } = storyOf(message.to);
  return answer === 'lost' ? LOST : accepted(call, message, answer === 'malformed');
}

/** The rules of the request payload. @throws Fault naming the first one that is broken */
function readDraft(body: Record<string, unknown>, draft: Draft): void {
  const { message, destinations, callbackURL } = body;
  if (typeof message === 'string') draft.text = message;
  const only: unknown = Array.isArray(destinations) ? destinations[0] : undefined;
  if (typeof only === 'string') draft.to = only;
  if (draft.text === '') throw badRequest('message is required and must be a string that is not empty');
  if (!Array.isArray(destinations) || destinations.length !== 1)
    throw badRequest('destinations must have exactly one entry');
  if (!/^\+[1-9]\d{6,14}$/.test(draft.to)) {
    throw badRequest('The destination must be in international format, as +32490000000');
  }
  if (callbackURL === undefined || callbackURL === null) return;
  if (!isHttpUrl(callbackURL)) throw badRequest('callbackURL must be a valid http or https URL');
  draft.callbackUrl = callbackURL;
}

function isHttpUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** What is left of a text when it may have one part only. */
function limited({ assume }: Enco, measured: Measurement, force: boolean): Measurement {
  if (!force || measured.parts <= 1) return measured;
  if (assume.forceCharacterLimitRefuses) throw badRequest('The message needs more than one SMS');
  const characters = [...measured.text].slice(0, measured.alphabet === 'GSM-7' ? 160 : 70);
  let kept = measure(characters.join(''));
  for (; kept.parts > 1; kept = measure(characters.join(''))) characters.pop();
  return kept;
}

function stop({ enco, token }: Call, hurdle: Exclude<Hurdle, 'unanswered'>): Fault {
  if (hurdle === 'rejected') return badRequest('The destination is not a valid mobile number');
  if (hurdle === 'unavailable') return unavailable();
  if (hurdle === 'throttled') return throttledOut(enco.world.options.retryAfter ?? 1);
  enco.tokens.delete(token.value);
  return invalidCredentials();
}

function accept(enco: Enco, account: Account, draft: Draft, { parts, units }: Measurement): OutboundRecord {
  const { world, assume } = enco;
  const { clock, ids, messages } = world;
  const story = storyOf(draft.to);
  const status = assume.startsWaiting ? 'queued' : 'sent';
  const id = ids.uuid();
  const message = messages.add({
    ...draft,
    id,
    client: account.clientId,
    parts,
    story: story.digits,
    status,
    providerStatus: word(enco, status),
  });
  const at = clock.now();
  if (message.from === SHARED_ADDRESS) account.sharedSends.set(message.to, at);
  account.sent.push({ message, requestId: assume.logsRequestIdIsDeliveryinfoId ? id : ids.uuid(), units, at });
  live(clock, messages, message, assume.neverFinalIsUncertain ? { ...story, end: story.end ?? UNCERTAIN } : story, {
    word: (later) => word(enco, later),
    reply: ({ from, to }, text) => receive(enco, { from: to, to: from, text }, id),
  });
  return message;
}

function word({ assume }: Enco, status: Status): string {
  return status === 'failed' ? assume.failedStatus : (WORDS[status] ?? 'DeliveryUncertain');
}

/** 201 with `Location`; a malformed answer breaks off in mid-string and says nothing else of where the message is. */
function accepted({ enco, request, activityId }: Call, message: OutboundRecord, malformed: boolean): Answer {
  const { assume } = enco;
  const headers = apiHeaders(request.method, activityId);
  const resourceURL = resourceUrl(enco, message);
  const address = assume.bareAddressInSendAnswer ? message.to : `tel:${message.to}`;
  const info = { resourceURL, deliveryInfo: [{ address, deliveryStatus: message.providerStatus }] };
  const answer = jsonAnswer(201, info, headers, assume);
  if (malformed) return { ...answer, body: answer.body.slice(0, answer.body.indexOf('http') + 4) };
  const location = assume.strayQuoteInLocation ? `${resourceURL}"` : resourceURL;
  return { ...answer, headers: { ...answer.headers, Location: location } };
}

function resourceUrl({ publicBase }: Enco, { id }: OutboundRecord): string {
  return `${publicBase}/sms/outboundmessages/deliveryinfos/${id}`;
}

/** `GET /sms/outboundmessages/deliveryinfos/{deliveryinfoId}`. */
export function deliveryInfo({ enco, request, token, activityId, parameter = '' }: Call): Answer {
  const { world, assume } = enco;
  const message = world.messages.outbound.get(parameter);
  if (message?.client !== token.account.clientId) {
    throw new Fault(404, 'Not Found', `There is no delivery info ${parameter}`);
  }
  const address = assume.telPrefixInDeliveryInfo ? `tel:${message.to}` : message.to;
  const info = {
    resourceURL: resourceUrl(enco, message),
    deliveryInfo: [{ address, deliveryStatus: message.providerStatus }],
  };
  return jsonAnswer(200, info, apiHeaders(request.method, activityId), assume);
}

/** `POST /sms/outboundmessages/length`. */
export function length({ enco, request, activityId }: Call): Answer {
  const { assume } = enco;
  const { message } = jsonBody(request);
  if (typeof message !== 'string') throw badRequest('message is required and must be a string');
  const { units, characters, unitsPerPart, parts, remaining } = measure(message);
  const answer = {
    numberOfChars: assume.lengthCountsUnits ? units : characters,
    charLimitPerPart: unitsPerPart,
    numberOfParts: parts,
    numberOfRemainingCharsInPart: remaining,
    ...(assume.lengthWithRemainingParts ? { numberOfRemainingParts: 0 } : {}),
  };
  return jsonAnswer(200, answer, apiHeaders(request.method, activityId), assume);
}

/** Tells the client's `callbackURL` of a later status; the document gives neither method nor payload. */
export function push(enco: Enco, message: OutboundRecord): void {
  const { world, assume } = enco;
  if (message.callbackUrl === undefined) return;
  const address = assume.callbackWithTelPrefix ? `tel:${message.to}` : message.to;
  const info = { address, deliveryStatus: message.providerStatus };
  const resourceURL = assume.callbackWithResourceUrl ? resourceUrl(enco, message) : undefined;
  const body = assume.callbackWrapped
    ? { deliveryInfoNotification: { resourceURL, deliveryInfo: info } }
    : { resourceURL, deliveryInfo: [info] };
  world.callbacks.post(message.id, message.callbackUrl, JSON.stringify(body), 'application/json');
}
