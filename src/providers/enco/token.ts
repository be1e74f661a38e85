/** Enco's token: client credentials. The document only says that there is one; the call is that of the vendor's own samples. */
import { SmsError } from '../../sms/errors';
import type { Operation } from '../provider';
import type { Session } from '../session';
import type { TokenAnswer } from '../token';

export async function fetchToken(session: Session): Promise<TokenAnswer> {
  const answer = await session.exchange(({ clientId, clientSecret }) => ({
    method: 'POST',
    url: session.tokenUrl,
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: 'grant_type=client_credentials&scope=openid',
  }));
  const token = (answer as Partial<TokenAnswer> | null)?.access_token;
  if (typeof token === 'string' && token !== '') return answer as TokenAnswer;
  throw new SmsError(
    'SMS_BAD_RESPONSE',
    'Enco answered the request for a token without a token. Check the token URL of the account.',
    {
      retryable: true,
    },
  );
}

/** The token call for a flow that wants to see whether the credentials work: everything but the tokens. */
export const tokenOperation: Operation = {
  id: 'enco.auth.token',
  title: 'Fetch a token (the token itself is not shown)',
  method: 'POST',
  path: '/token',
  params: (t) => t.Object({}, { additionalProperties: false }),
  result: (t) => t.Object({ access_token: t.String() }),
  writes: false,
  source: 'Enco SMS API, "The access_token should be retrieved via the authentication API"',
  run: async (session) => {
    const answer: Record<string, unknown> = { ...(await fetchToken(session)) };
    for (const name of ['access_token', 'id_token', 'refresh_token']) if (name in answer) answer[name] = '***';
    return answer;
  },
};
