/** Pushes to the client's own URLs over real HTTP: one attempt each, in order per message, none left behind at the end. */
import http from 'node:http';
import https from 'node:https';
import { createBounded } from './bounded';
import type { Clock } from './clock';
import type { CallbackRecord } from './types';

export interface Callbacks {
  /** POSTs `body` once every earlier push of the same `about` is over. */
  post(about: string, url: string, body: string, contentType: string): void;
  records(): CallbackRecord[];
  /** Waits for the pushes in flight, no longer than two seconds, and takes no further ones. */
  close(): Promise<void>;
}

const TIMEOUT = 5000;
const GRACE = 2000;

export function createCallbacks(clock: Clock, keep: number, tell: (record: CallbackRecord) => void): Callbacks {
  const done = createBounded<CallbackRecord>(keep);
  const flights = new Map<string, Promise<void>>();
  const calls = new Set<http.ClientRequest>();
  let closed = false;

  async function push(record: CallbackRecord, contentType: string): Promise<void> {
    record.at = clock.iso();
    try {
      record.status = await post(record.url, record.body, contentType, calls);
    } catch (error) {
      record.error = error instanceof Error ? error.message || error.name : String(error);
    }
    done.push(record);
    tell({ ...record });
  }

  return {
    post(about, url, body, contentType) {
      if (closed) return;
      const record: CallbackRecord = { about, url, body, status: null, at: '' };
      const flight = (flights.get(about) ?? Promise.resolve()).then(() => push(record, contentType));
      flights.set(about, flight);
      flight.finally(() => {
        if (flights.get(about) === flight) flights.delete(about);
      });
    },
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
function post(url: string, body: string, contentType: string, calls: Set<http.ClientRequest>): Promise<number> {
  const { request } = url.startsWith('https:') ? https : http;
  const headers = { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent: false, headers }, (answer) => {
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
