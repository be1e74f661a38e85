/** How a node says that something failed: the code and what is known on `msg.sms`, the error to Catch, red status. */
import type { Node } from 'node-red';
import type { Account } from '../delivery/account';
import { type SmsError, toSmsError } from '../sms/errors';
import type { AccountReference } from '../sms/types';
import { Running } from '../store/running';
import type { Done, Message, Send, TakesInput } from './nodes';
import type { StatusLine } from './status';

export interface Circumstances {
  /** The account, or what is known of one that may be gone. */
  account?: Account | AccountReference | undefined;
  to?: string | undefined;
  attempts?: number;
}

/** Puts on the message what a Catch node is not told by the error itself. */
export function describe(message: Message, error: SmsError, { account, to, attempts }: Circumstances): Message {
  const reference = account && 'reference' in account ? account.reference : account;
  message.sms = {
    code: error.code,
    provider: reference?.provider ?? null,
    account: reference?.account ?? null,
    accountName: reference?.accountName ?? null,
    to: to ?? null,
    providerCode: error.providerCode ?? null,
    providerMessage: error.providerMessage ?? null,
    correlationId: error.correlationId ?? null,
    attempts: attempts ?? null,
  };
  return message;
}

type Handler = (message: Message, send: Send) => Promise<void>;

/**
 * Makes of a handler what takes each message that comes in. Whatever it throws reaches Catch and the status, never the
 * process; `done` is called once. What is known of the error beside its code is asked of `about`.
 */
export function taker(
  node: Node,
  status: StatusLine,
  about: (message: Message) => Circumstances,
  handle: Handler,
): TakesInput {
  const running = new Running();
  node.on('close', (_removed: boolean, done: () => void) => {
    running.over().then(() => done());
  });
  return (message, send, done) => {
    const handled = handle(message, send)
      .then(
        () => done(),
        (thrown) => fail(message, toSmsError(thrown), status, about, done),
      )
      // Node-RED itself refuses some messages, such as one that cannot be copied for a Catch node.
      .catch((error) => node.error(toSmsError(error).message));
    running.begin(handled);
  };
}

function fail(
  message: Message,
  error: SmsError,
  status: StatusLine,
  about: (m: Message) => Circumstances,
  done: Done,
): void {
  status.failed(error);
  describe(message, error, circumstances(message, about));
  done(error);
}

function circumstances(message: Message, about: (m: Message) => Circumstances): Circumstances {
  try {
    return about(message);
  } catch {
    // The account itself could not be found: that is the error.
    return {};
  }
}

/** Runs something that no message asked for; what it throws, at once or later, reaches Catch with an empty message. */
export async function guarded(
  node: Node,
  status: StatusLine,
  account: Account | undefined,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const error = toSmsError(thrown);
    status.failed(error);
    node.error(error, describe({} as Message, error, { account }));
  }
}

/** A message of its own to Catch, for one of several that failed. */
export function failOne(node: Node, message: Message, error: SmsError, circumstances: Circumstances): void {
  node.error(error, describe(message, error, circumstances));
}
