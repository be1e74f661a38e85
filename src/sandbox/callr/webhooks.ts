/** CALLR's webhooks: subscribing to them, and pushing signed events to them until they are taken (docs.callr.com/webhooks). */
import { createHmac } from 'node:crypto';
import type { Pushed } from '../callbacks';
import type { Account, Call, Callr } from './account';
import { newHash } from './account';
import { endpoint, object, optional, text, word } from './check';
import { wrongValue } from './rpc';

/** Every type of docs.callr.com/webhooks; this sandbox has occasion for the job's and the SMS's only. */
const EVENT_TYPES = [
  'billing.credit',
  'billing.credit_warning',
  'billing.credit_shutdown',
  'call.inbound_start',
  'call.inbound_hangup',
  'call.outbound_start',
  'call.outbound_hangup',
  'did.assigned',
  'did.unassigned',
  'job.status_update',
  'media.library.status_update',
  'media.recording.new',
  'media.recording.status_update',
  'sms.mo',
  'sms.mt.status_update',
] as const;

export type EventType = 'job.status_update' | 'sms.mo' | 'sms.mt.status_update';

const ALGORITHMS = ['SHA256', 'SHA512', 'SHA1', 'MD5'] as const;

/** Where to push, and how; `hash` is null for the webhook of one message or export. */
export interface Hook {
  hash: string | null;
  endpoint: string;
  options: HookOptions;
}

export interface HookOptions {
  hmac_secret: string | null;
  hmac_algo: (typeof ALGORITHMS)[number];
  format: 'JSON';
}

const MAX_RETRIES = 20;

/** `webhooks.get_event_types`. */
export function getEventTypes(): readonly string[] {
  return EVENT_TYPES;
}

/** `webhooks.subscribe(type, endpoint, options)`; the shape of the Webhook object is an assumption. */
export function subscribe({ callr, account, params }: Call): object {
  const [type, url, options] = params;
  const kind = word(type, 'type', EVENT_TYPES);
  const hook = {
    hash: newHash(callr),
    type: kind,
    endpoint: endpoint(url, 'endpoint'),
    options: readHookOptions(options, callr),
  };
  callr.hooks.set(hook.hash, { ...hook, account });
  return hook;
}

/** `webhooks.unsubscribe(hash)`; that it answers a boolean is an assumption. */
export function unsubscribe({ callr, account, params }: Call): boolean {
  const hash = text(params[0], 'hash');
  if (callr.hooks.get(hash)?.account !== account) throw wrongValue('hash');
  return callr.hooks.delete(hash);
}

/** A dynamic webhook: "You only need to set 'endpoint' and optionally 'options'" (sms.export_async). */
export function readHook(value: unknown, callr: Callr): Hook {
  const known = callr.assume.unknownFieldsRefused ? ['hash', 'type', 'endpoint', 'options'] : undefined;
  const given = object(value, 'webhook', known);
  return {
    hash: null,
    endpoint: endpoint(given.endpoint, 'endpoint'),
    options: readHookOptions(given.options, callr),
  };
}

function readHookOptions(value: unknown, callr: Callr): HookOptions {
  const known = callr.assume.unknownFieldsRefused ? ['hmac_secret', 'hmac_algo', 'format'] : undefined;
  const given = value === null || value === undefined ? {} : object(value, 'options', known);
  return {
    hmac_secret: optional(given.hmac_secret, (secret) => text(secret, 'hmac_secret')) ?? null,
    hmac_algo: optional(given.hmac_algo, (name) => word(name, 'hmac_algo', ALGORITHMS)) ?? 'SHA256',
    format: optional(given.format, (format) => word(format, 'format', ['JSON'])) ?? 'JSON',
  };
}

/**
 * Tells everyone who wants to know of an event.
 * @param about the message or job, whose events stay in order
 * @param dynamic its own webhook, if it has one
 */
export function pushEvent(
  callr: Callr,
  account: Account,
  type: EventType,
  about: string,
  data: object,
  dynamic?: Hook | null,
): void {
  const { assume } = callr;
  const subscribed = [...callr.hooks.values()].filter((hook) => hook.account === account && hook.type === type);
  const hooks: Hook[] = dynamic ? [dynamic, ...(assume.dynamicWebhookReplaces ? [] : subscribed)] : subscribed;
  for (const hook of hooks) pushTo(callr, hook, type, about, data);
}

function pushTo({ world, assume }: Callr, hook: Hook, type: EventType, about: string, data: object): void {
  const { callbacks, clock, ids } = world;
  const event_at = clock.iso();
  const event_id = ids.hex(16);
  const headerId = assume.eventIdHeaderDiffers ? ids.hex(16) : event_id;
  const make = (attempt: number): Pushed => {
    const body = JSON.stringify({ event_at, event_id, hook_hash: hook.hash, try: attempt, type, data });
    const headers = {
      'User-Agent': 'CALLR/API 0.9942',
      Accept: '*/*',
      'Content-Type': 'application/json',
      'X-CALLR-EventId': headerId,
      ...signature(body, hook.options),
    };
    return { body, headers };
  };
  const retries = Math.min(Math.max(assume.webhookRetries, 0), MAX_RETRIES);
  const waits = Array.from({ length: retries }, (_, index) => clock.delays.retry * 2 ** index);
  const taken = (status: number): boolean =>
    status === 200 || (assume.webhookTakenBy === '2xx' && status >= 200 && status < 300);
  callbacks.push(about, hook.endpoint, make, { waits, taken });
}

/** "base64 encoded HMAC signature (defaults to SHA256) of the json payload, if a hmac_secret was provided". */
function signature(body: string, { hmac_secret, hmac_algo }: HookOptions): Record<string, string> {
  if (!hmac_secret) return {};
  return { 'X-CALLR-HmacSignature': createHmac(hmac_algo, hmac_secret).update(body).digest('base64') };
}
