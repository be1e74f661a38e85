/** How CALLR signs its pushes: base64 of an HMAC over the raw body (docs.callr.com/webhooks). */
import { createHmac } from 'node:crypto';
import { SmsError } from '../../sms/errors';
import type { AccountFacts, Params, Settings, WebhookRequest } from '../provider';
import { isSame } from '../same';

export const ALGORITHMS = ['SHA256', 'SHA512', 'SHA1', 'MD5'];

/**
 * A webhook that says nothing of how it is signed is signed with the account's `webhookSecret`, if it has one; so
 * nobody who sends has to know the secret, and it is in no parameter that a flow could see. `options: null` keeps a
 * webhook unsigned.
 * @throws SmsError SMS_CONFIG for an algorithm that CALLR does not have
 */
export function signed(webhook: Params, { credentials, settings }: AccountFacts): Params {
  const { webhookSecret } = credentials;
  if (webhook.options !== undefined || !webhookSecret) return webhook;
  const algorithm = algorithmOf(settings);
  if (!algorithm) {
    const named = String(settings.hmacAlgorithm).slice(0, 20);
    throw new SmsError(
      'SMS_CONFIG',
      `CALLR signs with ${ALGORITHMS.join(', ')}, not with '${named}': open the account.`,
    );
  }
  return { ...webhook, options: { hmac_secret: webhookSecret, hmac_algo: algorithm } };
}

/** Compared in constant time. The header's event id need not be that of the body, and is not looked at. */
export function isSigned({ headers, body }: WebhookRequest, secret: string, settings: Settings): boolean {
  const given = Buffer.from(headers['x-callr-hmacsignature'] ?? '', 'base64');
  const algorithm = algorithmOf(settings);
  if (secret === '' || given.length === 0 || !algorithm) return false;
  const right = createHmac(algorithm, secret).update(body).digest();
  return isSame(given, right);
}

function algorithmOf({ hmacAlgorithm }: Settings): string | undefined {
  const name = String(hmacAlgorithm || 'SHA256')
    .replace('-', '')
    .toUpperCase();
  return ALGORITHMS.includes(name) ? name : undefined;
}

/** What an answer or a push says about a secret is not for a flow to see. */
export function withoutSecrets<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutSecrets) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    name === 'hmac_secret' && member ? '***' : withoutSecrets(member),
  ]);
  return Object.fromEntries(members);
}
