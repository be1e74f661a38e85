/** What the token calls of vendors with client credentials have in common: reading the answer, and showing it without its tokens. */
import { SmsError } from '../sms/errors';
import type { Operation } from './provider';
import type { Session } from './session';
import type { TokenAnswer } from './token';

/** @throws SmsError SMS_BAD_RESPONSE when there is no token in it */
export function tokenIn(label: string, answer: unknown): TokenAnswer {
  const token = (answer as Partial<TokenAnswer> | null)?.access_token;
  if (typeof token === 'string' && token !== '') return answer as TokenAnswer;
  throw new SmsError(
    'SMS_BAD_RESPONSE',
    `${label} answered the request for a token without a token. Check the token URL of the account.`,
    { retryable: true },
  );
}

const SECRET = ['access_token', 'id_token', 'refresh_token'];

/** The token call for a flow that wants to see whether the credentials work: everything but the tokens. */
export function tokenOperation(
  id: string,
  source: string,
  fetchToken: (session: Session) => Promise<TokenAnswer>,
): Operation {
  return {
    id,
    title: 'Fetch a token (the token itself is not shown)',
    method: 'POST',
    path: '/token',
    params: (t) => t.Object({}, { additionalProperties: false }),
    result: (t) => t.Object({ access_token: t.String() }),
    writes: false,
    source,
    run: async (session) => {
      const answer: Record<string, unknown> = { ...(await fetchToken(session)) };
      for (const name of SECRET) if (name in answer) answer[name] = '***';
      return answer;
    },
  };
}
