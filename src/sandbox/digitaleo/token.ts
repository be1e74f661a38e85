/** Digitaleo's bearer tokens: how an application gets one (§1.1.2), and how a call shows it (§1.1.3). */
import type { Answer, WireRequest } from '../server';
import type { Account, Digitaleo, Token } from './account';
import { Fault, HEADERS, unauthorized } from './answers';
import type { Params } from './params';
import { bodyParams } from './params';

const DEFAULT_LIFETIME = 3600;

/** The bearer of a call; `Bearer` is case-sensitive (§1.1.3). @throws Fault 401 */
export function bearer({ world, tokens }: Digitaleo, { headers }: WireRequest): Token {
  const token = tokens.get(/^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
  if (!token) throw unauthorized();
  if (token.expires > world.clock.now()) return token;
  tokens.delete(token.value);
  throw unauthorized();
}

/** `POST /token`, by form or, as one public client does, by multipart. The document has no other error than `invalid_client`. */
export function grantToken(digitaleo: Digitaleo, request: WireRequest): Answer {
  if (request.method !== 'POST')
    return refusal(405, 'invalid_request', 'The token endpoint takes POST', { Allow: 'POST' });
  const params = formOf(request);
  if (!params?.grant_type) return refusal(400, 'invalid_request', 'The grant type was not specified');
  if (params.grant_type !== 'client_credentials') {
    return refusal(400, 'unsupported_grant_type', 'The grant type is not supported');
  }
  const account = digitaleo.accounts.find(
    ({ clientId, clientSecret }) => clientId === params.client_id && clientSecret === params.client_secret,
  );
  if (!account) return refusal(400, 'invalid_client', 'The client credentials are invalid');
  const { value, expires } = issue(digitaleo, account);
  const seconds = Math.ceil((expires - digitaleo.world.clock.now()) / 1000);
  const expires_in = digitaleo.assume.expiresInAsString ? String(seconds) : seconds;
  return json(200, { access_token: value, expires_in, token_type: 'bearer', scope: 'basic' });
}

function formOf(request: WireRequest): Params | undefined {
  try {
    return bodyParams(request);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** The head of the document's example, then as many characters as a token is to have. */
function issue({ world, assume, tokens }: Digitaleo, account: Account): Token {
  const now = world.clock.now();
  for (const { value, expires } of tokens.values()) if (expires <= now) tokens.delete(value);
  const head = `eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.${Buffer.from(world.ids.hex(24)).toString('base64url')}`;
  const value = head.padEnd(assume.tokenLength, '.sandbox');
  const token = { value, account, expires: now + (world.options.tokenLifetime ?? DEFAULT_LIFETIME) * 1000 };
  tokens.set(value, token);
  return token;
}

function refusal(status: number, error: string, description: string, headers: Record<string, string> = {}): Answer {
  return json(status, { error, error_description: description }, headers);
}

function json(status: number, value: object, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { ...HEADERS, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}
