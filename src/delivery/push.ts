/** What a vendor pushes: believed as far as the vendor allows, stored, and told once. */
import type { ProviderReport, WebhookEvents, WebhookRequest } from '../providers/provider';
import { SmsError } from '../sms/errors';
import type { Account } from './account';
import { type Arrival, intakeOf } from './intake';
import type { Letter } from './post';

/** The kinds of letters for a node that receives pushes, beside {@link INBOUND}: a StatusReport, what else was pushed. */
export const REPORT = 'report';
const EVENT = 'event';

const REPEATED_WITHIN = 24 * 3600_000;

/** The push taken apart. @throws SmsError when it is none of this vendor's */
export function parsePush({ provider }: Account, request: WebhookRequest): WebhookEvents {
  if (!provider.webhook) throw new SmsError('SMS_UNSUPPORTED', `${provider.label} pushes nothing.`);
  return provider.webhook.read(request);
}

/**
 * The letters for what is new in it, for one node: stored, so that the vendor may be told that it came.
 * @param reference ours, where the address of the push carries it
 * @throws SmsError and may be pushed again
 */
export async function takePush(
  account: Account,
  reader: string,
  events: WebhookEvents,
  reference?: string,
): Promise<Letter[]> {
  account.tracker.pushed();
  const arrivals: Arrival[] = [];
  for (const pushed of events.reports) arrivals.push(await reported(account, reader, pushed, reference));
  arrivals.push(...(await account.inbox.arrivals(reader, events.inbound)));
  arrivals.push(...others(account, reader, events));
  return intakeOf(account.settings.store).take(arrivals);
}

async function reported(
  account: Account,
  reader: string,
  { report, hint, bare }: WebhookEvents['reports'][number],
  reference?: string,
): Promise<Arrival> {
  const id = report.id || (reference ? await account.tracker.idOf(reference) : null) || '';
  const truth = hint && id ? await confirmed(account, { ...report, id }, bare) : { ...report, id };
  // About no message that can be named, or one that the vendor does not know: told as it came.
  if (truth === null || (!id && !reference)) return { owner: reader, kind: EVENT, body: report.raw, mark: null };
  const moved = await account.tracker.report(truth, reference);
  if (reference) await account.outbox.heard(reference, truth);
  const key = [reader, id || reference, truth.providerStatus, truth.reply?.text ?? ''].join('\n');
  const mark = { scope: scopeOf(account), key, ttl: REPEATED_WITHIN };
  return { owner: reader, kind: REPORT, body: moved ?? account.tracker.complete(truth), mark };
}

/** Of a vendor that gives its events no id, nobody can tell which one is pushed again. */
function others(account: Account, reader: string, { other, eventId }: WebhookEvents): Arrival[] {
  return other.map((body, i) => {
    const key = [reader, 'event', eventId, i].join('\n');
    const mark = eventId === undefined ? null : { scope: scopeOf(account), key, ttl: REPEATED_WITHIN };
    return { owner: reader, kind: EVENT, body, mark };
  });
}

function scopeOf({ id }: Account): string {
  return `push:${id}`;
}

/**
 * The vendor's own word. Where it cannot be had the push stands in, unless it says nothing: who pushes has shown the
 * secret, and a vendor may forget a message earlier than it pushes. Null where that leaves nothing to report: the
 * vendor refuses the id, and would do so each time that the push is repeated. @throws SmsError
 */
async function confirmed(account: Account, pushed: ProviderReport, bare = false): Promise<ProviderReport | null> {
  try {
    const [answer] = (await account.provider.verbs.status?.(await account.vendor.session(), [pushed.id])) ?? [];
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
