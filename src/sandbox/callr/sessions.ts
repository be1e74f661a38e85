/** Who may call: a password, a key or a session in `Authorization`, on behalf of another account if `CALLR-Login-As` says so. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Account, Call, Callr, Session } from './account';
import { text } from './check';
import { toDatetime } from './datetime';
import { unauthorized, wrongValue } from './rpc';

const DEFAULT_LIFETIME = 3600;

/** @throws HttpFault 401 when nobody is let in, or the account to be acted for is not here */
export function authenticate(callr: Callr, headers: IncomingHttpHeaders): Pick<Call, 'account' | 'session'> {
  const [scheme = '', value = ''] = (headers.authorization ?? '').trim().split(/\s+/, 2);
  const entered = ENTRIES.get(scheme.toLowerCase())?.(callr, value);
  if (!entered) throw unauthorized();
  const loginAs = headers['callr-login-as'];
  if (loginAs === undefined) return entered;
  const account = actedFor(callr, String(loginAs));
  if (!account) throw unauthorized();
  return { ...entered, account };
}

type Entry = (callr: Callr, value: string) => Pick<Call, 'account' | 'session'> | undefined;

const ENTRIES: ReadonlyMap<string, Entry> = new Map<string, Entry>(
  Object.entries({
    basic: ({ accounts }, value) => {
      const pair = Buffer.from(value, 'base64').toString('utf8');
      const account = accounts.find(({ login, password }) => login !== '' && pair === `${login}:${password}`);
      return account && { account };
    },
    'api-key': ({ accounts }, value) => {
      const account = accounts.find(({ apiKey }) => apiKey !== '' && value === apiKey);
      return account && { account };
    },
    session: ({ sessions, world }, value) => {
      const session = sessions.get(value);
      return session && session.expires > world.clock.now() ? { account: session.account, session } : undefined;
    },
  }),
);

/** `user.login <login>` or `account.hash <hash>`, in any case. Every account here may act for every other one. */
function actedFor({ accounts }: Callr, header: string): Account | undefined {
  const [, kind = '', name = ''] = /^\s*(user\.login|account\.hash)\s+(\S+)\s*$/i.exec(header) ?? [];
  const key = kind.toLowerCase() === 'user.login' ? 'login' : 'hash';
  return kind ? accounts.find((account) => account[key].toLowerCase() === name.toLowerCase()) : undefined;
}

/** `session.create()`: the names of the answer are the vendor's, their forms an assumption. */
export function createSession({ callr, account }: Call): object {
  const { world, sessions } = callr;
  const lifetime = (world.options.tokenLifetime ?? DEFAULT_LIFETIME) * 1000;
  const session: Session = {
    token: world.ids.hex(20),
    refreshToken: world.ids.hex(20),
    account,
    expires: world.clock.now() + lifetime,
  };
  sessions.set(session.token, session);
  for (const oldest of sessions.keys()) if (sessions.size > world.keep) sessions.delete(oldest);
  return { token: session.token, valid_until: validUntil(session), refresh_token: session.refreshToken };
}

/** `session.refresh(refresh_token)`: a new session in place of the old one; the parameter is an assumption. */
export function refreshSession(call: Call): object {
  const { callr, account, params } = call;
  const wanted = text(params[0], 'refresh_token');
  const old = ownSessions(callr, account).find(({ refreshToken }) => refreshToken === wanted);
  if (!old) throw wrongValue('refresh_token');
  callr.sessions.delete(old.token);
  return createSession(call);
}

/** `session.delete(token)`: without a token, the session that calls; assumption. */
export function deleteSession({ callr, account, session, params }: Call): boolean {
  const token = params[0] === undefined || params[0] === null ? session?.token : text(params[0], 'token');
  if (token === undefined || callr.sessions.get(token)?.account !== account) throw wrongValue('token');
  return callr.sessions.delete(token);
}

/** `session.all()`. */
export function allSessions({ callr, account }: Call): object[] {
  return ownSessions(callr, account).map((session) => ({ token: session.token, valid_until: validUntil(session) }));
}

function ownSessions({ sessions, world }: Callr, account: Account): Session[] {
  return [...sessions.values()].filter((one) => one.account === account && one.expires > world.clock.now());
}

/** The largest time that can be written stands for a lifetime without end. */
function validUntil({ expires }: Session): string {
  return toDatetime(new Date(Math.min(expires, Date.UTC(9999, 11, 31))).toISOString());
}
