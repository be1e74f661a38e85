/** The work of sms-status-queue: news of the messages that are still on their way. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import { accountFor, accountIfAny, accountOf } from './account-of';
import { guarded, onInput } from './fail';
import { type AccountNodeDef, type Message, numberOr, type Send } from './nodes';
import { Repeater } from './poll';
import { StatusLine } from './status';

export interface QueueDef extends AccountNodeDef {
  interval: number | string;
  limit: number | string;
}

export function statusQueue(RED: NodeAPI, node: Node, config: QueueDef): void {
  const status = new StatusLine(RED, node);
  const interval = numberOr(config.interval, 0);
  const limit = numberOr(config.limit, 0) || 200;

  const drain = async (which: 'due' | 'open', account: Account, message: Message, send: Send) => {
    const count = await account.news(limit, which, (report) => {
      send({ ...RED.util.cloneMessage(message), payload: report });
    });
    if (count > 0) status.show('received', count);
    else status.show('listening');
  };

  const repeater = new Repeater(node, interval * 1000, () =>
    guarded(node, status, accountIfAny(RED, config), () =>
      drain('due', accountOf(RED, config), { _msgid: RED.util.generateId() }, (message) => node.send(message)),
    ),
  );
  // While this node asks by itself, the account need not.
  if (interval > 0) {
    const end = accountIfAny(RED, config)?.tracker.addFeeder('sweep');
    node.on('close', () => end?.());
  }
  onInput(
    node,
    status,
    (message) => ({ account: accountFor(RED, config, message) }),
    (message, send) => repeater.between(() => drain('open', accountFor(RED, config, message), message, send)),
  );
}
