/** Secrets that are looked for afterwards, and a vendor that repeats whatever it is sent. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { providers } from '../../dist/src/providers/index.js';

const secrets = new Map<string, string>();

/** The secret of this name, the same each time; with characters that travel in more than one form. */
export function canary(name: string): string {
  const known = secrets.get(name) ?? `cnry/${name}+&=é-${secrets.size}-0x7f3a`.replace('é', '~');
  secrets.set(name, known);
  return known;
}

/** The credentials of an account, each secret one a canary. */
export function canaries(provider: string, account: string): Record<string, string> {
  const { fields } = providers.find(({ id }) => id === provider) ?? assert.fail(provider);
  const own = fields.filter(({ kind }) => kind === 'credential');
  return Object.fromEntries(
    own.map(({ name, secret }) => [name, secret ? canary(`${account}-${name}`) : `plain-${name}`]),
  );
}

/** Every form in which a secret might be seen: as it is, escaped, in base64 at any offset, URL-encoded, in hex. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and the last characters depend on what stands beside it.
    return padded.slice(4, -2);
  });
  const url = [encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1)];
  const hex = bytes.toString('hex');
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), ...url, hex, hex.toUpperCase(), ...base64])];
}

/** @throws AssertionError naming the secret and where it was seen */
export function assertNoCanary(seen: string | Buffer, where: string): void {
  assertUnseen(seen, where, [...secrets.values()]);
}

export function assertUnseen(seen: string | Buffer, where: string, hidden: readonly string[]): void {
  for (const secret of hidden) {
    for (const form of formsOf(secret)) {
      const at = seen.indexOf(form);
      if (at < 0) continue;
      assert.fail(`${secret} is seen in ${where}: …${seen.toString().slice(Math.max(0, at - 200), at + 100)}…`);
    }
  }
}

/** Text that runs in a page that takes it for HTML. */
export const HTML =
  '<img src=x onerror="window.__ran=1"><svg onload="window.__ran=1"></svg><script>window.__ran=1</script>';

export interface Echo {
  origin: string;
  calls: number;
  close(): Promise<void>;
}

const STATUSES = [400, 403, 500, 429, 401, 503, 302, 200];

/** Answers with everything that it was sent, as HTML too, in the forms of all vendors, with one status after the other. */
export async function echo(): Promise<Echo> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = Buffer.concat(chunks).toString();
      response.setHeader('content-type', 'application/json');
      if (request.url?.includes('/token')) {
        response.end(JSON.stringify({ access_token: canary('token'), token_type: 'Bearer', expires_in: 3600 }));
        return;
      }
      const said = `${HTML} ${JSON.stringify(request.headers)} ${request.url} ${sent}`;
      const status = STATUSES[at.calls++ % STATUSES.length] ?? 400;
      const fault = { code: said, message: said, description: said, data: said };
      const id = /"id":(\d+)/.exec(sent)?.[1] ?? 1;
      const answer = { fault, error: fault, status, message: said, details: said, result: null, id: Number(id) };
      response.writeHead(status, { activityid: said.replace(/[^\x20-\x7e]/g, ' ').slice(0, 4000) });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at: Echo = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return at;
}
