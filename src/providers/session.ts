/** One account's line to its vendor: runs operations with its credentials, token and connections. */
import { SmsError } from '../sms/errors';
import { refusal } from './classify';
import { HttpClient, type HttpOptions, type HttpRequest, type HttpResponse } from './http';
import type { Operation, Params, Provider } from './provider';
import { parseJson } from './rest';
import { checkParams, checkResult } from './schema';
import { TokenSource } from './token';

export interface SessionOptions extends HttpOptions {
  /** Empty for the vendor's own. */
  baseUrl?: string;
  /** A whole URL; empty for the vendor's own. */
  tokenUrl?: string;
  /** Never shown: neither by `inspect` nor in JSON nor in an error. */
  credentials: Record<string, string>;
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
  #credentials: Record<string, string>;
  #token: TokenSource | undefined;

  constructor(provider: Provider, { baseUrl, tokenUrl, credentials, ...http }: SessionOptions) {
    this.provider = provider;
    this.baseUrl = address('baseUrl', baseUrl || provider.baseUrl);
    this.tokenUrl = address('tokenUrl', tokenUrl || provider.tokenUrl || this.baseUrl);
    this.http = new HttpClient(http);
    this.#credentials = credentials;
    const { needs, token } = provider.authorisation;
    const missing = needs.filter((name) => !credentials[name]);
    if (missing.length > 0) {
      throw new SmsError(
        'SMS_CONFIG',
        `The account lacks ${missing.join(' and ')}: open it and fill them in, or use its sandbox.`,
      );
    }
    if (token) this.#token = new TokenSource(() => token(this));
  }

  /**
   * Runs one documented operation and returns the vendor's answer.
   * @throws SmsError; an unknown outcome of an operation that changes something is SMS_UNCERTAIN
   */
  async call<T = unknown>(id: string, params: Params = {}, { check = true }: CallOptions = {}): Promise<T> {
    const operation = this.operation(id);
    const wanted = check ? await checkParams(operation, params) : params;
    if (operation.run) return (await operation.run(this)) as T;
    try {
      const request = this.provider.wire.request(operation, wanted, this.baseUrl);
      const result = this.provider.wire.result(operation, await this.#authorised(request));
      if (check) await checkResult(operation, result);
      return result as T;
    } catch (error) {
      throw operation.writes ? uncertain(error) : error;
    }
  }

  /** Every page of an operation, one after the other. */
  async *pages<T = unknown>(id: string, params: Params = {}): AsyncGenerator<T> {
    const operation = this.operation(id);
    for (let page: Params | null = params; page; ) {
      const result: T = await this.call<T>(id, page);
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

  /** One call that carries credentials of its own, such as the one that fetches a token; refusals are errors. */
  async exchange(request: (credentials: Record<string, string>) => HttpRequest): Promise<unknown> {
    const response = await this.http.request(request(this.#credentials));
    if (!succeeded(response)) throw this.#refusal(response);
    return parseJson(this.provider.label, response);
  }

  close(): Promise<void> {
    return this.http.close();
  }

  /** Sends a request with authorisation; a token that the vendor refuses is renewed once. */
  async #authorised(request: HttpRequest): Promise<HttpResponse> {
    let renewed = false;
    for (;;) {
      const token = await this.#currentToken();
      const headers = { ...request.headers, ...this.provider.authorisation.headers(this.#credentials, token) };
      const response = await this.http.request({ ...request, headers });
      if (succeeded(response)) return response;
      if (response.status !== 401 || token === undefined || renewed) throw this.#refusal(response);
      this.#token?.refused(token);
      renewed = true;
    }
  }

  /** A token that cannot be fetched means that the call itself was never made. */
  async #currentToken(): Promise<string | undefined> {
    try {
      return await this.#token?.get();
    } catch (error) {
      if (error instanceof SmsError && error.outcome === 'unknown')
        throw error.as(error.code, error.message, { outcome: 'not-sent' });
      throw error;
    }
  }

  #refusal(response: HttpResponse): SmsError {
    const { provider } = this;
    const { code, message, correlationId } = provider.wire.fault(response);
    return refusal(provider.label, response, { code: this.#scrub(code), message: this.#scrub(message), correlationId });
  }

  /** A vendor may repeat in its error what it was sent. */
  #scrub(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    const secrets = [...Object.values(this.#credentials), this.#token?.current ?? ''].filter(
      (secret) => secret.length >= 4,
    );
    return secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
  }
}

/** @throws SmsError SMS_CONFIG; the address without its last slash */
function address(name: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:' || parsed?.protocol === 'http:') return url.replace(/\/+$/, '');
  throw new SmsError('SMS_CONFIG', `${name} '${url.slice(0, 80)}' is not an http or https address.`);
}

function succeeded({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

function uncertain(error: unknown): unknown {
  if (!(error instanceof SmsError) || error.outcome === 'not-sent') return error;
  return error.as('SMS_UNCERTAIN', `It is not known whether the vendor carried this out. ${error.message}`);
}
