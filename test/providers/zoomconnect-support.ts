/** What ZoomConnect's tests share: a line to its sandbox, one to a ZoomConnect whose answers the test decides, and the calls made. */
import assert from 'node:assert/strict';
import type { Session, SessionOptions } from '../../dist/src/providers/session.js';
import { zoomconnect } from '../../dist/src/providers/zoomconnect/index.js';
import type { RequestRecord, Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import { http, workshop } from './support.ts';

export const LOGIN = { email: 'shop@example.com', token: 'tell-nobody-9f8e', urlToken: 'url-nobody-7a6b' };

export function zoomWorkshop() {
  const { sandbox, session, edge, ends } = workshop();
  return {
    edge,
    ends,
    async connect(
      options: SandboxOptions = {},
      more: Partial<SessionOptions> = {},
    ): Promise<{ vendor: Sandbox; line: Session }> {
      const vendor = await sandbox(options, 'zoomconnect');
      const { baseUrl, credentials } = vendor;
      return { vendor, line: session({ baseUrl, credentials, ...more }, zoomconnect) };
    },
    /** A ZoomConnect whose JSON depends on the request, head and body; `asked` is what it was sent. */
    async replying(answer: (request: string) => unknown): Promise<{ line: Session; asked: string[] }> {
      const { origin, requests } = await edge((socket, asked) =>
        socket.write(http(200, JSON.stringify(answer(asked)))),
      );
      return { line: session({ baseUrl: `${origin}/app`, credentials: LOGIN }, zoomconnect), asked: requests };
    },
    /** A ZoomConnect that answers everything in one way; `asked` is what it was sent. */
    async answering(
      status: number,
      body: unknown,
      headers: Record<string, string> = {},
    ): Promise<{ line: Session; asked: string[] }> {
      const written = typeof body === 'string' ? body : JSON.stringify(body);
      const { origin, requests } = await edge((socket) => socket.write(http(status, written, headers)));
      return { line: session({ baseUrl: `${origin}/app`, credentials: LOGIN }, zoomconnect), asked: requests };
    },
  };
}

/** The one call of an operation. */
export function one(vendor: Sandbox, operation: string): RequestRecord {
  const { log } = vendor.requests(operation);
  assert.equal(log.length, 1, `one call of ${operation}`);
  return log[0] as RequestRecord;
}
