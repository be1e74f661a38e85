/** Digitaleo's REST: nested filters in queries, three encodings of a body, four formats of an answer, actions in the URL. */
import { randomUUID } from 'node:crypto';
import { SmsError } from '../../sms/errors';
import { refusal } from '../classify';
import type { HttpRequest, HttpResponse } from '../http';
import type { Fault, Operation, Params, Wire } from '../provider';
import { parseJson } from '../rest';
import { textOf } from '../text-of';
import { sendingTime, vendorTime } from './values';

const LABEL = 'Digitaleo';

export const wire: Wire = { request, result, fault };

/** "The verb", §1.4: the name of an action, which a GET or a POST may carry in the URL instead. */
const ACTIONS: Readonly<Record<string, string>> = { GET: 'read', POST: 'create', PUT: 'update', DELETE: 'delete' };
/** The parameters that are no filter and no attribute: how a call travels and how it is answered. */
const MANNERS = ['format', 'callback', 'action', 'encoding'];
/** A longer address is likely to be refused with 414: then the filters travel in a body. */
const LONGEST_URL = 4000;

type Pair = [name: string, value: string];

function request(operation: Operation, params: Params, baseUrl: string): HttpRequest {
  refuseTypeWithSender(params);
  const { format, callback, resource } = params;
  const path = operation.path.replace('{resource}', String(resource ?? ''));
  const url = `${baseUrl}${path}${format === undefined ? '' : `.${format}`}`;
  const search = pairs({ ...operation.implied, callback });
  const own = ownParams(operation, params);
  const headers: Record<string, string> = { accept: ACCEPT[String(format)] ?? 'application/json' };

  const asked = params.action === undefined ? null : String(params.action);
  const isRead = operation.method === 'GET' || operation.method === 'DELETE';
  if (isRead && asked === null) {
    const whole = address(url, [...search, ...pairs(own)]);
    const isQueue = operation.implied?.action !== undefined;
    if (whole.length <= LONGEST_URL || isQueue) return { method: operation.method as 'GET', url: whole, headers };
  }
  const overridden = asked ?? (isRead ? (ACTIONS[operation.method] ?? null) : null);
  if (overridden !== null) search.unshift(['action', overridden]);
  const { body, type } = encode(String(params.encoding ?? (operation.method === 'POST' ? 'json' : 'form')), own);
  return {
    method: overridden === null ? (operation.method as 'POST') : 'POST',
    url: address(url, search),
    headers: { ...headers, 'content-type': type },
    body,
  };
}

const ACCEPT: Readonly<Record<string, string>> = { xml: 'application/xml', csv: 'text/csv', js: 'application/js' };

/** "These options are incompatible. If they are both activated, the SMS won't be sent", §3.4.1: and nobody would be told. */
function refuseTypeWithSender({ sender, type }: Params): void {
  if (!sender || String(type) !== '2') return;
  throw new SmsError(
    'SMS_INVALID_OPTION',
    'Digitaleo sends no SMS that has both a sender and type=2: leave out the sender, or do without replies.',
  );
}

/** What is said about the resource itself, in the vendor's forms. */
function ownParams({ path, method }: Operation, params: Params): Params {
  const own = Object.entries(params)
    .filter(([name, value]) => !MANNERS.includes(name) && value !== undefined && !path.includes(`{${name}}`))
    .map(([name, value]) => [name, inVendorForm(name, value, method)] as const)
    .filter(([, value]) => value !== undefined);
  const changes = method === 'PUT' || method === 'DELETE';
  if (changes && !own.some(([name, value]) => name !== 'metaData' && selects(value))) {
    throw new SmsError('SMS_INVALID_OPTION', 'Give a filter such as id: without one, everything would be changed.');
  }
  return Object.fromEntries(own);
}

/** A blank is no value to filter by, nor is a list of them. */
function selects(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(selects);
  return /[^\s,]/.test(textOf(value));
}

function inVendorForm(name: string, value: unknown, method: Operation['method']): unknown {
  switch (name) {
    case 'date':
      if (Array.isArray(value)) return value.map(condition);
      return moment(value, method === 'POST' ? sendingTime : vendorTime);
    // "In the form of a JSON flow", also within a JSON body.
    case 'metaData':
      return typeof value === 'string' ? value : JSON.stringify(withVendorDate(value as Params));
    case 'properties':
      return Array.isArray(value) ? value.join(',') : value;
    // How the document's binary mode is asked for is not said; this is assumed.
    case 'binary':
      return value === true ? 1 : undefined;
    default:
      return value;
  }
}

