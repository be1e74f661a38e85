/** Which account a node uses, and which one a message asks for instead. */
import type { NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import { SmsError } from '../sms/errors';
import type { AccountNodeDef, Message, ProviderNode } from './nodes';
import { sharedOf } from './registry';

/**
 * The account of a node. @throws SmsError SMS_CONFIG when none is chosen, it is gone, disabled or not filled in
 */
export function accountOf(RED: NodeAPI, config: Pick<AccountNodeDef, 'provider'>): Account {
  const found = config.provider ? (RED.nodes.getNode(config.provider) as ProviderNode | null) : null;
  if (found?.account) return found.account;
  if (found?.trouble) throw found.trouble;
  const sentence = config.provider
    ? 'The account of this node is missing or disabled: open the node and choose one.'
    : 'No account is chosen: open the node and add or choose one.';
  throw new SmsError('SMS_CONFIG', sentence);
}

/** The account in `msg.account`, else the node's own. @throws SmsError SMS_CONFIG */
export function accountFor(RED: NodeAPI, config: Pick<AccountNodeDef, 'provider'>, message: Message): Account {
  const asked = message.account;
  if (asked === undefined || asked === null || asked === '') return accountOf(RED, config);
  return sharedOf(RED).accounts.find(asked);
}

/** The account of a node, or of a message, or undefined: for what must not fail. */
export function accountIfAny(
  RED: NodeAPI,
  config: Pick<AccountNodeDef, 'provider'>,
  message: Message = {} as Message,
): Account | undefined {
  try {
    return accountFor(RED, config, message);
  } catch {
    return undefined;
  }
}
