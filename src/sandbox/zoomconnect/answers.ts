/** How ZoomConnect's answers look: JSON or XML as asked for, and one shape of error (`RestErrorDTO`). */
import { STATUS_CODES } from 'node:http';
import type { Answer } from '../server';
import type { ZoomConnectAssumptions } from './assumptions';
import { writeXml } from './xml';

export type Format = 'json' | 'xml';

/** What an operation answers, before it is written in the caller's format. */
export interface Result {
  status: number;
  /** The XML root: the class's name without `WebService`. */
  root: string;
  /** Undefined: no body. A string, number or boolean is written bare. */
  value: unknown;
  /** The answer breaks off, and says nothing of this id. */
  cutBefore?: string;
}

export const ok = (root: string, value: unknown): Result => ({ status: 200, root, value });

export const nothing = (status = 200): Result => ({ status, root: '', value: undefined });

/** A refusal, thrown by whoever finds the reason and turned into an answer in one place. */
export class Fault extends Error {
  readonly status: number;
  /** Swagger names two, for sms/send; elsewhere the HTTP status stands in. */
  readonly code: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, code = status, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const badRequest = (message: string): Fault => new Fault(400, message);

export const invalidNumber = (): Fault => new Fault(400, 'Invalid mobile number', 2);

export const emptyMessage = (): Fault => new Fault(400, 'Message cannot be empty', 3);

export const unauthorized = (): Fault => new Fault(401, 'Reason: Unauthorized');

export const notFound = (what = 'Not Found'): Fault => new Fault(404, what);

export const unavailable = (): Fault => new Fault(503, 'The service is temporarily unavailable.');

export const throttled = (seconds: number): Fault =>
  new Fault(429, 'Too many requests', 429, { 'Retry-After': String(seconds) });

/** The one error that the vendor's clients have met outside the documented ones. */
const INTERNAL = { code: 1, message: 'An error occurred while processing your request.' };

export function faultAnswer(fault: Fault, format: Format, assume: ZoomConnectAssumptions): Answer {
  const { status, headers } = fault;
  const { code, message } = status === 500 ? INTERNAL : fault;
  const value = {
    status: (STATUS_CODES[status] ?? String(status)).toUpperCase().replaceAll(/\W+/g, '_'),
    code,
    message,
    developerMessage: status === 500 ? 'Please contact support.' : message,
    moreInfoUrl: null,
  };
  const chosen = status === 401 && assume.unauthorizedIsXml ? 'xml' : format;
  const answer = write({ status, root: 'error', value }, chosen, assume);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

export function write(result: Result, format: Format, assume: ZoomConnectAssumptions): Answer {
  const { status, value, cutBefore } = result;
  if (value === undefined) return { status, headers: {}, body: '' };
  const answer = typeof value === 'object' ? document(result, format) : bare(result, format, assume);
  if (cutBefore === undefined) return answer;
  const end = answer.body.indexOf(cutBefore);
  return { ...answer, body: end > 1 ? answer.body.slice(0, end + 2) : '{"' };
}

function document({ status, root, value }: Result, format: Format): Answer {
  return format === 'json'
    ? { status, headers: { 'Content-Type': 'application/json;charset=UTF-8' }, body: JSON.stringify(value) }
    : { status, headers: { 'Content-Type': 'application/xml;charset=UTF-8' }, body: writeXml(root, value) };
}

/** A bare value has no XML form; nobody has seen one, so it is text there. */
function bare({ status, value }: Result, format: Format, { bareStringsQuoted }: ZoomConnectAssumptions): Answer {
  const json = format === 'json';
  const body = json && (bareStringsQuoted || typeof value !== 'string') ? JSON.stringify(value) : String(value);
  const type = json ? 'application/json' : 'text/plain';
  return { status, headers: { 'Content-Type': `${type};charset=UTF-8` }, body };
}

/** The suffix decides, else the first of JSON and XML in `Accept`; a wildcard is neither. */
export function formatOf(suffix: string, accept: string, assume: ZoomConnectAssumptions): Format {
  if (suffix === '.json') return 'json';
  if (suffix === '.xml') return 'xml';
  const wanted = accept
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { format: FORMATS[type], weight: weight === undefined ? 1 : Number(weight) || 0 };
    })
    .filter(({ format, weight }) => format !== undefined && weight > 0)
    .sort((one, other) => other.weight - one.weight);
  return wanted[0]?.format ?? (assume.xmlByDefault ? 'xml' : 'json');
}

const FORMATS: Readonly<Record<string, Format | undefined>> = {
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
};