function condition(one: unknown): unknown {
  if (typeof one !== 'object' || one === null) return moment(one);
  const { value } = one as Params;
  return value === undefined ? one : { ...one, value: moment(value) };
}

function withVendorDate(attributes: Params): Params {
  return 'date' in attributes ? { ...attributes, date: moment(attributes.date, sendingTime) } : attributes;
}

/** ISO 8601 with its offset becomes the vendor's own form. */
function moment(value: unknown, form = vendorTime): unknown {
  const isInstant = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(value);
  if (!isInstant) return value;
  const instant = new Date(value);
  return Number.isNaN(instant.getTime()) ? value : form(instant);
}

/** `a[0][b]=…`, as PHP writes what is nested. */
function pairs(params: Params): Pair[] {
  return Object.entries(params).flatMap(([name, value]) => nested(name, value));
}

function nested(name: string, value: unknown): Pair[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, member]) => nested(`${name}[${key}]`, member));
}

function address(url: string, search: readonly Pair[]): string {
  return search.length === 0 ? url : `${url}?${form(search)}`;
}

function form(search: readonly Pair[]): string {
  return search.map(([name, value]) => `${encoded(name, name)}=${encoded(name, value)}`).join('&');
}

function encoded(name: string, text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new SmsError('SMS_INVALID_OPTION', `'${name}' has half a character in it, a lone surrogate.`);
  }
}

/** JSON as in §3, a form as in §1.5, and multipart as the vendor's own PHP library sends it; contacts are JSON in both. */
function encode(encoding: string, params: Params): { body: string; type: string } {
  if (encoding === 'json') return { body: JSON.stringify(params), type: 'application/json' };
  const { contacts } = params;
  const flat = pairs(contacts === undefined ? params : { ...params, contacts: JSON.stringify(contacts) });
  if (encoding === 'form') return { body: form(flat), type: 'application/x-www-form-urlencoded' };
  const boundary = `sms-${randomUUID()}`;
  const part = ([name, value]: Pair) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  return {
    body: `${flat.map(part).join('')}--${boundary}--\r\n`,
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

/** @throws SmsError the refusal that came as a success, as it may from a proxy that mends status codes */
function result(operation: Operation, response: HttpResponse, params: Params): unknown {
  const { format = 'json' } = params;
  if (format !== 'json' && isOf(String(format), response.body)) return response.body;
  const changes = operation.method === 'PUT' || operation.method === 'DELETE';
  // "204 No Content: resource updated or deleted", though §1.5 shows a count.
  if (changes && response.body.trim() === '') return {};
  const answer = parseJson(LABEL, response);
  const refused = refusedWith(answer);
  if (refused === null) return answer;
  throw refusal(LABEL, response, fault(response), refused);
}

/** XML begins as it must; of the others it is known that they are no page of a proxy. */
function isOf(format: string, body: string): boolean {
  const isPage = /^\s*<(!doctype\s+html|html)\b/i.test(body);
  return !isPage && (format !== 'xml' || /^\uFEFF?\s*</.test(body));
}

/** An error is `{"status": 401, "message": …}`; no resource has a number of that kind for its status. */
function refusedWith(answer: unknown): number | null {
  const { status, message, list } = (answer ?? {}) as Record<string, unknown>;
  const code = Number(textOf(status));
  return message !== undefined && list === undefined && code >= 300 && code <= 599 ? code : null;
}

function fault({ body, headers }: HttpResponse): Fault {
  const said = jsonOf(body);
  const read = (name: string) => {
    const value = said ? said[name] : xmlElement(body, name);
    if (typeof value === 'object' && value !== null) return JSON.stringify(value);
    return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
  };
  const told = read('message') ?? read('error_description') ?? plainText(body, headers);
  const message = [told, read('details')].filter(Boolean).join(': ');
  return {
    code: read('status') ?? read('error'),
    message: message || undefined,
    correlationId: headers['x-request-id'] ?? headers['x-correlation-id'],
  };
}

/** The layout of an error in CSV is not documented: it is told as it is. */
function plainText(body: string, headers: HttpResponse['headers']): string | undefined {
  return /^text\/(csv|plain)/.test(headers['content-type'] ?? '') ? body.trim() : undefined;
}

/** Of JSON, and of the call that JSONP wraps it in. */
function jsonOf(body: string): Record<string, unknown> | undefined {
  const [, wrapped = body] = /^\s*[\w.$]+\(([\s\S]*)\);?\s*$/.exec(body) ?? [];
  try {
    const parsed = JSON.parse(wrapped.replace(/^\uFEFF/, ''));
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function xmlElement(body: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]{1,500})<`).exec(body)?.[1];
}
