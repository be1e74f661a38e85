/** The work of sms-length: what a text costs. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import { compose } from '../sms/compose';
import { measure } from '../sms/segments';
import type { AlphabetChoice, Measurement } from '../sms/types';
import { accountFor, accountIfAny } from './account-of';
import { evaluator } from './evaluate';
import { taker } from './fail';
import type { AccountNodeDef, Message, TakesInput } from './nodes';
import { StatusLine } from './status';

export interface LengthDef extends AccountNodeDef {
  alphabet: AlphabetChoice;
  ask: 'local' | 'provider';
}

export function lengthRequest(RED: NodeAPI, node: Node, config: LengthDef): TakesInput {
  const status = new StatusLine(RED, node);
  const evaluate = evaluator(RED, node, config, ['text', 'to'], { text: 'payload', to: 'to' });
  const alphabet = config.alphabet || 'auto';

  const measured = async (message: Message, text: unknown, to: unknown): Promise<Measurement> => {
    const asked = config.ask === 'provider' ? accountFor(RED, config, message) : undefined;
    const account = asked ?? used(RED, config, message);
    // An empty text costs nothing, which is an answer; only sending it is an error.
    if (text === '') return measure('', alphabet);
    if (asked) return asked.vendor.ask(text, alphabet, to);
    return account ? account.vendor.measure(text, alphabet) : compose(text, { alphabet });
  };

  return taker(
    node,
    status,
    (message) => ({ account: used(RED, config, message) }),
    async (message, send) => {
      const { text, to } = await evaluate(message);
      const measurement = await measured(message, text, to);
      status.show('done', `${measurement.parts} × ${measurement.alphabet}`);
      // Spread, since its list of characters is made when it is first read: a flow is given plain data.
      message.payload = { ...measurement };
      send(message);
    },
  );
}

/** Counting by ourselves needs no account; but a vendor may show a text in its own way. */
function used(RED: NodeAPI, config: LengthDef, message: Message): Account | undefined {
  return message.account ? accountFor(RED, config, message) : accountIfAny(RED, config);
}
