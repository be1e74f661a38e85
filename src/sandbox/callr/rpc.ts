/** JSON-RPC 2.0 as CALLR speaks it: one call for each POST, positional parameters, errors in a 200. */
import type { Answer } from '../server';
import type { CallrAssumptions } from './assumptions';

export type RpcId = string | number | null;

/** A call as it came; `fault` when it is none. */
export interface RpcCall {
  id: RpcId;
  method?: string;
  params: unknown[];
  fault?: RpcError;
}

/** An error inside the envelope, with HTTP 200. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A refusal on the HTTP level, before the call is looked at or instead of its answer. */
export class HttpFault extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** A result whose answer breaks off in the middle. */
export class Torn {
  readonly result: unknown;

  constructor(result: unknown) {
    this.result = result;
  }
}

export const unauthorized = (): HttpFault =>
  new HttpFault(401, 'AUTHENTICATION_FAILED', { 'WWW-Authenticate': 'Basic realm="CALLR API"' });

/** The codes that a public client of the API lists; which message goes with which code is partly an assumption. */
export const forbidden = (): RpcError => new RpcError(100, 'FORBIDDEN');
export const missing = (name: string): RpcError => new RpcError(150, `PROPERTY_MISSING [${name}]`);
export const wrongValue = (name: string): RpcError => new RpcError(151, `PROPERTY_VALUE_ERROR [${name}]`);
export const wrongType = (name: string): RpcError => new RpcError(151, `PROPERTY_TYPE_ERROR [${name}]`);
export const wrongFormat = (name: string): RpcError => new RpcError(151, `INVALID_PARAM_FORMAT [${name}]`);
export const toBeforeFrom = (): RpcError => new RpcError(151, 'TO_BEFORE_FROM');
export const unroutable = (): RpcError => new RpcError(1000, 'SMS_ROUTING_ERROR');

/** Codes of JSON-RPC 2.0 itself. */
const invalidRequest = (why: string): RpcError => new RpcError(-32600, `Invalid Request: ${why}`);
export const methodNotFound = (): RpcError => new RpcError(-32601, 'Method not found');
export const invalidParams = (why: string): RpcError => new RpcError(-32602, `Invalid params: ${why}`);

/** Reads a body; never throws. Batches, notifications and named parameters are not supported (docs.callr.com/api/json-rpc). */
export function parseCall(body: string): RpcCall {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { id: null, params: [], fault: new RpcError(-32700, 'Parse error') };
  }
  if (Array.isArray(value)) return { id: null, params: [], fault: invalidRequest('batches are not supported') };
  if (typeof value !== 'object' || value === null) {
    return { id: null, params: [], fault: invalidRequest('not an object') };
  }
  const { jsonrpc, id, method, params = [] } = value as Record<string, unknown>;
  const call: RpcCall = { id: isId(id) ? id : null, params: Array.isArray(params) ? params : [] };
  if (typeof method === 'string') call.method = method;
  call.fault = faultOf(jsonrpc, id, method, params);
  return call;
}

function faultOf(jsonrpc: unknown, id: unknown, method: unknown, params: unknown): RpcError | undefined {
  if (jsonrpc !== '2.0') return invalidRequest('jsonrpc must be "2.0"');
  if (typeof method !== 'string') return invalidRequest('method must be a string');
  if (id === undefined) return invalidRequest('notifications are not supported');
  if (!isId(id)) return invalidRequest('id must be a string or a number');
  if (!Array.isArray(params)) return invalidParams('named parameters are not supported');
  return undefined;
}

function isId(value: unknown): value is RpcId {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

/** A success has no `error` member: the SDKs look at `result` first. */
export function resultAnswer(id: RpcId, result: unknown): Answer {
  if (!(result instanceof Torn)) return envelope(200, { jsonrpc: '2.0', id, result });
  const whole = envelope(200, { jsonrpc: '2.0', id, result: result.result });
  return { ...whole, body: whole.body.slice(0, whole.body.indexOf('"result"') + 12) };
}

export function errorAnswer(id: RpcId, { code, message }: RpcError, status = 200): Answer {
  return envelope(status, { jsonrpc: '2.0', id, error: { code, message, data: null } });
}

export function httpAnswer(fault: HttpFault, id: RpcId, assume: CallrAssumptions): Answer {
  const { status, message } = fault;
  if (status !== 401 || assume.unauthorizedBody === 'html') return htmlAnswer(fault);
  const error = new RpcError(401, message);
  if (assume.unauthorizedIs200) return errorAnswer(id, error);
  const answer = assume.unauthorizedBody === 'error' ? errorAnswer(id, error, 401) : { status, headers: {}, body: '' };
  return { ...answer, headers: { ...answer.headers, ...fault.headers } };
}

/** What stands before the API speaks HTML. */
function htmlAnswer({ status, message, headers }: HttpFault): Answer {
  const body = `<html><head><title>${status} ${message}</title></head><body><h1>${status} ${message}</h1></body></html>\n`;
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers }, body };
}

function envelope(status: number, value: object): Answer {
  return { status, headers: { 'Content-Type': 'application/json-rpc; charset=utf-8' }, body: JSON.stringify(value) };
}
