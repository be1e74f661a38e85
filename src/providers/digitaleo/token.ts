/** Digitaleo's token: client credentials in a form, §1.1.2. It may have 50,000 characters, and travels in a header only. */
import { SmsError } from '../../sms/errors';
import type { Operation } from '../provider';
import type { Session } from '../session';
import type { TokenAnswer } from '../token';

export async function fetchToken(session: Session): Promise<TokenAnswer> {
  const answer = await session.exchange(({ clientId, clientSecret }) => {
    // An account that writes mails or files may have none.
    if (!clientId || !clientSecret) {
      throw new SmsError('SMS_CONFIG', 'The account lacks clientId and clientSecret, which calls by HTTPS need.');
    }
    return {
      method: 'POST',
      url: session.tokenUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        grant_type: 'client_credentials',
      }).toString(),
    };
  });
  const token = (answer as Partial<TokenAnswer> | null)?.access_token;
  if (typeof token === 'string' && token !== '') return answer as TokenAnswer;
  throw new SmsError(
    'SMS_BAD_RESPONSE',
    'Digitaleo answered the request for a token without a token. Check the token URL of the account.',
    { retryable: true },
  );
}

/** The token call for a flow that wants to see whether the credentials work: everything but the token. */
export const tokenOperation: Operation = {
  id: 'digitaleo.auth.token',
  title: 'Fetch a token (the token itself is not shown)',
  method: 'POST',
  path: '/token',
  params: (t) => t.Object({}, { additionalProperties: false }),
  result: (t) => t.Object({ access_token: t.String() }),
  writes: false,
  source: 'API SMS §1.1.2',
  run: async (session) => {
    const answer: Record<string, unknown> = { ...(await fetchToken(session)) };
    for (const name of ['access_token', 'refresh_token']) if (name in answer) answer[name] = '***';
    return answer;
  },
};
