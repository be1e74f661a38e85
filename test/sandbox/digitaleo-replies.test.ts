/** How Digitaleo tells of statuses and replies by itself: pings and reply mails; and what phones write. */
import assert from 'node:assert/strict';
import type { MailRecord, Sandbox } from '../../dist/src/sandbox/index.js';
import { ended, login, number } from './digitaleo-support.ts';
import { next, receiver, sandboxes } from './support.ts';

const TO = number('4321');
const ACCOUNT = 'account@example.com';

function headersAndBody({ content }: MailRecord): { headers: Record<string, string>; body: string } {
  const [head = '', coded = ''] = Buffer.from(content).toString('latin1').split('\r\n\r\n');
  const lines = head.replaceAll('\r\n ', ' ').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  return { headers, body: Buffer.from(coded, 'base64').toString('utf8') };
}

describe('sandbox: Digitaleo replies', () => {
  const { start } = sandboxes('digitaleo');

  const callbacks = (sandbox: Sandbox, count: number): Promise<unknown> =>
    next(sandbox, 'callback', () => sandbox.callbacks().length >= count);

  it('pings the account’s address on each status and reply, with nothing but the id', async () => {
    const target = await receiver(200);
    const sandbox = await start({ settings: { statusUrl: target.url } });
    const all = callbacks(sandbox, 3);
    const { id } = (await (await login(sandbox)).sms(number('0001'))).body;
    await all;
    target.close();
    const ping = { method: 'GET', type: '', path: `/dlr?id=7&sms_id=${id}`, body: undefined };
    assert.deepEqual(target.pushes, [ping, ping, ping]);
    assert.deepEqual(
      sandbox.callbacks().map(({ about, body, status }) => [about, body, status]),
      Array(3).fill([id, '', 200]),
    );
  });

  it('is told later where to ping, and to stop, account by account', async () => {
    const target = await receiver(200);
    const clients = ['one', 'two'].map((clientId) => ({ clientId, clientSecret: 's' }));
    const sandbox = await start({ clients });
    const url = target.url.replace('?id=7', '');
    sandbox.configure({ inboundUrl: url, client: 'two' });
    for (const client of clients) {
      const end = ended(sandbox);
      await (await login(sandbox, client)).sms(number(client.clientId === 'one' ? '1111' : '2222'));
      await end;
    }
    const told = callbacks(sandbox, 1);
    for (const digits of ['1111', '2222']) sandbox.receive({ from: number(digits), text: 'hello' });
    await told;
    assert.deepEqual(
      target.pushes.map(({ path }) => path),
      [`/dlr?sms_id=${sandbox.messages()[1]?.id}`],
    );
    sandbox.configure({ inboundUrl: null });
    sandbox.receive({ from: number('2222'), text: 'again' });
    assert.throws(() => sandbox.configure({ client: 'three' }), RangeError);
    target.close();
    await sandbox.close();
    assert.equal(target.pushes.length, 1);
  });

  it('gives a reply to whoever wrote last to that phone, and finds it by the mailing', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const end = ended(sandbox);
    const { id } = (await client.mailing([{ recipient: TO }], { name: 'Open day' })).body;
    await end;
    const reply = sandbox.receive({ from: TO, text: 'Yes, this open day can interest me' });
    const other = sandbox.receive({ from: number('9999'), text: 'Who are you?' });
    assert.deepEqual([reply.inReplyTo, other.inReplyTo], [sandbox.messages()[0]?.id, undefined]);
    const answers = `way=mo&properties=DEFAULT,text,recipient,dialingCode,status`;
    const row = { id: reply.id, text: reply.text, recipient: TO, dialingCode: '33', status: null };
    assert.deepEqual((await client.list(`/sms?mailingId=${id}&${answers}`)).list, [row]);
    assert.equal((await client.list(`/sms?${answers}`)).size, 2);
    assert.equal((await client.list(`/sms?way=mo&recipient=${TO}&total=true`)).total, 1);
    const [status] = (await client.list(`/status?mailingId=${id}`)).list;
    assert.deepEqual([status?.status, status?.response], ['rep', reply.text]);
    assert.throws(() => sandbox.receive({ from: TO, to: '12345', text: 'x' }), RangeError);
  });

  it('gives no replies but to type=2 when the account is as it is by default', async () => {
    const sandbox = await start({ assumptions: { repliesActivated: false } });
    const client = await login(sandbox);
    for (const [digits, more] of [
      ['1111', {}],
      ['2222', { type: 2 }],
    ] as const) {
      const end = ended(sandbox);
      await client.sms(number(digits), 'x', more);
      await end;
      sandbox.receive({ from: number(digits), text: digits });
    }
    sandbox.receive({ from: number('3333'), text: 'unasked' });
    const { list } = await client.list('/sms?way=mo&properties=text');
    assert.deepEqual(list, [{ text: '2222' }]);
    assert.equal(sandbox.inbox().length, 3);
  });

  it('has no replies to a sender of letters', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const reply = next(sandbox, 'inbound');
    await client.sms(number('0001'), 'x', { sender: 'Shop' });
    assert.deepEqual((await reply).owners, []);
    assert.equal((await client.list('/sms?way=mo')).size, 0);
  });

  it('writes a reply mail to the account, as §2.10 has it', async () => {
    const sandbox = await start();
    const mail = next(sandbox, 'mail');
    const { id } = (await (await login(sandbox)).sms(number('0001'), 'Ça va ?')).body;
    const { direction, from, to, messages, ...rest } = await mail;
    assert.deepEqual([direction, from, to, messages], ['out', 'sms@ecosms.fr', [ACCOUNT], [id]]);
    const { headers, body } = headersAndBody({ direction, from, to, messages, ...rest });
    assert.equal(headers.Subject, `Response from ${number('0001')} to SMS #${id}`);
    assert.equal(headers['Content-Type'], 'text/plain; charset=UTF-8');
    assert.equal(body, 'SMS: Ça va ?\r\nResponse: OK\r\n');
    assert.deepEqual(sandbox.mails(), [await mail]);
  });

  it('writes it with the subject, the sender and to the address that the SMS named, as HTML when told so', async () => {
    const sandbox = await start({ assumptions: { replyMailFormat: 'html' } });
    const mail = next(sandbox, 'mail');
    const more = { email: 'jean@example.com', emailSender: 'Société', emailSubject: 'Réponse à notre invitation' };
    const client = await login(sandbox);
    await client.sms(number('0001'), '<b>', more);
    const { headers, body } = headersAndBody(await mail);
    assert.equal(headers.To, 'jean@example.com');
    assert.match(headers.From ?? '', /^=\?UTF-8\?B\?\S+\?= <sms@ecosms\.fr>$/);
    const words = Array.from((headers.Subject ?? '').matchAll(/\?B\?([^?]+)\?=/g), ([, word = '']) => word);
    assert.equal(words.map((word) => Buffer.from(word, 'base64').toString()).join(''), more.emailSubject);
    assert.match(body, /<p>SMS: &lt;b&gt;<\/p><p>Response: OK<\/p>/);
    assert.deepEqual((await client.list('/sms?properties=email,emailSender,emailSubject')).list, [more]);
  });

  it('delivers its mails by SMTP where there is a server for them', async () => {
    const other = await start();
    const { host, port } = other.smtp ?? {};
    const sandbox = await start({ settings: { mailUrl: `smtp://${host}:${port}` } });
    const taken = next(other, 'mail');
    const client = await login(sandbox);
    await client.sms(number('0001'), '.dot', { email: 'sms@ecosms.fr' });
    assert.deepEqual(Buffer.from((await taken).content), Buffer.from(sandbox.mails()[0]?.content ?? []));
    const refused = next(sandbox, 'mail', ({ to }) => to[0] === 'nobody@example.com');
    await client.sms(number('0001'), 'x', { email: 'nobody@example.com' });
    assert.match((await refused).error ?? '', /550/);
    sandbox.configure({ mailUrl: 'smtp://127.0.0.1:1' });
    const failed = next(sandbox, 'mail', ({ to }) => to[0] === 'else@example.com');
    await client.sms(number('0001'), 'x', { email: 'else@example.com' });
    assert.match((await failed).error ?? '', /ECONNREFUSED/);
  });
});
