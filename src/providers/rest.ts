/** The wire of a vendor that takes JSON over HTTP: path, query and body out of one flat object. */
import { SmsError } from '../sms/errors';
import type { HttpRequest, HttpResponse } from './http';
import { readJson } from './json';
import type { Operation, Params } from './provider';

/** @throws SmsError SMS_INVALID_OPTION for a value that no URL can carry */
export function jsonRequest(operation: Operation, params: Params, baseUrl: string): HttpRequest {
  const { method, path, query: inQuery, implied } = operation;
  const left: Params = implied ? { ...params, ...implied } : { ...params };
  const filled = path.includes('{') ? path.replace(PLACE, (_whole, name: string) => taken(left, name)) : path;
  const hasBody = method === 'POST' || method === 'PUT';
  const search = hasBody && !inQuery ? '' : searchOf(left, hasBody ? inQuery : undefined);
  return {
    method: method as HttpRequest['method'],
    url: `${baseUrl}${filled}${search ? `?${search}` : ''}`,
    headers: hasBody ? WITH_BODY : BARE,
    // What is undefined is not in it.
    body: hasBody ? JSON.stringify(left) : undefined,
  };
}

const PLACE = /\{(\w+)\}/g;
const BARE = { accept: 'application/json' };
const WITH_BODY = { ...BARE, 'content-type': 'application/json' };

function taken(left: Params, name: string): string {
  const text = segment(name, written(left[name]));
  delete left[name];
  return text;
}

/** Takes what travels in the query: what is named, or all of it. */
function searchOf(left: Params, names: readonly string[] = Object.keys(left)): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(left)) {
    if (value === undefined || !names.includes(name)) continue;
    parts.push(`${encodeURIComponent(name)}=${encoded(name, written(value))}`);
    delete left[name];
  }
  return parts.join('&');
}

/**
 * The body of a success.
 * @throws SmsError SMS_BAD_RESPONSE with an unknown outcome: the vendor did carry out something
 */
export function parseJson(label: string, { body, headers }: HttpResponse): unknown {
  try {
    // A byte order mark is no JSON, and some vendors send one.
    return readJson(body.charCodeAt(0) === 0xfeff ? body.slice(1) : body);
  } catch (cause) {
    const form = headers['content-type']?.slice(0, 80) ?? 'no content type';
    throw new SmsError('SMS_BAD_RESPONSE', `${label} answered success in a form that cannot be read (${form}).`, {
      outcome: 'unknown',
      retryable: true,
      // Not the parser's own error: it quotes the body.
      cause: new Error((cause as Error).name),
    });
  }
}

/** Of a path; the two names that would lead out of it are not for a parameter to use. */
function segment(name: string, text: string): string {
  if (text === '.' || text === '..') throw new SmsError('SMS_INVALID_OPTION', `'${name}' cannot be '${text}'.`);
  return encoded(name, text);
}

function encoded(name: string, text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new SmsError('SMS_INVALID_OPTION', `'${name}' has half a character in it, a lone surrogate.`);
  }
}

function written(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
