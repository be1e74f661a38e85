/** Pushes to the client's own URLs over real HTTP: in order per message, again where the vendor tries again, none left behind at the end. */
import http from 'node:http';
import https from 'node:https';
import { createBounded } from './bounded';
import type { Clock } from './clock';
import type { CallbackRecord } from './types';

export interface Callbacks {
  /** POSTs `body` once every earlier push of the same `about` is over. */
  post(about: string, url: string, body: string, contentType: string): void;
  /** POSTs what `make` says for each attempt, until one is taken. An attempt that is repeated may be overtaken by a later push. */
  push(about: string, url: string, make: (attempt: number) => Pushed, again: Again): void;
  /** GETs `url` once, in its turn as `post` does. */
  get(about: string, url: string): void;
  records(): CallbackRecord[];
  /** Waits for the pushes in flight, no longer than two seconds, and takes no further ones. */
  close(): Promise<void>;
}

/** One attempt as it goes over the wire. */
export interface Pushed {
  /** Default POST. */
  method?: 'GET' | 'POST';
  body: string;
  headers: Record<string, string>;
}

/** When a push is tried again. */
export interface Again {
  /** The ms before each further attempt; empty: one attempt only. */
  waits: readonly number[];
  /** Whether the client's server has taken the push, by the status that it answered. */
  taken(status: number): boolean;
}

const TIMEOUT = 5000;
const GRACE = 2000;
const ONCE: Again = { waits: [], taken: () => true };

export function createCallbacks(clock: Clock, keep: number, tell: (record: CallbackRecord) => void): Callbacks {
  const done = createBounded<CallbackRecord>(keep);
  const flights = new Map<string, Promise<void>>();
  const calls = new Set<http.ClientRequest>();
  let closed = false;

  async function attempt(record: CallbackRecord, pushed: Pushed): Promise<void> {
    record.at = clock.iso();
    try {
      record.status = await call(record.url, pushed, calls);
    } catch (error) {
      record.error = error instanceof Error ? error.message || error.name : String(error);
    }
    done.push(record);
    tell({ ...record });
  }

  function push(about: string, url: string, make: (attempt: number) => Pushed, again: Again, count = 0): void {
    if (closed) return;
    const pushed = make(count);
    const record: CallbackRecord = { about, url, body: pushed.body, status: null, at: '' };
    const before = flights.get(about) ?? Promise.resolve();
    const flight = before
      .then(() => attempt(record, pushed))
      .then(() => {
        const wait = again.waits[count];
        if (wait === undefined || (record.status !== null && again.taken(record.status))) return;
        clock.after(wait, () => push(about, url, make, again, count + 1));
      });
    flights.set(about, flight);
    flight.finally(() => {
      if (flights.get(about) === flight) flights.delete(about);
    });
  }

  return {
    post: (about, url, body, contentType) =>
      push(about, url, () => ({ body, headers: { 'content-type': contentType } }), ONCE),
    push: (about, url, make, again) => push(about, url, make, again),
    get: (about, url) => push(about, url, () => ({ method: 'GET', body: '', headers: {} }), ONCE),
    records: () => done.all().map((record) => ({ ...record })),
    async close() {
      closed = true;
      const timer = setTimeout(() => {
        for (const call of calls) call.destroy(new Error('The sandbox was closed'));
      }, GRACE);
      await Promise.all(flights.values());
      clearTimeout(timer);
    },
  };
}

/** A connection of its own each time: nothing stays open at the receiver. */
function call(
  url: string,
  { method = 'POST', body, headers: given }: Pushed,
  calls: Set<http.ClientRequest>,
): Promise<number> {
  const { request } = url.startsWith('https:') ? https : http;
  const headers = method === 'GET' ? given : { ...given, 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const call = request(url, { method, agent: false, headers }, (answer) => {
      answer.on('error', reject);
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.resume();
    });
    call.setTimeout(TIMEOUT, () => call.destroy(new Error(`No answer within ${TIMEOUT} ms`)));
    calls.add(call);
    call.on('close', () => calls.delete(call));
    call.on('error', reject);
    call.end(body);
  });
}
