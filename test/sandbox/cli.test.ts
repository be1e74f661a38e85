/** The sms-sandbox command, as a process of its own. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { login, sandboxes } from './support.ts';

const CLI = fileURLToPath(new URL('../../dist/src/sandbox/cli.js', import.meta.url));

interface Run {
  child: ChildProcess;
  /** What was written to stdout so far. */
  out(): string;
  /** The first line on stdout. */
  line: Promise<string>;
  ended: Promise<{ code: number | null; signal: string | null; out: string; err: string }>;
}

describe('sandbox: command', () => {
  const { start } = sandboxes();
  let children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children = [];
  });

  function run(...args: string[]): Run {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let out = '';
    let err = '';
    child.stderr.on('data', (chunk) => (err += chunk));
    const line = new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk) => {
        out += chunk;
        if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
      });
    });
    const ended = new Promise<Awaited<Run['ended']>>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, out, err }));
    });
    return { child, out: () => out, line, ended };
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`prints one line of JSON, serves, and ends with 0 on ${signal}`, async () => {
      const { child, line, ended } = run('enco', '--port', '0');
      const sandbox = JSON.parse(await line);
      assert.deepEqual(Object.keys(sandbox), ['provider', 'baseUrl', 'tokenUrl', 'credentials']);
      assert.deepEqual(sandbox.credentials, { clientId: 'sandbox', clientSecret: 'sandbox-secret' });
      const client = await login(sandbox);
      assert.equal((await client.send('+32470000000')).status, 201);
      child.kill(signal);
      const { code, out, err } = await ended;
      assert.deepEqual([code, out.trim().split('\n').length, err], [0, 1, '']);
    });
  }

  it('serves at the port asked for', async () => {
    const sandbox = await start();
    const { port } = new URL(sandbox.baseUrl);
    await sandbox.close();
    assert.equal(JSON.parse(await run('enco', '--port', port).line).baseUrl, sandbox.baseUrl);
  });

  it('names the credentials of another vendor, leaves out a token address it has not, and takes push addresses', async () => {
    const { line } = run(
      'zoomconnect',
      '--status-url',
      'http://127.0.0.1:9/s',
      '--inbound-url',
      'http://127.0.0.1:9/i',
    );
    const { baseUrl, ...printed } = JSON.parse(await line);
    const credentials = { email: 'sandbox@example.com', token: 'sandbox-token', urlToken: 'sandbox-url' };
    assert.deepEqual(printed, { provider: 'zoomconnect', credentials });
    const { email, token } = credentials;
    const balance = `${baseUrl}/api/rest/v1/account/balance`;
    assert.equal((await fetch(balance, { headers: { email, token } })).status, 200);
  });

  it('says where a vendor takes mails and files', async () => {
    const { smtp, ftp, credentials, ...others } = JSON.parse(await run('digitaleo').line);
    assert.deepEqual(Object.keys(others), ['provider', 'baseUrl', 'tokenUrl']);
    for (const { host, port } of [smtp, ftp]) assert.deepEqual([host, port > 0], ['127.0.0.1', true]);
    const names = ['clientId', 'clientSecret', 'accountCode', 'smtpUser', 'smtpPass', 'ftpUser', 'ftpPass'];
    assert.deepEqual(Object.keys(credentials), names);
  });

  it('explains itself', async () => {
    const { code, out } = await run('--help').ended;
    assert.equal(code, 0);
    assert.match(out, /Usage: sms-sandbox/);
    assert.match(out, /0012 {2}token expires before the call/);
  });

  const bad: [string[], RegExp][] = [
    [[], /Name one provider: enco/],
    [['nexmo'], /no sandbox for "nexmo"/],
    [['enco', 'callr'], /Name one provider/],
    [['enco', '--port', 'high'], /--port takes a number from 0 to 65535, not "high"/],
    [['enco', '--port', '70000'], /--port takes a number/],
    [['enco', '--port='], /--port takes a number/],
    [['enco', '--speed', '9'], /--speed/],
    [['enco', '--status-url', 'http://127.0.0.1:9'], /sandbox of enco has nothing to configure/],
    [['zoomconnect', '--inbound-url', 'nowhere'], /nowhere is no http or https URL/],
  ];
  it('says on stderr what is wrong, and ends with 2', async () => {
    for (const [args, sentence] of bad) {
      const { code, out, err } = await run(...args).ended;
      assert.deepEqual([code, out, err.trim().split('\n').length], [2, '', 1], args.join(' '));
      assert.match(err, sentence);
    }
  });

  it('says that a port is taken', async () => {
    const { port } = new URL((await start()).baseUrl);
    const { code, err } = await run('enco', '--port', port).ended;
    assert.equal(code, 2);
    assert.match(err, new RegExp(`Port ${port} is taken`));
  });

  it('can be started as a command', () => {
    assert.match(readFileSync(CLI, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  });
});
