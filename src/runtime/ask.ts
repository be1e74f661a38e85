/** The work of sms-status: what became of one message, or of several. */
import type { Node, NodeAPI } from 'node-red';
import { SmsError } from '../sms/errors';
import type { StatusReport } from '../sms/types';
import { accountFor } from './account-of';
import { evaluator } from './evaluate';
import { failOne, onInput } from './fail';
import { type AccountNodeDef, type Message, numberOr } from './nodes';
import { StatusLine } from './status';

export interface StatusDef extends AccountNodeDef {
  wait: boolean;
  waitSeconds: number | string;
}

export function statusRequest(RED: NodeAPI, node: Node, config: StatusDef): void {
  const status = new StatusLine(RED, node);
  const evaluate = evaluator(RED, node, config, ['messageId'], { messageId: 'payload' });
  const closing = new AbortController();
  node.on('close', () => closing.abort());
  onInput(
    node,
    status,
    (message) => ({ account: accountFor(RED, config, message) }),
    async (message, send) => {
      const account = accountFor(RED, config, message);
      const { messageId } = await evaluate(message);
      const several = Array.isArray(messageId);
      const ids = (several ? messageId : [messageId]).map(idOf);
      if (ids.length === 0)
        throw new SmsError('SMS_INVALID_OPTION', 'The list of message ids is empty: there is nothing to ask about.');
      const wait = config.wait ? numberOr(config.waitSeconds, 60) * 1000 : 0;
      if (wait > 0) status.show('waiting');
      const answers = wait > 0 ? await account.waitUntilFinal(ids, wait, closing.signal) : await account.status(ids);
      const reports = answers.filter((answer): answer is StatusReport => !(answer instanceof SmsError));
      const errors = answers.filter((answer) => answer instanceof SmsError);
      if (!several || reports.length === 0) for (const error of errors) throw error;
      // One id that the vendor does not know must not cost the answers about the others.
      for (const error of errors) failOne(node, RED.util.cloneMessage(message), error, { account });
      const last = reports[reports.length - 1];
      if (last) status.show(last.status, several ? reports.length : '');
      message.payload = several ? reports : last;
      send(message);
    },
  );
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
