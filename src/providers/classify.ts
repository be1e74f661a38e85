/** What an answer that is not a success means for the message: one table for all vendors. */
import { SmsError, type SmsErrorCode, type SmsErrorDetails } from '../sms/errors';
import type { HttpResponse } from './http';
import type { Fault } from './provider';

interface Class extends Pick<SmsErrorDetails, 'outcome' | 'retryable' | 'accountRefused'> {
  code: SmsErrorCode;
  advice: string;
}

const REFUSED: Class = { code: 'SMS_REJECTED', advice: 'Correct what the vendor names and send again.' };
const MOVED: Class = {
  code: 'SMS_BAD_RESPONSE',
  advice: 'The address redirects; set the base URL of the account to the right one.',
};
const UNKNOWN: Class = {
  code: 'SMS_BAD_RESPONSE',
  outcome: 'unknown',
  retryable: true,
  advice: 'The vendor has a fault; look at its status page if this goes on.',
};

const BY_STATUS: Record<number, Class> = {
  // 302 and 303 may follow a POST that was carried out; the other redirects say that nothing was.
  301: MOVED,
  304: { code: 'SMS_REJECTED', advice: 'Nothing was changed: there is no such thing, or it is too late for it.' },
  307: MOVED,
  308: MOVED,
  401: { code: 'SMS_AUTH', accountRefused: true, advice: 'Check the credentials of the account.' },
  402: { code: 'SMS_REJECTED', accountRefused: true, advice: 'The account has no credit left: top it up.' },
  403: { code: 'SMS_AUTH', accountRefused: true, advice: 'The account is not allowed to do this: ask the vendor.' },
  408: { ...UNKNOWN, code: 'SMS_UNREACHABLE' },
  425: { code: 'SMS_RATE_LIMITED', retryable: true, advice: 'Send again later.' },
  429: { code: 'SMS_RATE_LIMITED', retryable: true, advice: 'Lower the rate of the account or send later.' },
  502: { ...UNKNOWN, code: 'SMS_UNREACHABLE' },
  503: { code: 'SMS_UNREACHABLE', retryable: true, advice: 'The vendor is out of service for the moment; send later.' },
  504: { ...UNKNOWN, code: 'SMS_UNREACHABLE' },
};

/**
 * The error for a refusal; everything from the vendor is cut to a length that a log can bear.
 * @param meaning the HTTP status that says what is meant, of a vendor that refuses with another one
 */
export function refusal(label: string, response: HttpResponse, fault: Fault, meaning = response.status): SmsError {
  const { status } = response;
  const { code, advice, ...what } = BY_STATUS[meaning] ?? (meaning >= 400 && meaning < 500 ? REFUSED : UNKNOWN);
  const providerCode = fault.code?.slice(0, 100);
  const providerMessage = fault.message?.slice(0, 500);
  const said = [providerCode, providerMessage].filter(Boolean).join(': ');
  const answered = meaning === status ? `answered ${status}` : 'refused';
  return new SmsError(code, `${label} ${answered}${said ? ` (${said})` : ''}. ${advice}`, {
    ...what,
    ...(fault.accountRefused && what.outcome !== 'unknown' ? { accountRefused: true } : {}),
    httpStatus: status,
    providerCode,
    providerMessage,
    correlationId: fault.correlationId?.slice(0, 200),
    retryAfter: retryAfter(response.headers['retry-after']),
  });
}

const LONGEST_WAIT = 3600_000;

/** Milliseconds, out of seconds or an HTTP date (RFC 9110, 10.2.3); a time that is over says nothing of how long to wait. */
function retryAfter(header = ''): number | undefined {
  const value = header.trim();
  const isDate = /^[A-Z][a-z]+, .* GMT$/.test(value);
  const wait = isDate ? Date.parse(value) - Date.now() : /^\d+$/.test(value) ? Number(value) * 1000 : 0;
  return wait > 0 ? Math.min(wait, LONGEST_WAIT) : undefined;
}
