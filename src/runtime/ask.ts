/** The work of sms-status: what became of one message, or of several. */
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import { SmsError } from '../sms/errors';
import type { StatusReport } from '../sms/types';
import { accountFor } from './account-of';
import { evaluator } from './evaluate';
import { failOne, taker } from './fail';
import { type AccountNodeDef, type Message, numberOr, type TakesInput } from './nodes';
import { sharedOf } from './registry';
import { StatusLine } from './status';

export interface StatusDef extends AccountNodeDef {
  wait: boolean;
  waitSeconds: number | string;
}

export function statusRequest(RED: NodeAPI, node: Node, config: StatusDef): TakesInput {
  const status = new StatusLine(RED, node);
  const evaluate = evaluator(RED, node, config, ['messageId'], { messageId: 'payload' });
  const { accounts } = sharedOf(RED);
  /** A receipt knows which account sent it, which a fallback may have been. */
  const ownerOf = (given: unknown) => {
    const id = typeof given === 'object' && given !== null ? (given as Message).account : undefined;
    return typeof id === 'string' ? accounts.get(id) : undefined;
  };
  const closing = new AbortController();
  node.on('close', () => closing.abort());
  return taker(
    node,
    status,
    (message) => ({ account: accountFor(RED, config, message) }),
    async (message, send) => {
      const account = accountFor(RED, config, message);
      const { messageId } = await evaluate(message);
      const several = Array.isArray(messageId);
      const asked = (several ? messageId : [messageId]).map((given) => ({
        id: idOf(given),
        account: ownerOf(given) ?? account,
      }));
      if (asked.length === 0)
        throw new SmsError('SMS_INVALID_OPTION', 'The list of message ids is empty: there is nothing to ask about.');
      const wait = config.wait ? numberOr(config.waitSeconds, 60) * 1000 : 0;
      if (wait > 0) status.show('waiting');
      const answers = await answersOf(asked, (one, ids) =>
        wait > 0 ? one.waitUntilFinal(ids, wait, closing.signal) : one.status(ids),
      );
      const reports = answers.filter((answer): answer is StatusReport => !(answer instanceof SmsError));
      const errors = answers.filter((answer) => answer instanceof SmsError);
      // One id that the vendor does not know must not cost the answers about the others.
      const lastError = reports.length === 0 ? errors.pop() : undefined;
      for (const error of errors) failOne(node, RED.util.cloneMessage(message), error, { account });
      if (lastError) throw lastError;
      const last = reports[reports.length - 1];
      if (last) status.show(last.status, several ? reports.length : '');
      message.payload = several ? reports : last;
      send(message);
    },
  );
}

/** Each account is asked once, for all of its own; the answers come in the order of the questions. */
async function answersOf(
  asked: readonly { id: string; account: Account }[],
  ask: (account: Account, ids: string[]) => Promise<(StatusReport | SmsError)[]>,
): Promise<(StatusReport | SmsError)[]> {
  const answers: (StatusReport | SmsError)[] = [];
  const groups = Map.groupBy(asked.entries(), ([, { account }]) => account);
  const work = [...groups].map(async ([account, group]) => {
    const found = await ask(
      account,
      group.map(([, { id }]) => id),
    );
    for (const [n, [place]] of group.entries()) {
      const answer = found[n];
      if (answer) answers[place] = answer;
    }
  });
  await Promise.all(work);
  return answers;
}

/** @throws SmsError SMS_INVALID_OPTION */
function idOf(given: unknown): string {
  const id = typeof given === 'object' && given !== null ? (given as Message).id : given;
  if ((typeof id === 'string' && id.trim() !== '') || (typeof id === 'number' && Number.isFinite(id)))
    return String(id).trim();
  throw new SmsError(
    'SMS_INVALID_OPTION',
    'There is no message id: give the id of a message, the receipt of sms-send, or an array of either.',
  );
}
