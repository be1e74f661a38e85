/** Enco's JSON over HTTP, and the fault envelope of the gateway in front of it. */
import type { HttpResponse } from '../http';
import type { Fault, Operation, Wire } from '../provider';
import { jsonRequest, parseJson } from '../rest';
import { idOf } from './values';

export const wire: Wire = { request: jsonRequest, result, fault };

/** The `Location` header stands in for a `resourceURL` that is missing; of two that differ neither does. */
function result(operation: Operation, response: HttpResponse): unknown {
  const answer = parseJson('Enco', response);
  const [location, ...others] = response.headers.location?.split(',') ?? [];
  const isSure = location && others.every((other) => idOf(other) === idOf(location));
  if (!operation.writes || !isSure || typeof answer !== 'object' || answer === null || 'resourceURL' in answer)
    return answer;
  return { resourceURL: location.replace(/"$/, ''), ...answer };
}

/** The gateway answers `{"fault": {code, message, description}}`, and XML of the same names when it is in trouble itself. */
function fault({ body, headers }: HttpResponse): Fault {
  const correlationId = headers.activityid;
  const json = envelope(body);
  const read = (name: string) => {
    const value = json ? json[name] : xmlElement(body, name);
    return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
  };
  const message = [read('message') ?? read('error'), read('description') ?? read('error_description')]
    .filter(Boolean)
    .join(': ');
  return { code: read('code'), message: message || undefined, correlationId };
}

function envelope(body: string): Record<string, unknown> | undefined {
  try {
    const parsed = JSON.parse(body);
    const inner = parsed?.fault ?? parsed;
    return typeof inner === 'object' && inner !== null ? inner : undefined;
  } catch {
    return undefined;
  }
}

function xmlElement(body: string, name: string): string | undefined {
  return new RegExp(`<(?:\\w+:)?${name}>([^<]{1,500})<`).exec(body)?.[1];
}
