/** The end of a message: stored together with the letter that tells of it, then told, then followed. */
import type { Accepted } from '../providers/provider';
import type { SmsError } from '../sms/errors';
import type { Receipt } from '../sms/types';
import type { OutboxEntry } from '../store';
import type { Account } from './account';
import type { Accounts } from './accounts';
import { freeKey } from './dedupe';
import { type Owner, settledBody } from './letters';
import { markOf } from './mailbag';
import type { Settlement, Settling } from './outbox-options';
import { senderOf } from './sending';

/** Of a message of the outbox. */
export function settling(account: Account, settlement: Settlement): Settling {
  const { post } = account;
  const { facts, say, body, begin } = endOf(account, settlement);
  const { owner, life } = settlement.entry;
  const letter = post.compose(owner, 'settled', body(), life);
  return {
    mark: markOf(letter),
    store: () => Promise.all([facts(), post.store(letter)]),
    tell: () => {
      account.tell(letter, say);
      counted(account, settlement);
      begin();
    },
    giveUp: () => post.leave(letter),
  };
}

/** The end of a message that is in no outbox: told at once, and with a letter only when the node is away. */
export function settleNow(account: Account, accounts: Accounts, settlement: Settlement): Promise<void> | void {
  const { owner } = settlement.entry;
  if (!accounts.has(owner)) return settleAway(account, settlement);
  const { say, facts, begin } = endOf(account, settlement);
  try {
    accounts.tellNow(owner, say);
  } catch (error) {
    account.troubled(error);
  }
  // The flow has the outcome already, and without a queue nothing more is promised: a commit each would cost more than
  // the call. What was not sent may be given again at once, with its key.
  if (!settlement.error) account.keepSoon({ facts, begin });
  else return keepTold(account, [{ facts, begin, refused: settlement }]);
}

/** What is left to do for a message that is in no outbox, of which its node was told: of the message it holds no more than has to be stored. */
export interface Told extends Pick<End, 'facts' | 'begin'> {
  refused?: Settlement;
}

/** Stores several; one that cannot be stored is in the way of no other. @throws SmsError SMS_STORE while the account is closed */
export async function keepTold(account: Account, all: readonly Told[]): Promise<void> {
  let left = all;
  await account.insist(async () => {
    const kept = await Promise.allSettled(left.map(({ facts }) => facts()));
    const done = left.filter((_told, i) => kept[i]?.status === 'fulfilled');
    left = left.filter((_told, i) => kept[i]?.status === 'rejected');
    const mayBeEarly = await account.tracker.mayBeEarly();
    for (const { refused, begin } of done) {
      counted(account, refused);
      begin(mayBeEarly);
    }
    for (const result of kept) if (result.status === 'rejected') throw result.reason;
  });
}

async function settleAway(account: Account, settlement: Settlement): Promise<void> {
  const { store, tell, giveUp } = settling(account, settlement);
  try {
    await account.insist(store);
    tell();
  } catch (error) {
    giveUp();
    throw error;
  }
}

export interface End {
  /** Stores it; may be asked again. */
  facts(): Promise<unknown>;
  say(node: Owner): unknown;
  /** The same in a letter. */
  body(): unknown;
  /** What follows when it was told. @param mayBeEarly false where no report has come before its receipt */
  begin(mayBeEarly?: boolean): Promise<void> | void;
}

function endOf(account: Account, settlement: Settlement): End {
  return settlement.error ? refused(account, settlement) : accepted(account, settlement);
}

function refused(account: Account, { entry, error }: Settlement & { error: SmsError }): End {
  const message = { ...known(entry), follow: entry.follow };
  return {
    // Whether it was sent may be unknown: then its key is kept.
    facts: () => (error.outcome === 'not-sent' ? freeKey(account.settings.store, entry) : Promise.resolve()),
    say: (node) => node.settled(message, { error }, account.reference),
    body: () => settledBody(message, { error }, account.reference),
    begin: () => {},
  };
}

function accepted(
  account: Account,
  { entry, accepted: answer, unfollowed = false }: Settlement & { error?: undefined },
): End {
  const follow = entry.follow && !unfollowed;
  const message = { ...known(entry), follow };
  const receipt = receiptOf(account, entry, answer);
  const { owner, context, life, createdAt, at } = entry;
  const told = follow ? owner : null;
  const { store, begin } = account.tracker.track(receipt, told, context, unfollowed, life, createdAt, at);
  return {
    facts: store,
    say: (node) => node.settled(message, { receipt }, account.reference),
    body: () => settledBody(message, { receipt }, account.reference),
    begin,
  };
}

/** One that is held has not failed: a person decides. @param settlement undefined for one that was sent */
function counted({ history }: Account, settlement?: Settlement): void {
  if (!settlement?.error) history.count('sent');
  else if (settlement.entry.state === 'held') history.watch();
  else history.refused(settlement.entry, settlement.error);
}

function known({ reference, to, attempts, context }: OutboxEntry) {
  return { reference, to, attempts, context };
}

function receiptOf(account: Account, entry: OutboxEntry, accepted: Accepted): Receipt {
  const { to, text, parts, alphabet, reference } = entry;
  const { id, batch, status, providerStatus, acceptedAt, raw } = accepted;
  return {
    id,
    ...(batch === undefined ? {} : { batch }),
    ...account.reference,
    to,
    sender: senderOf(account, entry),
    text,
    parts,
    alphabet,
    status,
    providerStatus,
    acceptedAt,
    reference,
    raw,
  };
}
