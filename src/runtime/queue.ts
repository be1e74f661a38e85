/** The work of sms-status-queue: news of the messages that are still on their way. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import type { StatusReport } from '../sms/types';
import { accountFor, accountIfAny, accountOf } from './account-of';
import { guarded, taker } from './fail';
import { type AccountNodeDef, type Message, numberOr, type Send, type TakesInput } from './nodes';
import { Repeater } from './poll';
import { sharedOf } from './registry';
import { whenStarted } from './started';
import { StatusLine } from './status';

export interface QueueDef extends AccountNodeDef {
  interval: number | string;
  limit: number | string;
}

export function statusQueue(RED: NodeAPI, node: Node, config: QueueDef): TakesInput {
  const status = new StatusLine(RED, node);
  const interval = numberOr(config.interval, 0) * 1000;
  const limit = numberOr(config.limit, 0) || 200;

  const read = async (account: Account, every: number | null, message: Message, send: Send) => {
    const count = await account.news({ reader: node.id, limit, every }, (report) => {
      send({ ...RED.util.cloneMessage(message), payload: report });
    });
    if (count > 0) status.show('received', count);
    else status.show('listening');
  };

  /** What was read before, and not told before the process ended. */
  const readLeft = async (account: Account) => {
    const give = (payload: StatusReport) => node.send({ _msgid: RED.util.generateId(), payload });
    const count = await account.newsLeft(node.id, give);
    if (count > 0) status.show('received', count);
  };

  const repeater = new Repeater(node, interval, () =>
    guarded(node, status, accountIfAny(RED, config), () =>
      read(accountOf(RED, config), interval, { _msgid: RED.util.generateId() }, (message) => node.send(message)),
    ),
  );
  whenStarted(RED, node, () => {
    for (const account of sharedOf(RED).accounts.all()) {
      repeater.between(() => guarded(node, status, account, () => readLeft(account))).catch(() => {});
    }
  });
  const own = accountIfAny(RED, config);
  const attend = (attends: boolean) => {
    for (const account of sharedOf(RED).accounts.all()) account.attendNews(node.id, attends && account === own);
  };
  attend(true);
  node.on('close', (removed: boolean, done: () => void) => {
    // What is found out while it is deployed again waits for it.
    if (removed) attend(false);
    done();
  });
  // While this node asks by itself, the account need not.
  if (interval > 0) {
    const end = own?.tracker.addFeeder('sweep');
    node.on('close', () => end?.());
  }
  return taker(
    node,
    status,
    (message) => ({ account: accountFor(RED, config, message) }),
    (message, send) => repeater.between(() => read(accountFor(RED, config, message), null, message, send)),
  );
}
