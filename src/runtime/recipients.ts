/** Who a message goes to: one number, several, or several with fields of their own. */
import { SmsError } from '../sms/errors';

export interface Recipient {
  to: unknown;
  /** What `{{field}}` is filled with; null when no recipient has fields. */
  fields: Record<string, unknown> | null;
}

/** @throws SmsError SMS_INVALID_NUMBER for an empty list */
export function recipientsOf(to: unknown): Recipient[] {
  if (!Array.isArray(to)) return [recipient(to, isObject(to))];
  if (to.length === 0)
    throw new SmsError('SMS_INVALID_NUMBER', 'The list of recipients is empty: there is nobody to send to.');
  const personal = to.some(isObject);
  return to.map((one) => recipient(one, personal));
}

function recipient(one: unknown, personal: boolean): Recipient {
  if (isObject(one)) return { to: one.to, fields: one };
  return { to: one, fields: personal ? {} : null };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}
