/** The wire of a vendor that takes JSON over HTTP: path, query and body out of one flat object. */
import { SmsError } from '../sms/errors';
import type { HttpRequest, HttpResponse } from './http';
import type { Operation, Params } from './provider';

export function jsonRequest(operation: Operation, params: Params, baseUrl: string): HttpRequest {
  const left = new Map(Object.entries({ ...params, ...operation.implied }).filter(([, value]) => value !== undefined));
  const path = operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = left.get(name);
    left.delete(name);
    return encodeURIComponent(written(value));
  });
  const hasBody = operation.method === 'POST' || operation.method === 'PUT';
  const query = [...left].filter(([name]) => !hasBody || operation.query?.includes(name));
  for (const [name] of query) left.delete(name);
  const search = query
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(written(value))}`)
    .join('&');
  const headers: Record<string, string> = { accept: 'application/json' };
  if (hasBody) headers['content-type'] = 'application/json';
  return {
    method: operation.method,
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
    return JSON.parse(body);
  } catch (cause) {
    const form = headers['content-type'] ?? 'no content type';
    throw new SmsError('SMS_BAD_RESPONSE', `${label} answered success in a form that cannot be read (${form}).`, {
      outcome: 'unknown',
      retryable: true,
      // Not the parser's own error: it quotes the body.
      cause: new Error((cause as Error).name),
    });
  }
}

function written(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}
