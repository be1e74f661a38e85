/**
 * Enco's push to a `callbackURL`. The document gives the field and nothing else: the body is assumed to be that of the
 * delivery info, with or without the wrapper of OneAPI, and is taken as a hint to ask for the delivery info itself.
 */
import { SmsError } from '../../sms/errors';
import type { WebhookEvents, WebhookReader, WebhookRequest } from '../provider';
import { deliveryInfo, idOf } from './values';
import { report } from './verbs';

export const webhook: WebhookReader = { read };

function read({ body }: WebhookRequest): WebhookEvents {
  const pushed = parse(body);
  const notification = pushed.deliveryInfoNotification;
  const info = typeof notification === 'object' && notification !== null ? { ...pushed, ...notification } : pushed;
  if (deliveryInfo(info).deliveryStatus === undefined) return { reports: [], inbound: [], other: [pushed] };
  const id = idOf((info as { resourceURL?: unknown }).resourceURL) ?? '';
  return { reports: [{ report: { ...report(id, info), raw: pushed }, hint: true }], inbound: [], other: [] };
}

function parse(body: Buffer): Record<string, unknown> {
  let pushed: unknown;
  try {
    pushed = JSON.parse(body.toString('utf8'));
  } catch {
    pushed = undefined;
  }
  if (typeof pushed === 'object' && pushed !== null && !Array.isArray(pushed)) return pushed as Record<string, unknown>;
  throw new SmsError('SMS_BAD_RESPONSE', 'This is not a push from Enco: its body is not a JSON object.');
}
