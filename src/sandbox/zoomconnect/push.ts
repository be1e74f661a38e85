/** ZoomConnect's two webhooks, "Receiving a reply" and "Receiving a delivery report", to the account's own URLs. */
import { createHash } from 'node:crypto';
import type { Account, InboundRow, OutboundRow, ZoomConnect } from './account';
import { formatDate } from './dates';

type Pushed = Record<string, string>;

/** Webhooks are in South African time: their dates agree with the time in the message's id. */
const ZONE_HOURS = 2;

/** Tells the account of a message's new status, or of what a phone wrote, where it has a URL for that. */
export function push(zoom: ZoomConnect, account: Account, row: OutboundRow | InboundRow): void {
  const { world, assume } = zoom;
  const url = row.type === 'INBOUND' ? account.inboundUrl : account.statusUrl;
  if (url === '') return;
  if (row.type === 'OUTBOUND' && row.record.status === 'sent' && assume.webhookFinalOnly) return;
  const own = row.type === 'INBOUND' ? replyFields(zoom, row) : reportFields(zoom, row);
  const fields = present({ ...own, ...(assume.webhookExtras ? seal(zoom, account) : {}) });
  const { address, body, type } = place(zoom, url, fields);
  const waits = Array.from({ length: assume.webhookRetries }, () => world.clock.delays.retry);
  const taken = (status: number): boolean => status >= 200 && status < 300;
  const attempt = { body, headers: { 'content-type': type } };
  world.callbacks.push(row.record.id, address, () => attempt, { waits, taken });
}

function replyFields({ assume, world }: ZoomConnect, row: InboundRow): Record<string, string | null | undefined> {
  const { record, campaign, dataField, receivedAt } = row;
  const to = assume.webhookTo === 'token' ? `INF-${world.ids.hex(4)}` : record.to;
  return {
    from: record.from,
    ...(assume.webhookExtras ? { to } : {}),
    repliedToMessageId: record.inReplyTo,
    messageId: record.id,
    message: record.text,
    date: formatDate(receivedAt, 'yyyyMMddHHmm', ZONE_HOURS),
    campaign,
    dataField,
  };
}

function reportFields({ assume }: ZoomConnect, row: OutboundRow): Record<string, string | null | undefined> {
  const { record, campaign, dataField } = row;
  const { id: messageId, providerStatus: status } = record;
  return { status, messageId, ...(assume.webhookExtras ? { campaign, dataField } : {}) };
}

/** Seen, not documented; that the checksum is SHA-1 over token, nonce and nonce-date is an assumption. */
function seal({ world }: ZoomConnect, { token }: Account): Pushed {
  const nonce = world.ids.uuid();
  const date = formatDate(world.clock.now(), 'yyyyMMddHHmmss', ZONE_HOURS);
  const checksum = createHash('sha1').update(`${token}${nonce}${date}`).digest('hex');
  return { 'nonce-date': date, nonce, checksum };
}

/** What is not known is absent: pushes without `campaign` or `repliedToMessageId` have been seen. */
function present(fields: Record<string, string | null | undefined>): Pushed {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]])),
  );
}

const FORM = 'application/x-www-form-urlencoded';

function place({ assume }: ZoomConnect, url: string, fields: Pushed): { address: string; body: string; type: string } {
  if (assume.webhookPlacement === 'json') {
    return { address: url, body: JSON.stringify(fields), type: 'application/json' };
  }
  const pairs = Object.entries(fields)
    .map(([name, value]) => `${name}=${encode(value, assume.webhookPlusUnencoded)}`)
    .join('&');
  if (assume.webhookPlacement === 'form') return { address: url, body: pairs, type: FORM };
  const [page = '', fragment] = url.split('#', 2);
  const join = page.includes('?') ? (/[?&]$/.test(page) ? '' : '&') : '?';
  return { address: `${page}${join}${pairs}${fragment === undefined ? '' : `#${fragment}`}`, body: '', type: FORM };
}

function encode(value: string, plusUnencoded: boolean): string {
  const encoded = encodeURIComponent(value.toWellFormed());
  return plusUnencoded ? encoded.replaceAll('%2B', '+') : encoded;
}
