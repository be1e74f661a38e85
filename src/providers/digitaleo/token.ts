/** Digitaleo's token: client credentials in a form, §1.1.2. It may have 50,000 characters, and travels in a header only. */
import { SmsError } from '../../sms/errors';
import { tokenIn, tokenOperation } from '../client-credentials';
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
  return tokenIn('Digitaleo', answer);
}

export const operation = tokenOperation('digitaleo.auth.token', 'API SMS §1.1.2', fetchToken);
