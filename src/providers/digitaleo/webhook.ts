/** Digitaleo's ping, §2.11: it says which SMS has news, and nothing else. The address is set by the vendor, on request. */
import { SmsError } from '../../sms/errors';
import type { WebhookEvents, WebhookReader, WebhookRequest } from '../provider';

export const webhook: WebhookReader = { read };

function read({ query, body }: WebhookRequest): WebhookEvents {
  const id = query.sms_id ?? new URLSearchParams(body.toString('utf8')).get('sms_id') ?? '';
  if (!/^[\w-]{1,64}$/.test(id)) {
    throw new SmsError('SMS_BAD_RESPONSE', 'This is no ping from Digitaleo: it has no sms_id.');
  }
  const report = {
    id,
    to: '',
    status: 'unknown' as const,
    final: false,
    providerStatus: null,
    description: 'There is news of this SMS',
    updatedAt: new Date().toISOString(),
    raw: { sms_id: id },
  };
  return { reports: [{ report, hint: true, bare: true }], inbound: [], other: [] };
}
