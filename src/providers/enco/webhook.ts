/**
 * Enco's push to a `callbackURL`. The document gives the field and nothing else: the body is assumed to be that of the
 * delivery info, with or without the wrapper of OneAPI, and is taken as a hint to ask for the delivery info itself.
 */
import type { WebhookEvents, WebhookReader, WebhookRequest } from '../provider';
import { jsonObject } from '../push-body';
import { deliveryInfo, idOf } from './values';
import { report } from './verbs';

export const webhook: WebhookReader = { read };

function read({ body }: WebhookRequest): WebhookEvents {
  const pushed = jsonObject('Enco', body);
  const notification = pushed.deliveryInfoNotification;
  const info = typeof notification === 'object' && notification !== null ? { ...pushed, ...notification } : pushed;
  if (deliveryInfo(info).deliveryStatus === undefined) return { reports: [], inbound: [], other: [pushed] };
  const id = idOf((info as { resourceURL?: unknown }).resourceURL) ?? '';
  return { reports: [{ report: { ...report(id, info), raw: pushed }, hint: true }], inbound: [], other: [] };
}
