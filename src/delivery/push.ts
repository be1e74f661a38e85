/** What a vendor pushes: believed as far as the vendor allows, and told once. */
import type { ProviderReport, WebhookEvents, WebhookRequest } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { InboundMessage, StatusReport } from '../sms/types';
import type { Account } from './account';

export interface PushedEvents {
  reports: StatusReport[];
  inbound: InboundMessage[];
  other: unknown[];
}

const REPEATED_WITHIN = 24 * 3600_000;

/** The push taken apart. @throws SmsError when it is none of this vendor's */
export function parsePush({ provider }: Account, request: WebhookRequest): WebhookEvents {
  if (!provider.webhook) throw new SmsError('SMS_UNSUPPORTED', `${provider.label} pushes nothing.`);
  return provider.webhook.read(request);
}

/** What is new in it, for one flow. `reference` is ours, where the address of the push carries it. */
export async function readPush(
  account: Account,
  reader: string,
  events: WebhookEvents,
  reference?: string,
): Promise<PushedEvents> {
  account.tracker.pushed();
  const told: PushedEvents = { reports: [], inbound: [], other: [] };
  for (const { report, hint, bare } of events.reports) {
    const id = report.id || (reference ? await account.tracker.idOf(reference) : null) || '';
    const truth = hint && id ? await confirmed(account, { ...report, id }, bare) : { ...report, id };
    // About no message that can be named, or one that the vendor does not know: told as it came.
    if (truth === null || (!id && !reference)) {
      told.other.push(report.raw);
      continue;
    }
    const moved = await account.tracker.report(truth, reference);
    const key = [reader, id || reference, truth.providerStatus, truth.reply?.text ?? ''].join('\n');
    if (await account.settings.store.marks.add(`push:${account.id}`, key, REPEATED_WITHIN)) {
      told.reports.push(moved ?? account.tracker.complete(truth));
    }
  }
  for (const message of events.inbound) await account.inbox.offer(reader, message, (m) => told.inbound.push(m));
  if (events.other.length > 0 && (await isNew(account, reader, events))) told.other.push(...events.other);
  return told;
}

/** Of a vendor that gives its events no id, nobody can tell. */
async function isNew({ id, settings }: Account, reader: string, { eventId }: WebhookEvents): Promise<boolean> {
  if (eventId === undefined) return true;
  return settings.store.marks.add(`push:${id}`, [reader, 'event', eventId].join('\n'), REPEATED_WITHIN);
}

/**
 * The vendor's own word. Where it cannot be had the push stands in, unless it says nothing: who pushes has shown the
 * secret, and a vendor may forget a message earlier than it pushes. Null where that leaves nothing to report: the
 * vendor refuses the id, and would do so each time that the push is repeated. @throws SmsError
 */
async function confirmed(account: Account, pushed: ProviderReport, bare = false): Promise<ProviderReport | null> {
  try {
    const [answer] = (await account.provider.verbs.status?.(await account.session(), [pushed.id])) ?? [];
    if (answer instanceof SmsError) throw answer;
    return answer ?? pushed;
  } catch (error) {
    if (!bare) return pushed;
    if (isDefinite(error)) return null;
    throw error;
  }
}

/** Is it this message that is refused, and not the account, or a call that may succeed later? */
function isDefinite(error: unknown): boolean {
  return error instanceof SmsError && error.code === 'SMS_REJECTED' && !error.retryable && !error.accountRefused;
}
