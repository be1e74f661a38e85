/** What went wrong with Redis, in a sentence that says what to do. */
import { SmsError } from '../sms/errors';

interface Trouble {
  /** In what the client or Redis says. */
  sign: RegExp;
  /** What is the matter and what to do, after the address. */
  says: string;
  /** It is the call's own fault: another try does no better. */
  own?: true;
}

/** By https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors and the codes of node:net. */
const TROUBLES: readonly Trouble[] = [
  { sign: /WRONGPASS|NOAUTH|invalid password|AUTH called/i, says: 'refuses the user or the password of the url.' },
  { sign: /NOPERM/, says: 'does not let the user of the url do what is needed; give it all commands on the keys.' },
  { sign: /^READONLY/, says: 'is a replica, which cannot be written to; give the url of the primary.' },
  { sign: /LOADING/, says: 'is still loading its data; it is asked again.' },
  { sign: /^OOM/, says: 'has no memory left (maxmemory); give it more.' },
  { sign: /^MISCONF/, says: 'cannot write to its disk; look after the disk.' },
  { sign: /^DENIED/, says: 'is in protected mode and lets nobody in from another machine; give it a password.' },
  { sign: /^(MOVED|CLUSTERDOWN|CROSSSLOT)/, says: 'is a cluster; give the url of one that stands alone.' },
  { sign: /DB index is out of range/, says: 'has no database of that number; correct the end of the url.' },
  { sign: /ENOTFOUND|EAI_AGAIN/, says: 'is not known by that name; correct the host in the url.' },
  {
    sign: /certificate|\bSSL\b|\bTLS\b|EPROTO/i,
    says: 'could not be reached by TLS; look at its certificate and at rediss:// in the url.',
  },
  {
    sign: /timed out|ETIMEDOUT/,
    says: 'does not answer; see that it runs, and that the url begins with rediss:// if it speaks TLS, else with redis://.',
  },
  { sign: /It is there already|It was taken back/, says: 'refused what is there already.', own: true },
  {
    sign: /ECONN|EHOST|ENET|EPIPE|closed|aborted|writeable|retries per request|BullMQ has not/i,
    says: 'cannot be reached; see that it runs and that the url is right.',
  },
];
const UNFORESEEN: Trouble = { sign: /^/, says: 'could not do it.' };

/**
 * Anything thrown, as SMS_STORE. What the client throws has the command in it, with its arguments: it goes no further.
 * @param address what may be shown of the url
 */
export function redisError(thrown: unknown, address: string): SmsError {
  if (thrown instanceof SmsError) return thrown;
  const message = detailOf(causeOf(thrown));
  const { says, own } = TROUBLES.find(({ sign }) => sign.test(message)) ?? UNFORESEEN;
  return new SmsError('SMS_STORE', `The Redis at ${address} ${says} (${message})`, { retryable: !own });
}

/** What was asked for may have been done: the connection broke, or the answer took too long. */
export class Unanswered extends SmsError {
  constructor({ message, retryable }: SmsError) {
    super('SMS_STORE', message, { retryable });
  }
}

/** What was asked for was behind a fence, and was not done. */
export class Fenced extends Error {}

/** Whether it is what Redis said, who has done nothing then. */
export function isAnswer(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'ReplyError';
}

/** Redis does not know a script that it was given before. */
export function isForgotten(thrown: unknown): boolean {
  return /^NOSCRIPT/.test(detailOf(causeOf(thrown)));
}

/** Of a transaction that was discarded: why. */
function causeOf(thrown: unknown): unknown {
  const errors = thrown instanceof Error && 'previousErrors' in thrown ? thrown.previousErrors : [];
  return (Array.isArray(errors) && errors[0]) || thrown;
}

/** Of several addresses that were tried node:net says only the code; of an unknown command Redis tells what came with it. */
function detailOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return (thrown.message || code || thrown.name).replace(/,? with args.*/s, '');
}

export function refused(address: string, says: string): SmsError {
  return new SmsError('SMS_STORE', `The Redis at ${address} ${says}`, { retryable: true });
}
