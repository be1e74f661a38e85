/** An axios adapter over an undici dispatcher, which knows whether a request had begun to be written when it failed. */
import type { Dispatcher } from 'undici';

type AxiosAdapter = import('axios', { with: { 'resolution-mode': 'import' }}).AxiosAdapter;
type InternalAxiosRequestConfig = Parameters<AxiosAdapter>[0];

/** A call that brought no whole answer. */
export interface TransportFault {
  /** True when the first byte may have left: the vendor may have seen the request. */
  started: boolean;
  reason: 'connect' | 'timeout' | 'broken' | 'too-large' | 'other';
  /** The system's word for it, such as ECONNREFUSED. */
  code: string;
}

const faults = new WeakSet<object>();

export function isTransportFault(error: unknown): error is TransportFault {
  return typeof error === 'object' && error !== null && faults.has(error);
}

interface Limits {
  /** Milliseconds for the whole exchange, once it has begun. */
  timeout: number;
  /** Bytes of the answer's body. */
  maxBytes: number;
}

export function undiciAdapter(dispatcher: Dispatcher, limits: Limits): AxiosAdapter {
  return (config) =>
    new Promise((resolve, reject) => {
      const { origin, pathname, search } = new URL(config.url ?? '');
      const exchange = new Exchange(config, limits, resolve as (answer: object) => void, reject);
      dispatcher.dispatch(
        {
          origin,
          path: pathname + search,
          method: (config.method ?? 'GET').toUpperCase() as Dispatcher.HttpMethod,
          headers: sentHeaders(config),
          body: config.data as string | undefined,
        },
        exchange,
      );
    });
}

function sentHeaders(config: InternalAxiosRequestConfig): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(config.headers)) {
    // axios proposes a form content type for a POST without a body.
    if (config.data === undefined && name.toLowerCase() === 'content-type') continue;
    if (value !== undefined && value !== null && value !== false) headers[name] = String(value);
  }
  return headers;
}

/** How many times the limit of an exchange a request may wait before one begins; connecting has a limit of its own. */
const WAIT = 6;

/** One request and its answer, within its limits. */
class Exchange implements Dispatcher.DispatchHandler {
  #config: InternalAxiosRequestConfig;
  #limits: Limits;
  #resolve: (answer: object) => void;
  #reject: (fault: TransportFault) => void;
  #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;
  #status = 0;
  #headers: Record<string, string> = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    config: InternalAxiosRequestConfig,
    limits: Limits,
    resolve: (answer: object) => void,
    reject: (fault: TransportFault) => void,
  ) {
    this.#config = config;
    this.#limits = limits;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#fail('timeout', 'ETIMEDOUT'), limits.timeout * WAIT);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A request whose time ran out while it waited for a socket must not be written any more.
    if (this.#ended) controller.abort(new Error('the time for this request ran out'));
    else {
      // Waiting for a free socket is not the vendor's time.
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#fail('timeout', 'ETIMEDOUT'), this.#limits.timeout);
      this.#controller = controller;
    }
  }

  onResponseStart(_c: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[]>): void {
    if (status < 200) return;
    this.#status = status;
    for (const name in headers) this.#headers[name] = String(headers[name]);
  }

  onResponseData(_c: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.maxBytes) this.#fail('too-large', 'EMSGSIZE');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    this.#end();
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    const { status, headers } = { status: this.#status, headers: this.#headers };
    this.#resolve({ data: body.toString('utf8'), status, statusText: '', headers, config: this.#config });
  }

  onResponseError(_c: Dispatcher.DispatchController | undefined, error: Error & { code?: string }): void {
    this.#fail(this.#controller ? 'broken' : reasonNotConnected(error), error.code ?? error.name);
  }

  #fail(reason: TransportFault['reason'], code: string): void {
    if (this.#ended) return;
    this.#end();
    const fault: TransportFault = { started: this.#controller !== undefined, reason, code };
    faults.add(fault);
    this.#reject(fault);
    this.#controller?.abort(new Error(code));
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}

/** A request that undici itself refuses (an invalid header, say) will be refused again; all else is the network. */
function reasonNotConnected(error: { code?: string }): TransportFault['reason'] {
  if (error.code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  return error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED' ? 'other' : 'connect';
}
