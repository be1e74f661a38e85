/** One HTTP call at a time, with an honest word about whether the vendor can have seen it: axios over an undici pool. */
import type { Agent } from 'undici';
import { SmsError } from '../sms/errors';
import { adapterOver } from './adapter';
import { type Carry, carrier, isTransportFault, type TransportFault } from './exchange';
import { adviceFor } from './unreachable';

type Axios = import('axios', { with: { 'resolution-mode': 'import' }}).Axios;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A whole URL. */
  url: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Whatever answered, of any status: {@link HttpClient.request} throws only when there is no whole answer. */
export interface HttpResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

export interface HttpOptions {
  /** Milliseconds that connecting may take, and then the whole exchange. */
  timeout: number;
  /** Sockets to one origin at most. */
  connections?: number;
  /** Bytes of an answer that are read at most. */
  maxBytes?: number;
}

export const CONNECTIONS = 48;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Sockets idle for longer are closed by us, before the vendor's side closes them under a request. */
const KEEP_ALIVE_MS = 4000;

/**
 * A keep-alive pool for one account. Redirects are not followed, answers are bounded in size and time, nothing is
 * retried here: what may be repeated is for the caller to decide, from the `outcome` of the error.
 */
export class HttpClient {
  #options: Required<HttpOptions>;
  #ready: Promise<Line> | undefined;
  /** The same, when it is there. */
  #line: Line | undefined;
  #closed = false;

  constructor(options: HttpOptions) {
    this.#options = { connections: CONNECTIONS, maxBytes: MAX_ANSWER_BYTES, ...options };
  }

  /** Loads axios and undici, which cost too much to be loaded before they are needed. */
  warm(): Promise<unknown> {
    return this.#opened();
  }

  /** @throws SmsError with the outcome `not-sent` or `unknown` when no whole answer came. */
  async request({ method, url, headers, body }: HttpRequest): Promise<HttpResponse> {
    const { axios } = this.#line ?? (await this.#opened());
    try {
      const answer = await axios.request<string>({ method, url, headers, data: body });
      return { status: answer.status, headers: answer.headers as Record<string, string>, body: answer.data };
    } catch (error) {
      throw transportError(error, url);
    }
  }

  /** The same straight through the pool: for messages, to whose cost axios would add more than they themselves cost. */
  async send({ method, url, headers = {}, body }: HttpRequest): Promise<HttpResponse> {
    const { carry } = this.#line ?? (await this.#opened());
    try {
      return await carry({ url, method, headers, body });
    } catch (error) {
      throw transportError(error, url);
    }
  }

  /** Ends every socket for good; calls under way fail. */
  async close(): Promise<void> {
    this.#closed = true;
    const ready = this.#ready;
    this.#ready = undefined;
    this.#line = undefined;
    if (ready) await (await ready).agent.destroy();
  }

  async #opened(): Promise<Line> {
    if (this.#closed) throw new SmsError('SMS_CONFIG', 'The account is being closed.');
    this.#ready ??= open(this.#options);
    const line = await this.#ready;
    if (!this.#closed) this.#line = line;
    return line;
  }
}

interface Line {
  axios: Axios;
  carry: Carry;
  agent: Agent;
}

async function open({ timeout, connections, maxBytes }: Required<HttpOptions>): Promise<Line> {
  const [{ Axios }, { Agent }] = await Promise.all([import('axios'), import('undici')]);
  const agent = new Agent({
    connections,
    pipelining: 1,
    connect: { timeout },
    // The exchange's own deadline covers the whole exchange, so that a trickle of bytes cannot prolong it.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
  });
  // Bare: axios merges each of its defaults into each request, which takes longer than to send it; and only what a
  // provider sets is sent, no Accept of axios' own.
  const carry = carrier(agent, { timeout, maxBytes });
  const axios = new Axios({ adapter: adapterOver(carry), validateStatus: () => true });
  return { axios, carry, agent };
}

/** What failed below HTTP, as a sentence; the fault is rebuilt so that no header or body travels in the error. */
function transportError(error: unknown, url: string): SmsError {
  const host = hostOf(url);
  const fault: TransportFault = isTransportFault(error)
    ? error
    : { started: false, reason: 'other', code: codeOf(error) };
  const cause = Object.assign(new Error(fault.code), { code: fault.code });
  const outcome = fault.started ? 'unknown' : 'not-sent';
  if (fault.reason === 'too-large') {
    return new SmsError(
      'SMS_BAD_RESPONSE',
      `${host} answered with more than was to be expected; the answer was cut off.`,
      { outcome, retryable: true, cause },
    );
  }
  if (fault.reason === 'other' && !fault.started) {
    const sentence = `The request to ${host} cannot be made (${fault.code}): a credential or a setting of the account has a character that HTTP does not allow.`;
    return new SmsError('SMS_CONFIG', sentence, { cause });
  }
  const what = fault.reason === 'timeout' ? 'did not answer in time' : `could not be reached (${fault.code})`;
  const sentence = fault.started
    ? `The connection to ${host} broke after the request was written (${fault.code}).`
    : `${host} ${what}. ${adviceFor(fault.code)}`;
  return new SmsError('SMS_UNREACHABLE', sentence, {
    outcome,
    retryable: true,
    cause,
  });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The address of the account';
}

function codeOf(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? 'invalid request';
}
