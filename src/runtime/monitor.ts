/** What the monitor of the editor asks: the figures of an account, its newest and its held messages, its balance. */
import type { Request } from 'express';
import type { NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import { heldBy, outboxOf } from '../delivery/held';
import { SPANS, type Span } from '../delivery/history';
import { newest } from '../delivery/timeline';
import { capabilitiesOf } from '../providers/capabilities';
import type { Balance } from '../providers/provider';
import { SmsError } from '../sms/errors';
import { answer, param } from './answer';
import { accountOf } from './desk';

/** Messages that are listed. */
const NEWEST = 20;
const HELD = 50;
/** Milliseconds for which nobody asks the vendor for a balance again, however often the button is pressed. */
const BALANCE_HOLDS = 60_000;

interface KnownBalance extends Balance {
  /** When the vendor told it, ISO 8601. */
  askedAt: string;
}

const balances = new WeakMap<Account, { known?: KnownBalance; asking?: Promise<KnownBalance> }>();

export function serveMonitorAdmin(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  const read = auth.needsPermission('sms.read');
  const account = (request: Request) => accountOf(RED, param(request));
  httpAdmin.get(
    '/sms/accounts/:id/monitor',
    read,
    answer((request) => monitor(account(request), spanOf(request.query.span))),
  );
  httpAdmin.post(
    '/sms/accounts/:id/balance',
    read,
    answer((request) => balanceOf(account(request))),
  );
}

async function monitor(account: Account, span: Span) {
  const { held, ...counts } = await outboxOf(account);
  const [history, messages, listed] = await Promise.all([
    account.history.report(span),
    newest(account, NEWEST),
    held > 0 ? heldBy(account, { limit: HELD }) : [],
  ]);
  const { balance: able } = capabilitiesOf(account.provider);
  const known = balances.get(account)?.known ?? null;
  return { id: account.id, counts: { ...counts, held }, history, messages, held: listed, balance: { able, known } };
}

/** The last answer while it holds; several who ask at once share one call. @throws SmsError */
function balanceOf(account: Account): Promise<KnownBalance> {
  const state = balances.get(account) ?? {};
  balances.set(account, state);
  const { known } = state;
  if (known && Date.now() - Date.parse(known.askedAt) < BALANCE_HOLDS) return Promise.resolve(known);
  state.asking ??= ask(account, state).finally(() => {
    state.asking = undefined;
  });
  return state.asking;
}

async function ask(account: Account, state: { known?: KnownBalance }): Promise<KnownBalance> {
  const { amount, unit } = await account.vendor.balance();
  state.known = { amount, unit, askedAt: new Date().toISOString() };
  return state.known;
}

/** @throws SmsError SMS_INVALID_OPTION */
function spanOf(given: unknown = 'hour'): Span {
  if (typeof given === 'string' && Object.hasOwn(SPANS, given)) return given as Span;
  throw new SmsError('SMS_INVALID_OPTION', `The span is one of ${Object.keys(SPANS).join(', ')}.`);
}
