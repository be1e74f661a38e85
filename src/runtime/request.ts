/** The work of sms-request: any documented operation of the vendor, with its own parameters, or one of the account's own. */
import type { Node, NodeAPI } from 'node-red';
import { Desk } from '../delivery/desk';
import { SmsError } from '../sms/errors';
import { accountFor } from './account-of';
import { evaluator } from './evaluate';
import { taker } from './fail';
import type { AccountNodeDef, TakesInput } from './nodes';
import { StatusLine } from './status';

export interface RequestDef extends AccountNodeDef {
  operation: string;
  all: boolean;
}

export function operationRequest(RED: NodeAPI, node: Node, config: RequestDef): TakesInput {
  const status = new StatusLine(RED, node);
  const evaluate = evaluator(RED, node, config, ['params']);
  return taker(
    node,
    status,
    (message) => ({ account: accountFor(RED, config, message) }),
    async (message, send) => {
      const account = accountFor(RED, config, message);
      if (!config.operation) throw new SmsError('SMS_CONFIG', 'No operation is chosen: open the node and choose one.');
      const line = Desk.has(config.operation) ? new Desk(account) : account.vendor;
      const params = paramsOf((await evaluate(message)).params);
      status.show('waiting');
      if (!config.all) {
        message.payload = await line.call(config.operation, params);
        send(message);
        status.show('done');
        return;
      }
      let index = 0;
      let held: unknown;
      const group = RED.util.generateId();
      // A page is sent on when the next one is known, so that the last one can say how many there were.
      const give = (payload: unknown, count?: number) => {
        const parts = { id: group, index: index++, type: 'array', ...(count === undefined ? {} : { count }) };
        send({ ...RED.util.cloneMessage(message), payload, parts });
        status.show('received', index);
      };
      let first = true;
      for await (const page of await line.pages(config.operation, params)) {
        if (!first) give(held);
        held = page;
        first = false;
      }
      give(held, index + 1);
    },
  );
}

/** @throws SmsError SMS_INVALID_OPTION */
function paramsOf(params: unknown): Record<string, unknown> {
  if (params === undefined || params === null || params === '') return {};
  if (typeof params === 'object' && !Array.isArray(params)) return params as Record<string, unknown>;
  throw new SmsError(
    'SMS_INVALID_OPTION',
    'The parameters must be an object with the names that the vendor uses, such as {"message": "Hello"}.',
  );
}
