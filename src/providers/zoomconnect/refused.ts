/** What ZoomConnect refuses and why: `RestErrorDTO`, other forms that were seen, and refusals within a success. */
import { STATUS_CODES } from 'node:http';
import type { Fault } from '../provider';
import { textOf } from '../text-of';

/** Any member may be missing, null, or of another type. */
interface Said {
  code?: unknown;
  error_code?: unknown;
  message?: unknown;
  error?: unknown;
  developerMessage?: unknown;
  status?: unknown;
  messageId?: unknown;
  sendSmsResponses?: unknown;
}

/**
 * Of a success that is none, or of one row of a bulk, the HTTP status that is meant. An error beside an id is no
 * refusal: the message exists, and its status will tell what became of it.
 */
export function refusedWith(answer: unknown): number | undefined {
  if (!isObject(answer)) return undefined;
  const said = answer as Said;
  const { error, messageId, sendSmsResponses } = said;
  if (messageId || (Array.isArray(sendSmsResponses) && sendSmsResponses.length > 0)) return undefined;
  if (isObject(error) && Object.keys(error).length > 0) return meantBy({ ...said, ...error }) ?? REFUSED;
  if (error === true || (typeof error === 'string' && error !== '')) return meantBy(said) ?? REFUSED;
  if (isDto(answer)) return meantBy(said) ?? INTERNAL;
  return isGiven(said.message) ? meantBy(said) : undefined;
}

const REFUSED = 400;
const INTERNAL = 500;
/** The `code` of "An error occurred while processing your request", and of nothing else that is known. */
const INTERNAL_CODE = 1;

/**
 * By `status`, the reason phrase in upper snake case such as INTERNAL_SERVER_ERROR, else by `code`, which is mostly one
 * of the vendor's own; undefined where neither speaks of an error.
 */
function meantBy({ status, code, error_code }: Said): number | undefined {
  const named = STATUS_OF_WORD.get(textOf(status).toUpperCase()) ?? Number(textOf(status) || Number.NaN);
  if (Number.isInteger(named)) return named >= 400 ? named : undefined;
  const number = Number(textOf(code ?? error_code));
  if (number === INTERNAL_CODE) return INTERNAL;
  if (number >= 400 && number < 600) return number;
  return number !== 0 || isGiven(status) ? REFUSED : undefined;
}

const STATUS_OF_WORD = new Map(
  Object.entries(STATUS_CODES).map(([code, phrase = '']) => [phrase.toUpperCase().replace(/\W+/g, '_'), Number(code)]),
);

/** What a body, or the `error` of one message of a bulk, says; the vendor has no correlation id. */
export function faultIn(said: unknown): Fault {
  if (typeof said === 'string') return { message: said, accountRefused: isAboutCredit(said) };
  if (!isObject(said)) return {};
  const { code, error_code, message, error, developerMessage } = said as Said;
  const inner = faultIn(error);
  const whole = [...new Set([message, inner.message, developerMessage].filter(isGiven))].join(': ');
  const shownCode = code ?? error_code ?? inner.code;
  return {
    code: typeof shownCode === 'number' || isGiven(shownCode) ? String(shownCode) : undefined,
    message: whole || undefined,
    accountRefused: isAboutCredit(whole),
  };
}

/** The vendor documents no code for an account without credits; a refusal that speaks of them means that. */
function isAboutCredit(sentence: string): boolean {
  return /\bcredits?\b|\bbalance\b/i.test(sentence);
}

/** By the two members that nothing but a `RestErrorDTO` has. */
function isDto(answer: object): boolean {
  return 'developerMessage' in answer || 'moreInfoUrl' in answer;
}

function isGiven(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
