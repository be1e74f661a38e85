/** One HTTP exchange over an undici dispatcher, which knows whether a request had begun to be written when it failed. */
import type { Dispatcher } from 'undici';
import { Deadlines, type Timed } from './deadlines';

/** A request as it leaves. */
export interface Outgoing {
  /** A whole URL. */
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** A whole answer, of any status. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

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

export interface Limits {
  /** Milliseconds for the whole exchange, once it has begun. */
  timeout: number;
  /** Bytes of the answer's body. */
  maxBytes: number;
}

export type Carry = (request: Outgoing) => Promise<Answer>;

/** What carries requests over a dispatcher; it rejects with a {@link TransportFault}, or with what undici refuses. */
export function carrier(dispatcher: Dispatcher, limits: Limits): Carry {
  // A message goes to the same address as the one before.
  let last = { url: '', origin: '', path: '' };
  const deadlines = new Deadlines();
  return ({ url, method, headers, body }) =>
    new Promise((resolve, reject) => {
      if (url !== last.url) last = { url, ...partsOf(url) };
      const { origin, path } = last;
      const exchange = new Exchange(limits, deadlines, resolve, reject);
      dispatcher.dispatch({ origin, path, method: method as Dispatcher.HttpMethod, headers, body }, exchange);
    });
}

function partsOf(url: string): { origin: string; path: string } {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search };
}

/** How many times the limit of an exchange a request may wait before one begins; connecting has a limit of its own. */
const WAIT = 6;
/** Milliseconds in which an answer is read that came while this process did something else, or slept, until the limit was over. */
const LAST_LOOK = 50;

/** One request and its answer, within its limits. */
class Exchange implements Dispatcher.DispatchHandler, Timed {
  due: number;
  place = 0;
  #limits: Limits;
  #deadlines: Deadlines;
  #resolve: (answer: Answer) => void;
  #reject: (fault: TransportFault) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;
  #isLate = false;
  #status = 0;
  #headers: Record<string, string> = {};
  #first: Buffer | undefined;
  /** Those behind the first one, of which there are seldom any. */
  #chunks: Buffer[] | undefined;
  #bytes = 0;

  constructor(
    limits: Limits,
    deadlines: Deadlines,
    resolve: (answer: Answer) => void,
    reject: (fault: TransportFault) => void,
  ) {
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#resolve = resolve;
    this.#reject = reject;
    // For a free socket, where there is none at once.
    this.due = performance.now() + limits.timeout * WAIT;
    deadlines.add(this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A request whose time ran out while it waited for a socket must not be written any more.
    if (this.#ended) controller.abort(new Error('the time for this request ran out'));
    else {
      // Waiting for a free socket is not the vendor's time.
      this.due = performance.now() + this.#limits.timeout;
      this.#isLate = false;
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
    else if (this.#first === undefined) this.#first = chunk;
    else {
      this.#chunks ??= [this.#first];
      this.#chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    this.#end();
    const bytes = this.#chunks ? Buffer.concat(this.#chunks) : this.#first;
    this.#resolve({ status: this.#status, headers: this.#headers, body: bytes?.toString('utf8') ?? '' });
  }

  onResponseError(_c: Dispatcher.DispatchController | undefined, error: Error & { code?: string }): void {
    this.#fail(this.#controller ? 'broken' : reasonNotConnected(error), error.code ?? error.name);
  }

  isDue(now: number): void {
    if (this.#isLate) {
      this.#fail('timeout', 'ETIMEDOUT');
      return;
    }
    this.#isLate = true;
    this.due = now + LAST_LOOK;
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
    this.#deadlines.remove(this);
  }
}

/** A request that undici itself refuses (an invalid header, say) will be refused again; all else is the network. */
function reasonNotConnected(error: { code?: string }): TransportFault['reason'] {
  if (error.code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  return error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED' ? 'other' : 'connect';
}
