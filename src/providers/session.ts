/** One account's line to its vendor: runs operations with its credentials, token and connections. */
import { SmsError, toSmsError } from '../sms/errors';
import { refusal } from './classify';
import { HttpClient, type HttpOptions, type HttpRequest, type HttpResponse } from './http';
import type { Credentials, Operation, Params, Provider, Settings } from './provider';
import { repeated } from './repeat';
import { parseJson } from './rest';
import { checkParams, checkResult } from './schema';
import { type TokenKeeper, TokenSource } from './token';

export interface SessionOptions extends HttpOptions {
  /** Empty for the vendor's own. */
  baseUrl?: string;
  /** A whole URL; empty for the vendor's own. */
  tokenUrl?: string;
  /** Never shown: neither by `inspect` nor in JSON nor in an error. */
  credentials: Credentials;
  /** The provider's own settings of the account. */
  settings?: Settings;
  /** Where other processes have the token of the account, too. */
  keeper?: TokenKeeper;
}

export interface CallOptions {
  /** Check parameters and answer against the operation's schemas; a verb that builds and reads them itself does without. */
  check?: boolean;
}

export class Session {
  readonly provider: Provider;
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly http: HttpClient;
  readonly settings: Settings;
  /** Milliseconds that a call may take. */
  readonly timeout: number;
  #credentials: Credentials;
  /** What no answer may repeat, in every form. */
  #hidden: string[] | undefined;
  #token: TokenSource | undefined;

  constructor(provider: Provider, { baseUrl, tokenUrl, credentials, settings = {}, keeper, ...http }: SessionOptions) {
    this.provider = provider;
    this.baseUrl = base(address('baseUrl', baseUrl || provider.baseUrl));
    this.tokenUrl = address('tokenUrl', tokenUrl || provider.tokenUrl || this.baseUrl);
    this.http = new HttpClient(http);
    this.timeout = http.timeout;
    this.#credentials = credentials;
    this.settings = settings;
    const { needs, token } = provider.authorisation;
    const wanted = typeof needs === 'function' ? needs(credentials, settings) : needs;
    const missing = wanted.filter((name) => !credentials[name]);
    if (missing.length > 0) {
      throw new SmsError(
        'SMS_CONFIG',
        `The account lacks ${missing.join(' and ')}: open it and fill them in, or use its sandbox.`,
      );
    }
    if (token) this.#token = new TokenSource(() => token(this), keeper);
  }

