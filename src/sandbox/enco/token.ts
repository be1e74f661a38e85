/** Enco's bearer tokens: how a client gets one, and how a call shows it. The document leaves both to "the authentication API". */
import type { Answer, WireRequest } from '../server';
import type { Account, Enco, Token } from './account';
import { invalidCredentials, jsonAnswer, missingCredentials } from './answers';

const DEFAULT_LIFETIME = 3600;

/** The bearer of a call. @throws Fault 900902 without a token, 900901 for one that is unknown or over */
export function bearer({ world, tokens }: Enco, { headers }: WireRequest): Token {
  const value = /^Bearer +(\S+) *$/.exec(headers.authorization ?? '')?.[1];
  if (!value) throw missingCredentials();
  const token = tokens.get(value);
  if (!token) throw invalidCredentials();
  if (token.expires > world.clock.now()) return token;
  tokens.delete(value);
  throw invalidCredentials();
}

/** `POST /token`, the OAuth 2 client-credentials grant; errors as RFC 6749, 5.2 has them. */
export function grantToken(enco: Enco, request: WireRequest): Answer {
  if (request.method !== 'POST') return tokenError(enco, 405, 'invalid_request', 'The token endpoint takes POST');
  const form = formOf(request);
  const grant = form.get('grant_type') ?? request.query.get('grant_type');
  if (!grant) return tokenError(enco, 400, 'invalid_request', 'Missing grant_type parameter value');
  if (grant !== 'client_credentials')
    return tokenError(enco, 400, 'unsupported_grant_type', `Unsupported grant: ${grant}`);
  const account = authenticate(enco, request, form);
  if (!account) return tokenError(enco, 401, 'invalid_client', 'Client Authentication failed.');
  const scope = form.get('scope') ?? request.query.get('scope') ?? 'am_application_scope default';
  return tokenAnswer(enco, issueToken(enco, account), scope);
}

function tokenAnswer({ world, assume }: Enco, token: Token, scope: string): Answer {
  const seconds = Math.ceil((token.expires - world.clock.now()) / 1000);
  const answer = {
    access_token: token.value,
    scope,
    ...(scope.split(' ').includes('openid') ? { id_token: idToken(token.account) } : {}),
    token_type: 'Bearer',
    expires_in: assume.expiresInAsString ? String(seconds) : seconds,
  };
  return jsonAnswer(200, answer, { 'Cache-Control': 'no-store', Pragma: 'no-cache' }, { ...assume, prettyJson: false });
}

function tokenError({ assume }: Enco, status: number, error: string, description: string): Answer {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
  if (status === 401) headers['WWW-Authenticate'] = 'Basic realm="EnCo"';
  if (status === 405) headers.Allow = 'POST';
  return jsonAnswer(status, { error, error_description: description }, headers, { ...assume, prettyJson: false });
}

function issueToken({ world, assume, tokens }: Enco, account: Account): Token {
  const now = world.clock.now();
  for (const token of tokens.values()) {
    if (token.expires <= now) tokens.delete(token.value);
    else if (assume.tokenReused && token.account === account) return token;
  }
  const lifetime = world.options.tokenLifetime ?? DEFAULT_LIFETIME;
  const token = { value: world.ids.hex(16), account, expires: now + lifetime * 1000 };
  tokens.set(token.value, token);
  return token;
}

/** By HTTP Basic, else by the form, else by the query. */
function authenticate({ assume, accounts }: Enco, request: WireRequest, form: URLSearchParams): Account | undefined {
  const basic = /^Basic +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const sources = [
    assume.acceptFormCredentials ? form : undefined,
    assume.acceptQueryCredentials ? request.query : undefined,
  ];
  const named = sources.find((source) => source?.has('client_id'));
  const [id, secret] = basic
    ? splitOnce(Buffer.from(basic, 'base64').toString('utf8'))
    : [named?.get('client_id') ?? '', named?.get('client_secret') ?? ''];
  return accounts.find(({ clientId, clientSecret }) => clientId === id && clientSecret === secret);
}

function splitOnce(pair: string): [string, string] {
  const colon = pair.indexOf(':');
  return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
}

function formOf({ headers, body }: WireRequest): URLSearchParams {
  const isForm = (headers['content-type'] ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');
  return new URLSearchParams(isForm ? body : '');
}

/** An unsigned JWT: OpenID's form, nobody's identity. */
function idToken({ clientId }: Account): string {
  const piece = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${piece({ alg: 'none', typ: 'JWT' })}.${piece({ iss: 'sandbox', sub: clientId })}.`;
}
