/** The credentials that an account of any provider has, as Node-RED keeps them; secrets never reach the browser. */

type Kinds = Readonly<Record<string, { type: 'text' | 'password' }>>;

const text = { type: 'text' } as const;
const password = { type: 'password' } as const;

/** Written out, for Node-RED wants them before any provider is loaded; they are the fields of the providers. */
export const CREDENTIALS: Kinds = {
  clientId: text,
  clientSecret: password,
  username: text,
  password,
  apiKey: password,
  email: text,
  token: password,
  urlToken: password,
  accountCode: password,
  smtpUser: text,
  smtpPass: password,
  ftpUser: text,
  ftpPass: password,
  webhookSecret: password,
};
