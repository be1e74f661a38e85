/** What an sms-send node is told of its messages, as it is said and as it is stored. */
import { SmsError, type SmsErrorCode, type SmsErrorDetails } from '../sms/errors';
import type { AccountReference, Receipt, StatusReport } from '../sms/types';
import type { Letter } from './post';

/** What a node needs to know of a message of its own that is settled. */
export interface SettledMessage {
  reference: string;
  to: string;
  attempts: number;
  /** Whether reports will follow an acceptance. */
  follow: boolean;
  /** As it was given with the message. */
  context: unknown;
}

export type Outcome = { receipt: Receipt; error?: undefined } | { error: SmsError; receipt?: undefined };

/**
 * A node that sends; told of every message of its own, whichever account sent it in the end. One that has to look
 * something up first answers with a promise, which rejects only when the node ends before it could tell.
 */
export interface Owner {
  /** A message that is held may be settled once more: when its fate is known after all, or it was sent again. */
  settled(message: SettledMessage, outcome: Outcome, account: AccountReference): unknown;
  moved(report: StatusReport, context: unknown): unknown;
}

type ErrorFacts = Omit<SmsErrorDetails, 'cause'> & { code: SmsErrorCode; message: string };

/** The account of a receipt is in the receipt. */
interface SettledBody {
  message: SettledMessage;
  receipt?: Receipt;
  error?: ErrorFacts;
  account?: AccountReference;
}

interface MovedBody {
  report: StatusReport;
  context: unknown;
}

export function settledBody(message: SettledMessage, { receipt, error }: Outcome, account: AccountReference): unknown {
  const body: SettledBody = receipt ? { message, receipt } : { message, error: factsOf(error), account };
  return body;
}

export function movedBody(report: StatusReport, context: unknown): unknown {
  const body: MovedBody = { report, context };
  return body;
}

/** Tells a node what a letter says. */
export function readOut({ kind, body }: Letter, owner: Owner): unknown {
  if (kind === 'moved') {
    const { report, context } = body as MovedBody;
    return owner.moved(report, context ?? null);
  }
  if (kind === 'settled') {
    const { message, receipt, error, account } = body as SettledBody;
    if (receipt) return owner.settled(message, { receipt }, referenceOf(receipt));
    if (error && account) return owner.settled(message, { error: errorOf(error) }, account);
  }
}

function referenceOf({ provider, account, accountName }: Receipt): AccountReference {
  return { provider, account, accountName };
}

function factsOf(error: SmsError): ErrorFacts {
  const { code, message, retryable, outcome, accountRefused } = error;
  const { httpStatus, providerCode, providerMessage, correlationId, retryAfter } = error;
  const said = { httpStatus, providerCode, providerMessage, correlationId, retryAfter };
  return { code, message, retryable, outcome, accountRefused, ...(said as SmsErrorDetails) };
}

function errorOf({ code, message, ...details }: ErrorFacts): SmsError {
  return new SmsError(code, message, details);
}
