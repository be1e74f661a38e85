#!/usr/bin/env node
/** `sms-sandbox <provider> [--port N] …`: serves one vendor's wire on loopback until it is told to stop. */
import { parseArgs } from 'node:util';
import type { SandboxSettings } from './index';
import { SANDBOX_PROVIDERS, STORIES, startSandbox } from './index';

const USAGE = `Usage: sms-sandbox <${SANDBOX_PROVIDERS.join('|')}> [--port N]

Serves the provider's API on 127.0.0.1, without an account. Prints one line of JSON
(provider, baseUrl, tokenUrl, smtp, ftp, credentials: what there is) and serves until SIGTERM or Ctrl-C.

  --port N           TCP port; 0 or none: any free one
  --status-url URL   where delivery reports are pushed to, for a provider that takes this once for the account
  --inbound-url URL  where what phones write is pushed to, likewise
  --help             this text

The last four digits of the recipient choose what becomes of a message; any others: delivered.
${STORIES.map(({ digits, title }) => `  ${digits}  ${title}`).join('\n')}
`;

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(sentenceOf(error));
  process.exitCode = 2;
});

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      'status-url': { type: 'string' },
      'inbound-url': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const [chosen, extra] = positionals;
  if (chosen === undefined || extra !== undefined)
    throw new Error(`Name one provider: ${SANDBOX_PROVIDERS.join(', ')}.`);
  const settings = settingsOf(values['status-url'], values['inbound-url']);
  const sandbox = await startSandbox(chosen, { port: portOf(values.port), settings });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      sandbox.close().then(() => process.exit(0));
    });
  }
  const { provider, baseUrl, tokenUrl, smtp, ftp, credentials } = sandbox;
  console.log(JSON.stringify({ provider, baseUrl, tokenUrl, smtp, ftp, credentials }));
}

/** Digits only: an empty string or `1e3` is a slip, not a port. */
function portOf(value: string | undefined): number {
  if (value === undefined) return 0;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Error(`--port takes a number from 0 to 65535, not "${value}".`);
}

/** Undefined when nothing is asked for: some vendors have nothing to set. */
function settingsOf(statusUrl?: string, inboundUrl?: string): SandboxSettings | undefined {
  return statusUrl === undefined && inboundUrl === undefined ? undefined : { statusUrl, inboundUrl };
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is taken; choose another one, or none for any free one.`;
  if (code === 'EACCES') return `Port ${port} is not allowed to you; choose one above 1023.`;
  return error.message;
}
