/** ZoomConnect over HTTP: JSON asked for and, should XML or bare text come all the same, those read too. */
import { SmsError } from '../../sms/errors';
import { refusal } from '../classify';
import type { HttpRequest, HttpResponse } from '../http';
import { readJson } from '../json';
import type { AccountFacts, Credentials, Operation, Params, Settings, Wire } from '../provider';
import { jsonRequest, parseJson } from '../rest';
import { withVendorDates } from './dates';
import { byUrlToken } from './operations/sms';
import { faultIn, refusedWith } from './refused';
import { readXml } from './xml';

export const LABEL = 'ZoomConnect';

export const wire: Wire = { request, result, fault: ({ body }) => faultIn(readable(body)) };

/** "Authentication": headers, Basic, or the query, which is for tests only. */
export const WAYS = ['headers', 'basic', 'query'] as const;
type Way = (typeof WAYS)[number];

/** None for the call whose URL authenticates. */
export function headers(
  { email = '', token = '' }: Credentials,
  _token: string | undefined,
  settings: Settings,
  operation: Operation,
): Record<string, string> {
  const way = wayOf(settings);
  if (byUrlToken(operation) || way === 'query') return {};
  if (way === 'headers') return { email, token };
  return { authorization: `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}` };
}

function request(operation: Operation, params: Params, baseUrl: string, account: AccountFacts): HttpRequest {
  const made = jsonRequest(operation, withVendorDates(params), baseUrl);
  return { ...withoutEmptyBody(made), url: signed(made.url, operation, account) };
}

/** A POST whose parameters are all in its address has no body, in the vendor's own samples neither. */
function withoutEmptyBody(made: HttpRequest): HttpRequest {
  if (made.body !== '{}') return made;
  const { body: _body, headers: { 'content-type': _type, ...others } = {}, ...rest } = made;
  return { ...rest, headers: others };
}

/** @throws SmsError SMS_CONFIG without the token that the path ends in */
function signed(url: string, operation: Operation, { credentials, settings }: AccountFacts): string {
  const { email = '', token = '', urlToken } = credentials;
  const [path = '', search = ''] = url.split('?', 2);
  const query = new URLSearchParams({ email, token });
  if (!byUrlToken(operation)) return wayOf(settings) === 'query' ? `${path}?${search && `${search}&`}${query}` : url;
  if (urlToken) return `${path}/${encodeURIComponent(urlToken)}?${search}`;
  throw new SmsError('SMS_CONFIG', 'The account lacks urlToken, the URL sending token: open it and fill it in.');
}

/** @throws SmsError SMS_CONFIG */
function wayOf({ authentication }: Settings): Way {
  if (authentication === undefined || authentication === null || authentication === '') return 'headers';
  const way = WAYS.find((one) => one === authentication);
  if (way) return way;
  throw new SmsError('SMS_CONFIG', 'The authentication of a ZoomConnect account is headers, basic or query.');
}

/** @throws SmsError SMS_BAD_RESPONSE, or the refusal that came with a success */
function result(_operation: Operation, response: HttpResponse): unknown {
  const answer = readable(response.body);
  // The error for what cannot be read is the same for every vendor.
  if (answer === UNREADABLE) return parseJson(LABEL, { ...response, body: '' });
  const meaning = refusedWith(answer);
  if (meaning !== undefined) throw refusal(LABEL, response, faultIn(answer), meaning);
  return answer;
}

const UNREADABLE = Symbol('unreadable');
/** A bare value of analyse/* or send-url is a line; what is longer is somebody else's page. */
const LONGEST_LINE = 300;

/** JSON, XML, a bare word or number, or nothing (null). */
function readable(body: string): unknown {
  const text = body.replace(/^\uFEFF/, '').trim();
  try {
    if (text === '') return null;
    if (text.startsWith('<')) return readXml(text);
    if (/^(?:[[{"]|true$|false$|null$)/.test(text)) return readJson(text);
  } catch {
    return UNREADABLE;
  }
  // Digits and an e may be an id of hex digits rather than a number.
  if (String(Number(text)) === text) return Number(text);
  return text.length <= LONGEST_LINE && !text.includes('\n') ? text : UNREADABLE;
}
