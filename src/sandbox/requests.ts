/** The log of the calls that reached a sandbox, counted by operation. */
import { createBounded } from './bounded';
import type { WireRequest } from './server';
import type { RequestRecord, RequestReport } from './types';

export interface RequestLog {
  /** Written down when the call has arrived, before it is answered. */
  add(wire: WireRequest, url: string, at: string): RequestRecord;
  /** Says which operation the call is, once that is known. */
  name(entry: RequestRecord, operation: string | null): void;
  report(operation?: string): RequestReport;
}

const MAX_BODY_SHOWN = 4096;

/** @param keep how many calls are remembered; the counts are of all */
export function createRequestLog(keep: number): RequestLog {
  const log = createBounded<RequestRecord>(keep);
  const counts = new Map<string, number>();
  let total = 0;
  return {
    add({ method, headers, body }, url, at) {
      total += 1;
      const entry: RequestRecord = {
        operation: null,
        method,
        url,
        headers: headers as Record<string, string>,
        body: body.slice(0, MAX_BODY_SHOWN),
        status: null,
        at,
      };
      log.push(entry);
      return entry;
    },
    name(entry, operation) {
      entry.operation = operation;
      if (operation !== null) counts.set(operation, (counts.get(operation) ?? 0) + 1);
    },
    report: (operation) => ({
      count: operation === undefined ? total : (counts.get(operation) ?? 0),
      byOperation: Object.fromEntries(counts),
      log: log
        .all()
        .filter((entry) => operation === undefined || entry.operation === operation)
        .map((entry) => ({ ...entry })),
    }),
  };
}
