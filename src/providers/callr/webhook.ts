/**
 * CALLR's pushes (docs.callr.com/webhooks): an envelope that says what happened, and the SMS or the job it happened to.
 * They are signed over the raw body, and carry the whole SMS, so that they are believed.
 */
import type { WebhookEvents, WebhookReader, WebhookRequest } from '../provider';
import { jsonObject } from '../push-body';
import { isSigned, withoutSecrets } from './signing';
import { text } from './values';
import { inboundMessage, report } from './verbs';

export const webhook: WebhookReader = { verify: isSigned, read };

function read({ body }: WebhookRequest): WebhookEvents {
  const pushed = withoutSecrets(jsonObject('CALLR', body));
  const { type, data } = pushed;
  const eventId = text(pushed.event_id);
  const nothing: WebhookEvents = { reports: [], inbound: [], other: [], ...(eventId === null ? {} : { eventId }) };
  if (typeof data !== 'object' || data === null || text((data as { hash?: unknown }).hash) === null) {
    return { ...nothing, other: [pushed] };
  }
  if (type === 'sms.mt.status_update') {
    return { ...nothing, reports: [{ report: { ...report(data), raw: pushed }, hint: false }] };
  }
  if (type === 'sms.mo') return { ...nothing, inbound: [{ ...inboundMessage(data), raw: pushed }] };
  return { ...nothing, other: [pushed] };
}
