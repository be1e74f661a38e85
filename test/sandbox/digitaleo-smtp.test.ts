/** Orders by mail: the SMTP server of Digitaleo's sandbox, and what it reads in a mail. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import type { SendMailOptions } from 'nodemailer';
import nodemailer from 'nodemailer';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import { converse, login, number } from './digitaleo-support.ts';
import { next, sandboxes } from './support.ts';

const A = '+447123456789';
const B = '+441234567891';
const PERSONALISED = [
  'U-SANDBOX',
  'T>Hello #1# #2#,',
  'T-Your car is ready.',
  `#-${A.slice(1)};M;SMITH`,
  `#-${B.slice(1)};Mrs;JONES`,
  '',
].join('\r\n');

describe('sandbox: Digitaleo by mail', () => {
  const { start } = sandboxes('digitaleo');

  async function mail({ smtp, credentials }: Sandbox, content: SendMailOptions, known = false): Promise<void> {
    const auth = known ? { auth: { user: credentials.smtpUser, pass: credentials.smtpPass } } : {};
    const transport = nodemailer.createTransport({ host: smtp?.host, port: smtp?.port, ...auth });
    await transport.sendMail({ from: 'shop@example.com', to: 'sms@ecosms.fr', subject: 'any', ...content });
    transport.close();
  }
  const sms = (sandbox: Sandbox): unknown[] => sandbox.messages().map(({ to, text }) => [to, text]);
  const ignored = (sandbox: Sandbox): unknown => sandbox.mails().at(-1)?.ignored;

  it('reads the first example of §4.2, and keeps the mail', async () => {
    const sandbox = await start();
    const texts = [
      'U-SANDBOX',
      'D-2030-08-04T12:30:00',
      'T-first text',
      '#-447123456789',
      '#-441234567891',
      'T-second text message',
      'T-for one',
      '#-441234567893;',
      '',
    ];
    await mail(sandbox, { text: texts.join('\n') });
    assert.deepEqual(sms(sandbox), [
      [A, 'first text'],
      [B, 'first text'],
      ['+441234567893', 'second text message\nfor one'],
    ]);
    const [record, ...others] = sandbox.mails();
    assert.deepEqual([record?.direction, record?.from, record?.to], ['in', 'shop@example.com', ['sms@ecosms.fr']]);
    assert.deepEqual(
      record?.messages,
      sandbox.messages().map(({ id }) => id),
    );
    assert.match(Buffer.from(record?.content ?? []).toString(), /^Subject: any\r$/m);
    assert.deepEqual(others, []);
    assert.deepEqual(
      sandbox.messages().map(({ providerStatus }) => providerStatus),
      ['wait', 'wait', 'wait'],
    );
  });

  const codings: [string, SendMailOptions][] = [
    ['in the body', { text: PERSONALISED }],
    ['in base64', { text: PERSONALISED, textEncoding: 'base64' }],
    ['in quoted-printable', { text: PERSONALISED, textEncoding: 'quoted-printable' }],
    ['in an attachment', { text: 'see there', attachments: [{ filename: 'a.txt', content: PERSONALISED }] }],
    [
      'in an attachment of bytes',
      { attachments: [{ content: Buffer.from(`\ufeff${PERSONALISED}`), contentType: 'application/octet-stream' }] },
    ],
    ['beside HTML', { text: PERSONALISED, html: `<p>${PERSONALISED}</p>` }],
  ];
  for (const [what, content] of codings) {
    it(`fills in the fields of §4.3, ${what}`, async () => {
      const sandbox = await start();
      await mail(sandbox, content);
      assert.deepEqual(sms(sandbox), [
        [A, 'Hello M SMITH,\nYour car is ready.'],
        [B, 'Hello Mrs JONES,\nYour car is ready.'],
      ]);
    });
  }

  it('takes the other form of fields, changes characters, and passes other lines over', async () => {
    const sandbox = await start();
    const lines = [
      'Dear platform,',
      'U-SANDBOX',
      'T-(%2) (%1)(%3) à l’œuvre ç #name#',
      '#-33696300056;é;2',
      '',
      '-- ',
      'Jean',
    ];
    await mail(sandbox, { text: lines.join('\n'), textEncoding: 'base64' });
    assert.deepEqual(sms(sandbox), [['+33696300056', "2 é à l'oeuvre  #name#"]]);
  });

  it('reads other charsets', async () => {
    const sandbox = await start();
    const body = Buffer.from('U-SANDBOX\r\nT-\xe9t\xe9\r\n#-33696300056\r\n', 'latin1').toString('base64');
    const raw = `From: a@b.fr\r\nTo: sms@ecosms.fr\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}\r\n`;
    await mail(sandbox, { envelope: { from: 'a@b.fr', to: 'sms@ecosms.fr' }, raw });
    assert.deepEqual(sms(sandbox), [['+33696300056', 'été']]);
  });

  it('joins the lines of a flowed mail only when told so', async () => {
    const body = ['U-SANDBOX', 'T-a long line that ', 'was broken', '#-33696300056', ''].join('\r\n');
    const raw = `From: a@b.fr\r\nContent-Type: text/plain; format=flowed\r\n\r\n${body}`;
    for (const [flowedMailDecoded, text] of [
      [false, 'a long line that '],
      [true, 'a long line that was broken'],
    ] as const) {
      const sandbox = await start({ assumptions: { flowedMailDecoded } });
      await mail(sandbox, { envelope: { from: 'a@b.fr', to: 'sms@ecosms.fr' }, raw });
      assert.equal(sandbox.messages()[0]?.text, text);
    }
  });

  const dates: [string, string | undefined][] = [
    ['2030-08-04T15:19:21+02:00', '2030-08-04 15:19:21'],
    ['2030-08-04T15:19:21', '2030-08-04 15:19:21'],
    ['2030-01-04T15:19', '2030-01-04 15:19:00'],
    ['2030-08-04', '2030-08-04 00:00:00'],
    ['2030-08-04T15:19Z', '2030-08-04 17:19:00'],
    ['2030-01-04T15:19:21-05:00', '2030-01-04 21:19:21'],
    ['2030-02-30', undefined],
    ['04/08/2030', undefined],
    ['2030-08-04T25:00', undefined],
    ['2030-08-04 15:19:21', undefined],
    ['2030-08-04+02:00', undefined],
    ['', undefined],
  ];
  it('takes the four forms of a date, and with another one nothing of the mail', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    for (const [date, local] of dates) {
      await mail(sandbox, { text: `U-SANDBOX\nD-${date}\nT-x\n#-33696300056\n` });
      if (local === undefined) assert.match(String(ignored(sandbox)), /is no date/, date);
    }
    const { list } = await client.list('/sms?properties=date');
    const read = list.map(({ date }) => date);
    assert.deepEqual(
      read,
      dates.flatMap(([, local]) => local ?? []),
    );
  });

  it('says nothing of what it ignores', async () => {
    const sandbox = await start();
    const many = Array.from({ length: 2001 }, () => '#-33696300056').join('\n');
    for (const [body, reason] of [
      ['T-x\n#-33696300056', /no account code/],
      ['U-OTHER\nT-x\n#-33696300056', /no account OTHER/],
      ['U-SANDBOX\n#-33696300056\nT-x', /no recipient/],
      [`U-SANDBOX\nT-x\n${many}`, /more than 2000/],
      [`U-SANDBOX\nT-${'#1#'.repeat(300)}\n#-33696300056;${'x'.repeat(900)}`, /a text of 270000 characters/],
      [`U-SANDBOX\nT-${'x'.repeat(1025)}\n#-33696300056`, /more than 1024/],
    ] as const) {
      await mail(sandbox, { text: body });
      assert.match(String(ignored(sandbox)), reason);
    }
    assert.deepEqual(sandbox.messages(), []);
    await mail(sandbox, { text: `U-SANDBOX\nT-x\n${many.replace('#-33696300056\n', '')}` });
    assert.equal(sandbox.messages().length, 2000);
  });

  it('tells the stories that mail can tell', async () => {
    const sandbox = await start();
    const order = (digits: string): Promise<void> => mail(sandbox, { text: `U-SANDBOX\nT-x\n#-${number(digits)}\n` });
    const bad = next(sandbox, 'status', ({ providerStatus }) => providerStatus === 'ko');
    await order('0005');
    assert.equal((await bad).to, number('0005'));
    await order('0012');
    for (const digits of ['0006', '0006', '0007']) await assert.rejects(order(digits), { responseCode: 451 });
    for (const digits of ['0006', '0007']) await order(digits);
    for (const digits of ['0008', '0009', '0011']) await assert.rejects(order(digits));
    assert.deepEqual(
      sandbox.messages().map(({ story }) => story),
      ['0005', '0012', '0006', '0007', '0008', '0011'],
    );
    assert.equal(sandbox.mails().length, 6);
  });

  it('takes a login, and demands one when told so', async () => {
    const sandbox = await start({ assumptions: { smtpAuthRequired: true } });
    await assert.rejects(mail(sandbox, { text: PERSONALISED }), { responseCode: 530 });
    await mail(sandbox, { text: PERSONALISED }, true);
    assert.equal(sandbox.messages().length, 2);
    const wrong = { ...sandbox, credentials: { ...sandbox.credentials, smtpPass: 'other' } };
    await assert.rejects(mail(wrong, { text: PERSONALISED }, true), { responseCode: 535 });
    const words = ['sandbox', 'sandbox-smtp'].map((word) => Buffer.from(word).toString('base64'));
    const answers = await converse(sandbox.smtp ?? { host: '', port: 0 }, ['EHLO x', 'AUTH LOGIN', ...words, 'QUIT']);
    assert.match(answers.at(-2) ?? '', /^235/);
  });

  it('keeps to the order of SMTP, and survives what is none', async () => {
    const { smtp = { host: '', port: 0 } } = await start();
    const dialogue: [string, RegExp][] = [
      ['MAIL FROM:<a@b.fr>', /^503/],
      ['HELO x', /^250/],
      ['RCPT TO:<sms@ecosms.fr>', /^503/],
      ['DATA', /^503/],
      ['NONSENSE', /^500/],
      ['', /^500/],
      ['MAIL a@b.fr', /^501/],
      ['MAIL FROM:<a@b.fr> SIZE=99999999', /^552/],
      ['MAIL FROM:<>', /^250/],
      ['MAIL FROM:<a@b.fr>', /^503/],
      ['RCPT TO:<somebody@else.fr>', /^550/],
      ['RCPT TO:<SMS@ecosms.fr>', /^250/],
      ['RSET', /^250/],
      ['DATA', /^503/],
      ['VRFY sms', /^252/],
      ['NOOP', /^250/],
      ['AUTH GSSAPI', /^503|^504/],
      ['QUIT', /^221/],
    ];
    const answers = await converse(
      smtp,
      dialogue.map(([line]) => line),
    );
    dialogue.forEach(([line, answer], index) => {
      assert.match(answers[index + 1] ?? '', answer, line);
    });
    const socket = connect(smtp.port, smtp.host);
    socket.on('error', () => {});
    socket.write(Buffer.alloc(20_000, 'x'));
    assert.match(await textOf(socket), /^220/);
  });

  it('takes everything at once from a client that does not wait, and dots at the beginning of a line', async () => {
    const sandbox = await start();
    const { host = '', port = 0 } = sandbox.smtp ?? {};
    const socket = connect(port, host);
    const body = 'Subject: x\r\n\r\nU-SANDBOX\r\nT-one\r\n..T-two\r\n..\r\n#-33696300056\r\n.\r\n';
    socket.write(`EHLO x\r\nMAIL FROM:<a@b.fr> BODY=8BITMIME\r\nRCPT TO:<sms@ecosms.fr>\r\nDATA\r\n${body}QUIT\r\n`);
    assert.match(await textOf(socket), /250 2\.0\.0 Ok: queued\r\n221/);
    assert.deepEqual(sms(sandbox), [['+33696300056', 'one']]);
    assert.match(Buffer.from(sandbox.mails()[0]?.content ?? []).toString(), /\r\n\.T-two\r\n\.\r\n#-33696300056\r\n$/);
  });

  it('closes with mail connections open', async () => {
    const sandbox = await start();
    const { host = '', port = 0 } = sandbox.smtp ?? {};
    const socket = connect(port, host);
    const gone = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.once('data', resolve));
    await sandbox.close();
    await gone;
  });
});
