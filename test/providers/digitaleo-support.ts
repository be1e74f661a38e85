/** A session with Digitaleo's sandbox, and one with a Digitaleo whose every answer the test decides. */
import assert from 'node:assert/strict';
import { digitaleo } from '../../dist/src/providers/digitaleo/index.js';
import type { Settings } from '../../dist/src/providers/provider.js';
import type { Session } from '../../dist/src/providers/session.js';
import type { RequestRecord, Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import { type Edge, http, isTokenRequest, tokenAnswer, workshop } from './support.ts';

export { digitaleo };

export interface Line {
  vendor: Sandbox;
  line: Session;
}

export function lines() {
  const { sandbox, session, edge, ends } = workshop();

  async function connect(options: SandboxOptions = {}, settings: Settings = {}): Promise<Line> {
    const vendor = await sandbox(options, 'digitaleo');
    const { baseUrl, tokenUrl, credentials, smtp, ftp } = vendor;
    const doors = {
      smtpHost: smtp?.host,
      smtpPort: smtp?.port,
      mailFrom: 'plant@example.org',
      ftpHost: ftp?.host,
      ftpPort: ftp?.port,
    };
    const own = { ...doors, ...settings };
    const provider = digitaleo.withSettings?.(own) ?? digitaleo;
    return { vendor, line: session({ baseUrl, tokenUrl, credentials, settings: own }, provider) };
  }

  /** Answers everything but the token in one way. */
  async function answeredWith(
    status: number,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ line: Session; at: Edge }> {
    const written = typeof body === 'string' ? body : JSON.stringify(body);
    const at = await edge((socket, request) => {
      socket.write(isTokenRequest(request) ? tokenAnswer() : http(status, written, headers));
    });
    const credentials = { clientId: 'plant', clientSecret: 'tell-nobody-77aa' };
    return {
      line: session({ baseUrl: `${at.origin}/rest`, tokenUrl: `${at.origin}/token`, credentials }, digitaleo),
      at,
    };
  }

  return { connect, answeredWith, session, edge, ends };
}

/** A French mobile number whose story ends in these digits. */
export const mobile = (digits: string): string => `+3369630${digits}`;

/** The one call of an operation. */
export function one(vendor: Sandbox, operation: string): RequestRecord {
  const { log } = vendor.requests(operation);
  assert.equal(log.length, 1, `${operation} is called once`);
  return log[0] as RequestRecord;
}

/** The query of a URL, decoded, in its order. */
export function queryOf(url: string): [string, string][] {
  return [...new URL(url, 'http://vendor').searchParams];
}
