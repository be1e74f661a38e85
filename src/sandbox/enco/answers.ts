/** How Enco's answers look: headers, JSON and the fault envelope of its gateway (WSO2 API Manager). */
import type { Answer } from '../server';
import type { EncoAssumptions } from './assumptions';

/** A refusal, thrown by whoever finds the reason and turned into an answer in one place. */
export class Fault extends Error {
  readonly status: number;
  readonly code: number;
  readonly description: string;
  readonly headers: Record<string, string>;
  readonly byGateway: boolean;

  constructor(
    status: number,
    message: string,
    description: string,
    gateway?: { code: number; headers?: Record<string, string> },
  ) {
    super(message);
    this.status = status;
    this.code = gateway?.code ?? status;
    this.description = description;
    this.headers = gateway?.headers ?? {};
    this.byGateway = gateway !== undefined;
  }
}

/** A call that the SMS layer itself refuses; its codes are not documented, the HTTP status stands in for them. */
export const badRequest = (description: string): Fault => new Fault(400, 'Bad Request', description);

export const missingCredentials = (): Fault =>
  new Fault(
    401,
    'Missing Credentials',
    'Required OAuth credentials not provided. Make sure your API invocation call has a header: "Authorization: Bearer ACCESS_TOKEN"',
    { code: 900902, headers: { 'WWW-Authenticate': 'Bearer realm="EnCo"' } },
  );

export const invalidCredentials = (): Fault =>
  new Fault(401, 'Invalid Credentials', 'Invalid Credentials. Make sure you have given the correct access token', {
    code: 900901,
    headers: { 'WWW-Authenticate': 'Bearer realm="EnCo", error="invalid_token"' },
  });

export const throttledOut = (retryAfter: number): Fault =>
  new Fault(429, 'Message throttled out', 'You have exceeded your quota', {
    code: 900800,
    headers: { 'Retry-After': String(retryAfter) },
  });

export const unavailable = (): Fault =>
  new Fault(503, 'Service Unavailable', 'The service is temporarily unavailable', { code: 503 });

export const noSuchResource = (): Fault =>
  new Fault(404, 'Runtime Error', 'No matching resource found for given API Request', { code: 404 });

export const methodNotAllowed = (allow: string): Fault =>
  new Fault(405, 'Runtime Error', 'Method not allowed for given API resource', {
    code: 405,
    headers: { Allow: allow },
  });

export function faultAnswer(fault: Fault, method: string, activityId: string, assume: EncoAssumptions): Answer {
  const { status, code, message, description } = fault;
  const format = fault.byGateway ? assume.gatewayFaultFormat : 'json';
  const headers = { ...apiHeaders(method, activityId), ...fault.headers };
  if (format === 'empty') return { status, headers, body: '' };
  if (format !== 'xml') return jsonAnswer(status, { fault: { message, description, code } }, headers, assume);
  const text = description.replaceAll('"', '&quot;');
  const body = `<am:fault xmlns:am="http://wso2.org/apimanager"><am:code>${code}</am:code><am:message>${message}</am:message><am:description>${text}</am:description></am:fault>`;
  return { status, headers: { ...headers, 'Content-Type': 'application/xml; charset=UTF-8' }, body };
}

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Record<string, string>,
  assume: EncoAssumptions,
): Answer {
  const body = assume.prettyJson ? prettyJson(value) : JSON.stringify(value);
  return { status, headers: { 'Content-Type': 'application/json;charset=UTF-8', ...headers }, body };
}

/** The headers that every example of the document shows; `activityID` names the call for Enco's support. */
export function apiHeaders(method: string, activityId: string): Record<string, string> {
  return {
    Server: 'nginx',
    'Transfer-Encoding': 'chunked',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': method,
    'Access-Control-Allow-Headers': 'authorization,Access-Control-Allow-Origin,Content-Type',
    'Access-Control-Max-Age': '86400',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'X-XSS-Protection': '1; mode=block',
    'Strict-Transport-Security': 'max-age=31536000 ; includeSubDomains',
    'Cache-Control': 'no-cache, no-store, max-age=0, must-revalidate',
    Pragma: 'no-cache',
    Expires: '0',
    activityID: activityId,
    ...(method === 'GET' ? { Vary: 'Accept-Encoding' } : {}),
  };
}

/** `{\n  "a" : [ 1, 2 ]\n}`: the way the examples are laid out. */
function prettyJson(value: unknown, indent = ''): string {
  if (Array.isArray(value)) return `[ ${value.map((item) => prettyJson(item, indent)).join(', ')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const lines = members.map(([name, member]) => `${inner}${JSON.stringify(name)} : ${prettyJson(member, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
