/** Enco's token: client credentials. The document only says that there is one; the call is that of the vendor's own samples. */
import { tokenIn, tokenOperation } from '../client-credentials';
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
  return tokenIn('Enco', answer);
}

export const operation = tokenOperation(
  'enco.auth.token',
  'Enco SMS API, "The access_token should be retrieved via the authentication API"',
  fetchToken,
);
