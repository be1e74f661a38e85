/** What CALLR's tests share: a line to its sandbox, one to a CALLR whose answers the test decides, and the calls that were made. */
import assert from 'node:assert/strict';
import { callr } from '../../dist/src/providers/callr/index.js';
import type { Session, SessionOptions } from '../../dist/src/providers/session.js';
import type { RequestRecord, Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import { type Edge, http, workshop } from './support.ts';

export const LOGIN = { username: 'shop', password: 'tell-nobody-9f8e' };

interface Call {
  jsonrpc: string;
  id: number;
  method: string;
  params: unknown[];
}

/** Parts of an answer; what is not there is that of a right one. */
type Reply = Record<string, unknown>;

export function callrWorkshop() {
  const { sandbox, session, edge, ends } = workshop();
  const lineTo = (origin: string, more: Partial<SessionOptions> = {}): Session =>
    session({ baseUrl: `${origin}/json-rpc/v1.1/`, credentials: LOGIN, ...more }, callr);
  const answering = async (write: (call: Call) => string, more?: Partial<SessionOptions>) => {
    const at = await edge((socket, request) => socket.write(write(callOf(request.split('\r\n\r\n')[1] ?? ''))));
    return { at, line: lineTo(at.origin, more) };
  };
  return {
    edge,
    ends,
    lineTo,
    async connect(options: SandboxOptions = {}, more: Partial<SessionOptions> = {}) {
      const vendor = await sandbox(options, 'callr');
      const { baseUrl, credentials } = vendor;
      const line = session({ baseUrl, ...more, credentials: { ...credentials, ...more.credentials } }, callr);
      return { vendor, line };
    },
    /** A CALLR that answers every call so, in its envelope. */
    replying(
      reply: Reply | ((call: Call) => Reply),
      more?: Partial<SessionOptions>,
    ): Promise<{ at: Edge; line: Session }> {
      const parts = (call: Call) => (typeof reply === 'function' ? reply(call) : reply);
      return answering((call) => http(200, JSON.stringify({ jsonrpc: '2.0', id: call.id, ...parts(call) })), more);
    },
    /** A CALLR, or what stands before it, that answers every call with these bytes. */
    answeredWith(status: number, body: string, headers: Record<string, string> = {}) {
      return answering(() => http(status, body, headers));
    },
  };
}

export function callOf(body: string): Call {
  return JSON.parse(body);
}

/** The one call of an operation that the vendor had. */
export function one(vendor: Sandbox, operation: string): RequestRecord & { call: Call } {
  const { log } = vendor.requests(operation);
  assert.equal(log.length, 1, operation);
  const [request] = log;
  assert.ok(request);
  return { ...request, call: callOf(request.body) };
}
