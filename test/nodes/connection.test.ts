/** What Test connection says: that it worked and what was learnt, or what to do, in a sentence, for every provider. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { providers } from '../../dist/src/providers/index.js';
import { cert, key } from '../providers/self-signed.ts';
import { admin, flows } from './support.ts';

interface Answer {
  ok: boolean;
  message: string;
  detail?: string;
}

const { sandbox: start, load } = flows();

describe('Test connection', () => {
  for (const { id, label, fields } of providers) {
    it(`of ${id} tells what worked, or what to do`, async () => {
      await load({ type: 'sms-length' }, []);
      const { baseUrl, tokenUrl, credentials } = await start({}, id);
      const ask = async (config: object, given: object = credentials): Promise<Answer> => {
        const whole = { provider: id, sandbox: false, timeout: 2000, baseUrl, tokenUrl, ...config };
        return (await admin().post('/sms-provider/test').send({ id: 'new', config: whole, credentials: given })).body;
      };
      const at = (change: (url: string) => string) => ({
        baseUrl: change(baseUrl),
        ...(tokenUrl ? { tokenUrl: change(tokenUrl) } : {}),
      });
      const host = /127\.0\.0\.1:\d+/;
      const secrets = fields.filter(({ secret }) => secret).map(({ name }) => name);
      const wrong = Object.fromEntries(
        Object.entries(credentials).map(([name, value]) => [name, secrets.includes(name) ? 'mistyped-canary' : value]),
      );

      const good = await ask({});
      assert.equal(good.message, `${label} answered: the account works.`);
      assert.match(good.detail ?? '', /\.$/);
      assert.equal((await ask({ sandbox: true }, {})).message, `${label} answered (sandbox): the account works.`);

      const unknown = await ask({ sandbox: false }, wrong);
      assert.match(unknown.message, /[Cc]heck (the|its) credentials/);
      assert.doesNotMatch(unknown.message, /mistyped-canary/);
      assert.match(
        (await ask({}, {})).message,
        /^The account lacks .*: open it and fill them in, or use its sandbox\.$/,
      );
      const refused = await ask(at((url) => url.replace(host, '127.0.0.1:1')));
      assert.match(refused.message, /^127\.0\.0\.1:1 could not be reached \(ECONNREFUSED\)\. Nothing listens/);
      const nameless = await ask(at((url) => url.replace(host, 'nowhere.invalid')));
      assert.match(nameless.message, /^nowhere\.invalid could not be reached \((ENOTFOUND|EAI_AGAIN)\)\. No such name/);
      const plain = await ask(at((url) => url.replace('http:', 'https:')));
      assert.match(plain.message, /It does not speak TLS at that port/);
      const stranger = await selfSigned();
      try {
        const there = `127.0.0.1:${(stranger.address() as AddressInfo).port}`;
        const untrusted = await ask(at((url) => url.replace('http:', 'https:').replace(host, there)));
        assert.match(untrusted.message, /Its certificate is not one that this machine trusts/);
      } finally {
        stranger.close();
      }
      for (const { ok, detail } of [unknown, refused, nameless, plain])
        assert.deepEqual([ok, detail], [false, undefined]);
    });
  }

  it('tells the balance where the vendor does', async () => {
    await load({ type: 'sms-length' }, []);
    const teller = providers.find(({ verbs }) => verbs.balance);
    const body = { id: 'new', config: { provider: teller?.id, sandbox: true }, credentials: {} };
    const { detail } = (await admin().post('/sms-provider/test').send(body)).body as Answer;
    assert.match(detail ?? '', /^Balance of the account: \d+ \w+\.$/);
  });
});

async function selfSigned(): Promise<Server> {
  const server = createServer({ cert, key });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}
