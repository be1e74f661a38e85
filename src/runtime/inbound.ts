/** The work of sms-inbound-poll: what phones wrote, each SMS once, oldest first. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import { INBOUND } from '../delivery/inbox';
import { verbOf } from '../providers/capabilities';
import { SmsError } from '../sms/errors';
import { toInstant } from '../sms/time';
import type { InboundMessage } from '../sms/types';
import { accountFor, accountIfAny, accountOf } from './account-of';
import { evaluator } from './evaluate';
import { guarded, taker } from './fail';
import { mailOf } from './mail';
import { type AccountNodeDef, type Message, numberOr, type Send, type TakesInput } from './nodes';
import { Repeater } from './poll';
import { sharedOf } from './registry';
import { whenStarted } from './started';
import { StatusLine } from './status';

export interface InboundDef extends AccountNodeDef {
  interval: number | string;
  limit: number | string;
  markRead: boolean;
}

export function inboundPoll(RED: NodeAPI, node: Node, config: InboundDef): TakesInput {
  const status = new StatusLine(RED, node);
  const evaluate = evaluator(RED, node, config, ['address', 'since']);

  const limit = numberOr(config.limit, 0);
  const interval = numberOr(config.interval, 0) * 1000;

  const poll = async (account: Account, every: number | null, message: Message, send: Send) => {
    verbOf(account.provider, 'inbound');
    const { address, since } = await evaluate(message);
    const request = {
      reader: node.id,
      address: addressOf(address),
      since: toInstant(since),
      limit: limit > 0 ? limit : Number.MAX_SAFE_INTEGER,
      markRead: config.markRead === true,
      every,
    };
    const count = await account.inbox.poll(request, (sms) => {
      send({ ...RED.util.cloneMessage(message), topic: sms.from, payload: sms });
    });
    if (count > 0) status.show('received', count);
    else status.show('listening');
  };

  /** A mail that passes on what a phone wrote takes the place of asking. */
  const take = async (account: Account, message: Message, send: Send) => {
    const mail = account.provider.mail ? mailOf(message) : null;
    if (!mail) return poll(account, null, message, send);
    const row = account.provider.mail?.read(mail, account.settings.region);
    if (row) await account.inbox.offer(node.id, row, (sms) => send({ ...message, topic: sms.from, payload: sms }));
    status.show('received');
  };

  // What came in before, and was not given to the flow before the process ended.
  whenStarted(RED, node, () => {
    const leaveAccounts = sharedOf(RED).accounts.attend(node.id, ({ kind, body }) => {
      if (kind !== INBOUND) return;
      const { from } = body as InboundMessage;
      node.send({ _msgid: RED.util.generateId(), topic: from, payload: body });
      status.show('received');
    });
    node.on('close', leaveAccounts);
  });

  const repeater = new Repeater(node, interval, () =>
    guarded(node, status, accountIfAny(RED, config), () =>
      poll(accountOf(RED, config), interval, { _msgid: RED.util.generateId() }, (message) => node.send(message)),
    ),
  );
  return taker(
    node,
    status,
    (message) => ({ account: accountFor(RED, config, message) }),
    (message, send) => repeater.between(() => take(accountFor(RED, config, message), message, send)),
  );
}

/** @throws SmsError SMS_INVALID_OPTION */
function addressOf(given: unknown): string | null {
  if (given === undefined || given === null || given === '') return null;
  if (typeof given === 'string' || typeof given === 'number') return String(given).trim();
  throw new SmsError(
    'SMS_INVALID_OPTION',
    'The address must be text, such as a short code; or leave it empty for all.',
  );
}
