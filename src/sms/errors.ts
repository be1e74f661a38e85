/** The one error type of the package: a code to switch on, a sentence that says what to do. */

/** Every code an {@link SmsError} can carry. */
export type SmsErrorCode =
  | 'SMS_INVALID_NUMBER'
  | 'SMS_INVALID_SENDER'
  | 'SMS_INVALID_OPTION'
  | 'SMS_INVALID_TEXT'
  | 'SMS_EMPTY_TEXT'
  | 'SMS_TOO_LONG'
  | 'SMS_UNSUPPORTED'
  | 'SMS_CONFIG'
  | 'SMS_AUTH'
  | 'SMS_REJECTED'
  | 'SMS_RATE_LIMITED'
  | 'SMS_UNREACHABLE'
  | 'SMS_BAD_RESPONSE'
  | 'SMS_UNCERTAIN'
  | 'SMS_EXPIRED'
  | 'SMS_DUPLICATE'
  | 'SMS_OPTED_OUT'
  | 'SMS_STORE';

/**
 * What is known about a call that failed: `not-sent`, the vendor did not take it (safe to repeat or to give up);
 * `unknown`, it may have.
 */
export type Outcome = 'not-sent' | 'unknown';

/** What is known beside code and sentence. */
export interface SmsErrorDetails {
  /** Repeating the same call later may succeed. */
  retryable?: boolean;
  /** `not-sent` unless said otherwise. */
  outcome?: Outcome;
  /** The vendor refused the account itself (credentials, credit), not this message; or the account lacks what it takes to ask. */
  accountRefused?: boolean;
  /** HTTP status, when there was an answer. */
  httpStatus?: number;
  providerCode?: string;
  providerMessage?: string;
  /** The vendor's id of the call, for its support desk. */
  correlationId?: string;
  /** Milliseconds the vendor asked to wait. */
  retryAfter?: number;
  cause?: unknown;
}

const CONTROL = /\p{Cc}+/gu;

/** An error with a code and the way out, in one line. Nothing secret is ever put into one. */
export class SmsError extends Error {
  readonly code: SmsErrorCode;
  readonly retryable: boolean;
  readonly outcome: Outcome;
  readonly accountRefused: boolean;
  readonly httpStatus?: number;
  readonly providerCode?: string;
  readonly providerMessage?: string;
  readonly correlationId?: string;
  readonly retryAfter?: number;

  constructor(code: SmsErrorCode, message: string, details: SmsErrorDetails = {}) {
    // What a vendor or a flow says in it could write lines of the log, or to a terminal.
    super(message.replace(CONTROL, ' '), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SmsError';
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.outcome = details.outcome ?? 'not-sent';
    this.accountRefused = details.accountRefused ?? false;
    this.httpStatus = details.httpStatus;
    this.providerCode = details.providerCode;
    this.providerMessage = details.providerMessage;
    this.correlationId = details.correlationId;
    this.retryAfter = details.retryAfter;
  }

  /** The same facts under another code and sentence; the original becomes the cause. */
  as(code: SmsErrorCode, message: string, details: SmsErrorDetails = {}): SmsError {
    const { retryable, outcome, accountRefused, httpStatus, providerCode, providerMessage, correlationId, retryAfter } =
      this;
    const facts = {
      retryable,
      outcome,
      accountRefused,
      httpStatus,
      providerCode,
      providerMessage,
      correlationId,
      retryAfter,
    };
    return new SmsError(code, message, { ...facts, cause: this, ...details });
  }
}

/** Anything thrown, as an SmsError; what is not one already is a fault of ours or of the surroundings. */
export function toSmsError(error: unknown, code: SmsErrorCode = 'SMS_CONFIG'): SmsError {
  if (error instanceof SmsError) return error;
  return new SmsError(code, error instanceof Error ? error.message : String(error), { cause: error });
}
