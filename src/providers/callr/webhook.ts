/**
 * CALLR's pushes (docs.callr.com/webhooks): an envelope that says what happened, and the SMS or the job it happened to.
 * They are signed over the raw body, and carry the whole SMS, so that they are believed.
 */
import { SmsError } from '../../sms/errors';
import type { WebhookEvents, WebhookReader, WebhookRequest } from '../provider';
import { isSigned, withoutSecrets } from './signing';
import { text } from './values';
import { inboundMessage, report } from './verbs';

export const webhook: WebhookReader = { verify: isSigned, read };

function read({ body }: WebhookRequest): WebhookEvents {
  const pushed = withoutSecrets(parse(body));
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

function parse(body: Buffer): Record<string, unknown> {
  let pushed: unknown;
  try {
    pushed = JSON.parse(body.toString('utf8'));
  } catch {
    pushed = undefined;
  }
  if (typeof pushed === 'object' && pushed !== null && !Array.isArray(pushed)) return pushed as Record<string, unknown>;
  throw new SmsError('SMS_BAD_RESPONSE', 'This is not a push from CALLR: its body is not a JSON object.');
}