  /**
   * Runs one documented operation and returns the vendor's answer.
   * @throws SmsError; an unknown outcome of an operation that changes something is SMS_UNCERTAIN
   */
  async call<T = unknown>(id: string, params: Params = {}, { check = true }: CallOptions = {}): Promise<T> {
    const operation = this.operation(id);
    const wanted = check ? await checkParams(operation, params) : params;
    if (operation.run) return (await operation.run(this, wanted)) as T;
    const account = { credentials: this.#credentials, settings: this.settings };
    const request = this.provider.wire.request(operation, wanted, this.baseUrl, account);
    try {
      const { response, sent } = await this.#authorised(operation, request, check);
      const result = this.#read(operation, response, wanted, request, sent);
      if (check) await checkResult(operation, result);
      return result as T;
    } catch (error) {
      throw operation.writes ? uncertain(error) : error;
    }
  }

  /**
   * Every page of an operation, one after the other; a page that was had before is the end, whatever the vendor says. One
   * behind the first that does not come is asked for again before all that was read is given up.
   */
  async *pages<T = unknown>(id: string, params: Params = {}): AsyncGenerator<T> {
    const operation = this.operation(id);
    const asked = new Set<string>();
    let last: string | undefined;
    for (let page: Params | null = await checkParams(operation, params); page; ) {
      const key = JSON.stringify(page);
      if (asked.has(key)) return;
      asked.add(key);
      const wanted = page;
      const ask = () => this.call<T>(id, wanted);
      const result: T = await (last === undefined || operation.writes ? ask() : repeated(ask));
      const shown = JSON.stringify(result);
      // A vendor that does not know the parameters of paging answers the same to all of them.
      if (shown === last) return;
      last = shown;
      yield result;
      page = operation.next?.(page, result) ?? null;
    }
  }

  /** @throws SmsError SMS_UNSUPPORTED naming what there is */
  operation(id: string): Operation {
    const found = this.provider.operations.find((operation) => operation.id === id);
    if (found) return found;
    throw new SmsError(
      'SMS_UNSUPPORTED',
      `${this.provider.label} has no operation '${id}'; it has ${this.provider.operations.map((o) => o.id).join(', ')}.`,
    );
  }

  /** One call that carries credentials of its own, to fetch a token: what is refused there is the account. */
  async exchange(request: (credentials: Credentials) => HttpRequest): Promise<unknown> {
    const sent = request(this.#credentials);
    const response = await this.http.request(sent);
    if (succeeded(response)) return parseJson(this.provider.label, response);
    const error = this.#refusal(response, sent);
    if (error.code !== 'SMS_REJECTED') throw error;
    const sentence = `The account gets no token: check its credentials and its token URL. ${error.message}`;
    throw error.as('SMS_AUTH', sentence, { accountRefused: true });
  }

  /**
   * A call that is no HTTP request and carries credentials of its own; nothing secret is left in what it throws.
   * @throws SmsError
   */
  async carry<T>(run: (credentials: Credentials) => Promise<T>): Promise<T> {
    try {
      return await run(this.#credentials);
    } catch (thrown) {
      throw scrubbed(toSmsError(thrown), (text) => this.#scrub(text));
    }
  }

  /** Has what calls need to be authorised ready, as far as it can be had; never rejects. */
  async logIn(): Promise<void> {
    await this.#token?.get().catch(() => {});
  }

  close(): Promise<void> {
    return this.http.close();
  }

  /** Sends a request with authorisation; a token that the vendor refuses is renewed once. */
  async #authorised(
    operation: Operation,
    request: HttpRequest,
    check: boolean,
  ): Promise<{ response: HttpResponse; sent: HttpRequest }> {
    let renewed = false;
    for (;;) {
      const token = this.#token && (this.#token.atHand() ?? (await this.#currentToken(this.#token)));
      const { headers } = this.provider.authorisation;
      const authorised = headers(this.#credentials, token, this.settings, operation);
      const sent = { ...request, headers: { ...request.headers, ...authorised } };
      const response = await (check ? this.http.request(sent) : this.http.send(sent));
      if (succeeded(response)) return { response, sent };
      if (response.status !== 401 || token === undefined || renewed) throw this.#refusal(response, sent);
      this.#token?.refused(token);
      renewed = true;
    }
  }

  /** A token that cannot be fetched means that the call itself was never made. */
  async #currentToken(source: TokenSource): Promise<string> {
    try {
      return await source.get();
    } catch (thrown) {
      const error = toSmsError(thrown);
      throw error.outcome === 'unknown' ? error.as(error.code, error.message, { outcome: 'not-sent' }) : error;
    }
  }

  /** @throws SmsError in which nothing secret is left */
  #read(
    operation: Operation,
    response: HttpResponse,
    params: Params,
    request: HttpRequest,
    sent: HttpRequest,
  ): unknown {
    try {
      return this.provider.wire.result(operation, this.#clean(response, sent), params, request);
    } catch (thrown) {
      throw thrown instanceof SmsError ? scrubbed(thrown, (text) => this.#scrub(text, sent)) : thrown;
    }
  }

  /** A vendor may repeat it in a success too; what is short might be anything, such as a part of an id. */
  #clean(response: HttpResponse, sent: HttpRequest): HttpResponse {
    this.#hidden ??= this.#lastingSecrets();
    const token = travelled(sent);
    const { body } = response;
    const isTold = token.length >= SURELY_SECRET && body.includes(token);
    if (!isTold && !this.#hidden.some((secret) => body.includes(secret))) return response;
    return { ...response, body: without(body, isTold ? [token, ...this.#hidden] : this.#hidden) };
  }

  #lastingSecrets(): string[] {
    const secrets = this.provider.fields
      .filter(({ secret }) => secret)
      .map(({ name }) => this.#credentials[name] ?? '')
      .filter(({ length }) => length >= SURELY_SECRET);
    return [...new Set(secrets.flatMap(formsOf))];
  }

  #refusal(response: HttpResponse, sent: HttpRequest): SmsError {
    const { provider } = this;
    const { code, message, correlationId, accountRefused } = provider.wire.fault(response);
    const scrub = (text: string | undefined) => this.#scrub(text, sent);
    return refusal(provider.label, response, {
      code: scrub(code),
      message: scrub(message),
      correlationId: scrub(correlationId),
      accountRefused,
    });
  }

  /** A vendor may repeat in its error what it was sent, in the form in which it travelled too. */
  #scrub(text: string | undefined, sent?: HttpRequest): string | undefined {
    if (text === undefined) return undefined;
    const secrets = [...Object.values(this.#credentials), travelled(sent)].filter((secret) => secret.length >= 4);
    return without(text, secrets.flatMap(formsOf));
  }
}

/** Characters from which on a credential is not taken for something else. */
const SURELY_SECRET = 12;

/** The token, or what basic authentication makes of a password. */
function travelled(sent?: HttpRequest): string {
  const carried = sent?.headers?.authorization ?? '';
  return carried.slice(carried.lastIndexOf(' ') + 1);
}

/** One that contains another goes first, so that nothing of it is left. */
function without(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .sort((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, '***'), text);
}

/** In which a secret may have travelled, or be repeated. */
function formsOf(secret: string): string[] {
  const [bytes, given] = [Buffer.from(secret), secret.toWellFormed()];
  const urls = [encodeURIComponent(given), new URLSearchParams({ '': given }).toString().slice(1)];
  return [secret, JSON.stringify(secret).slice(1, -1), ...urls, bytes.toString('base64'), bytes.toString('hex')];
}

/** The same error with everything that the vendor said gone over; its cause is kept as it only names a kind of error. */
function scrubbed(error: SmsError, scrub: (text: string | undefined) => string | undefined): SmsError {
  return error.as(error.code, scrub(error.message) ?? '', {
    providerCode: scrub(error.providerCode),
    providerMessage: scrub(error.providerMessage),
    correlationId: scrub(error.correlationId),
    cause: error.cause,
  });
}

/** @throws SmsError SMS_CONFIG */
function address(name: string, given: string): string {
  const url = given.trim();
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') {
    const shown = url.replace(/\/\/[^/]*@/, '//***@').slice(0, 80);
    throw new SmsError('SMS_CONFIG', `${name} '${shown}' is not an http or https address.`);
  }
  if (parsed.username || parsed.password) {
    throw new SmsError('SMS_CONFIG', `${name} carries a user name or password: credentials have fields of their own.`);
  }
  return url;
}

/** Without its last slash: paths are appended. @throws SmsError SMS_CONFIG */
function base(url: string): string {
  if (/[?#]/.test(url)) throw new SmsError('SMS_CONFIG', `baseUrl '${url.slice(0, 80)}' must end before any ? or #.`);
  return url.replace(/\/+$/, '');
}

function succeeded({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

/** Whatever went wrong after the request may have been written, unless it is known that it was not. */
function uncertain(thrown: unknown): SmsError {
  if (thrown instanceof SmsError && thrown.outcome === 'not-sent') return thrown;
  const error =
    thrown instanceof SmsError
      ? thrown
      : new SmsError('SMS_BAD_RESPONSE', 'The answer could not be handled.', { outcome: 'unknown', cause: thrown });
  return error.as('SMS_UNCERTAIN', `It is not known whether the vendor carried this out. ${error.message}`);
}
