/** The common verbs over the operations of the made-up provider. */
import type {
  Accepted,
  Attempt,
  InboundQuery,
  OutgoingMessage,
  ProviderInbound,
  ProviderReport,
  StatusMeaning,
  Verbs,
} from '../../../dist/src/providers/provider.js';
import type { Session } from '../../../dist/src/providers/session.js';
import { type SmsError, toSmsError } from '../../../dist/src/sms/errors.js';

export const verbs: Verbs = { send, status, inbound, lookup, cancel };

const MEANINGS: Record<string, StatusMeaning> = {
  PERCHED: { status: 'scheduled', final: false, description: 'Waits for its time' },
  FED: { status: 'queued', final: false, description: 'About to leave' },
  FLYING: { status: 'sent', final: false, description: 'In the air' },
  LANDED: { status: 'delivered', final: true, description: 'It has landed' },
  ASTRAY: { status: 'failed', final: true, description: 'It went astray' },
  TIRED: { status: 'expired', final: true, description: 'It was too far' },
};

interface Item {
  id: string;
  to: string;
  state: string;
  at: string;
}

async function send(session: Session, message: OutgoingMessage): Promise<Accepted> {
  const { to, text, sender, reference, options, callbackUrl, at } = message;
  const item = await session.call<Item>('pigeon.messages.create', {
    to,
    body: text,
    ref: reference,
    ...(sender ? { from: sender } : {}),
    ...(at ? { sendAt: at.toISOString() } : {}),
    ...(callbackUrl ? { callback: callbackUrl } : {}),
    ...options,
  });
  return acceptedItem(item);
}

function acceptedItem(item: Item): Accepted {
  const { id, state, at } = item;
  return { id, status: meaningOf(state).status, providerStatus: state, acceptedAt: at, raw: item };
}

function meaningOf(state: string): StatusMeaning {
  return MEANINGS[state] ?? { status: 'unknown', final: false, description: state };
}

export function reportOf(item: Item): ProviderReport {
  const { id, to, state, at } = item;
  return { id, to, providerStatus: state, updatedAt: at, raw: item, ...meaningOf(state) };
}

function status(session: Session, ids: readonly string[]): Promise<(ProviderReport | SmsError)[]> {
  return Promise.all(
    ids.map((id) => session.call<Item>('pigeon.messages.get', { id }).then(reportOf, (error) => toSmsError(error))),
  );
}

interface InboxItem {
  id: string;
  from: string;
  to: string;
  body: string;
  parts: number;
  at: string;
}

export function inboundRow(item: InboxItem): ProviderInbound {
  const { id, from, to, body, parts, at } = item;
  return { id, from, to, text: body, parts, receivedAt: at, raw: item };
}

async function inbound(session: Session, { since, limit, address }: InboundQuery): Promise<ProviderInbound[]> {
  const rows: ProviderInbound[] = [];
  for await (const page of session.pages<{ items: InboxItem[] }>('pigeon.inbox', { since: since.toISOString() })) {
    rows.push(...page.items.map(inboundRow));
  }
  return rows.filter(({ to }) => !address || to === address).slice(0, limit);
}

async function lookup(session: Session, { reference }: Attempt): Promise<Accepted[]> {
  const { items } = await session.call<{ items: Item[] }>('pigeon.messages.list', { ref: reference });
  return items.map(acceptedItem);
}

async function cancel(session: Session, id: string): Promise<void> {
  await session.call('pigeon.messages.cancel', { id });
}
