/**
 * JSON-RPC 2.0 as CALLR speaks it: one POST a call, positional parameters, errors with HTTP 200. The vendor ends this
 * API on 2027-06-30 in favour of REST (https://api.callr.com/v2.0): everything that is JSON-RPC is in this file, so that
 * another transport can take its place.
 */
import { SmsError } from '../../sms/errors';
import { refusal } from '../classify';
import type { HttpRequest, HttpResponse } from '../http';
import type { Fault } from '../provider';
import { parseJson } from '../rest';
import { textOf } from '../text-of';

const LABEL = 'CALLR';
/** SDKs use small numbers; the vendor repeats whatever it is given. */
const LAST_ID = 2 ** 31 - 1;
let lastId = 0;

interface RpcRequest extends HttpRequest {
  id: number;
}

/** A call of `method`; each parameter has its place, what is not given is null there. */
export function rpcRequest(method: string, params: readonly unknown[], baseUrl: string): RpcRequest {
  lastId = (lastId % LAST_ID) + 1;
  return {
    id: lastId,
    method: 'POST',
    url: `${baseUrl}/`,
    headers: {
      accept: 'application/json-rpc, application/json',
      'content-type': 'application/json-rpc; charset=utf-8',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params }),
  };
}

/**
 * The `result` of an answer with HTTP 200.
 * @throws SmsError the vendor's refusal, or SMS_BAD_RESPONSE with an unknown outcome for what is no answer to the call
 */
export function rpcResult(response: HttpResponse, request: HttpRequest): unknown {
  const answer = parseJson(LABEL, response);
  if (!isObject(answer)) throw unreadable('it is no object');
  const { id, result, error } = answer;
  // The vendor's own clients look at `result` first.
  const refused = error !== undefined && error !== null && (result === undefined || result === null);
  const isAnswer = String(id) === String((request as RpcRequest).id);
  // A call that the vendor could not read is refused with the id null.
  if (!isAnswer && !(refused && id === null)) throw unreadable('it answers another call');
  if (refused) {
    const fault = faultOf(answer);
    throw refusal(LABEL, response, fault, meaningOf(fault));
  }
  if (result === undefined) throw unreadable('it has neither result nor error');
  return result;
}

/** An answer of any other status may carry an error of JSON-RPC, and may as well come from whatever stands before it. */
export function rpcFault({ body }: HttpResponse): Fault {
  try {
    const answer: unknown = JSON.parse(body);
    return isObject(answer) ? faultOf(answer) : {};
  } catch {
    return {};
  }
}

/** The id of the call is all that can be told to the vendor's support. */
function faultOf({ id, error }: Record<string, unknown>): Fault {
  const correlationId = textOf(id) || undefined;
  if (!isObject(error)) return { message: textOf(error) || undefined, correlationId };
  const message = [textOf(error.message), textOf(error.data)].filter(Boolean).join(': ');
  return { code: textOf(error.code) || undefined, message: message || undefined, correlationId };
}

/**
 * The HTTP status that says what an error means. Known of the vendor's codes: 100 feature not allowed, 115 file not
 * found, 150 missing property, 151 invalid value, 205 application of another kind, 401 authentication failed, 1000
 * routing. That others from 400 to 599 mean what they do in HTTP, and that a sentence about credit is about the
 * account's, is assumed. An error inside the vendor's machine leaves open what was done before it.
 */
function meaningOf({ code = '', message = '' }: Fault): number {
  const number = Number(code);
  if (number >= 400 && number < 600) return number;
  if (number === 100) return 403;
  if (number === -32603 || (number >= -32099 && number <= -32000) || /internal error/i.test(message)) return 500;
  return /\b(credits?|balance|funds)\b/i.test(message) ? 402 : 400;
}

function unreadable(why: string): SmsError {
  return new SmsError('SMS_BAD_RESPONSE', `${LABEL} answered in a form that is not its own: ${why}.`, {
    outcome: 'unknown',
    retryable: true,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
