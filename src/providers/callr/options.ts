/** SMS.Options: what may be said of a message beside sender, recipient and text. */
import type { Params } from '../provider';

/** Its members, as the vendor's own clients know them; the document only names the object. */
export const SMS_OPTIONS = ['flash_message', 'force_encoding', 'nature', 'user_data', 'webhook'] as const;

/**
 * The object out of parameters that have it as `options`, or its members by themselves, or both; null when nothing is
 * said: "send NULL to use default values" (sms.send).
 */
export function smsOptions(params: Params): Params | null {
  const single = SMS_OPTIONS.filter((name) => params[name] !== undefined).map((name) => [name, params[name]]);
  const options = { ...(params.options as Params | null | undefined), ...Object.fromEntries(single) };
  return Object.keys(options).length > 0 ? options : null;
}
