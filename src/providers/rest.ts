/** The wire of a vendor that takes JSON over HTTP: path, query and body out of one flat object. */
import { SmsError } from '../sms/errors';
import type { HttpRequest, HttpResponse } from './http';
import type { Operation, Params } from './provider';

/** @throws SmsError SMS_INVALID_OPTION for a value that no URL can carry */
export function jsonRequest(operation: Operation, params: Params, baseUrl: string): HttpRequest {
  const left = new Map(Object.entries({ ...params, ...operation.implied }).filter(([, value]) => value !== undefined));
  const path = operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = left.get(name);
    left.delete(name);
    return segment(name, written(value));
  });
  const hasBody = operation.method === 'POST' || operation.method === 'PUT';
  const query = [...left].filter(([name]) => !hasBody || operation.query?.includes(name));
  for (const [name] of query) left.delete(name);
  const search = query.map(([name, value]) => `${encodeURIComponent(name)}=${encoded(name, written(value))}`).join('&');
  const headers: Record<string, string> = { accept: 'application/json' };
  if (hasBody) headers['content-type'] = 'application/json';
  return {
    method: operation.method as HttpRequest['method'],
    url: `${baseUrl}${path}${search ? `?${search}` : ''}`,
    headers,
    body: hasBody ? JSON.stringify(Object.fromEntries(left)) : undefined,
  };
}

/**
 * The body of a success.
 * @throws SmsError SMS_BAD_RESPONSE with an unknown outcome: the vendor did carry out something
 */
export function parseJson(label: string, { body, headers }: HttpResponse): unknown {
  try {
    // A byte order mark is no JSON, and some vendors send one.
    return JSON.parse(body.replace(/^\uFEFF/, ''));
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
