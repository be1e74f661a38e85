/** The body of a push that is to be a JSON object. */
import { SmsError } from '../sms/errors';
import { readJson } from './json';

/** @throws SmsError SMS_BAD_RESPONSE */
export function jsonObject(label: string, body: Buffer): Record<string, unknown> {
  let pushed: unknown;
  try {
    pushed = readJson(body.toString('utf8'));
  } catch {
    pushed = undefined;
  }
  if (typeof pushed === 'object' && pushed !== null && !Array.isArray(pushed)) return pushed as Record<string, unknown>;
  throw new SmsError('SMS_BAD_RESPONSE', `This is not a push from ${label}: its body is not a JSON object.`);
}
