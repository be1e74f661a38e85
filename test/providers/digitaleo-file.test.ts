/** Digitaleo's file of lines, by mail and by FTP: nothing that a message carries becomes a line, a field or a placeholder. */
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { capabilitiesOf, verbOf } from '../../dist/src/providers/capabilities.js';
import { type FileRecipient, type MailingFile, mailingFiles } from '../../dist/src/providers/digitaleo/mailing-file.js';
import type { Session } from '../../dist/src/providers/session.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { digitaleo, lines, mobile } from './digitaleo-support.ts';
import { assertNothingSecret, facts, failure, outgoing } from './support.ts';

const to = (number: string, ...fields: string[]): FileRecipient => ({
  number,
  fields: fields.length > 0 ? fields : null,
});

function file(more: Partial<MailingFile> = {}): string[] {
  const blocks = [{ text: 'Hello', recipients: [to('+447123456789')] }];
  return mailingFiles({ accountCode: 'DEMO', date: null, blocks, ...more });
}

const one = (text: string, ...recipients: FileRecipient[]) =>
  file({ blocks: [{ text, recipients: recipients.length > 0 ? recipients : [to('+447123456789')] }] })[0]?.split(
    '\r\n',
  );

describe("Digitaleo's file of lines", () => {
  it('digitaleo.smtp.send: is that of the document, texts above their recipients', () => {
    const blocks = [
      { text: 'first text message for 3 recipients', recipients: ['447123456789', '441234567891'].map((n) => to(n)) },
      { text: 'second text message\nfor 2 recipients', recipients: [to('+441234567893')] },
    ];
    assert.deepEqual(file({ blocks, date: '2017-08-04T12:30:00' }), [
      [
        'U-DEMO',
        'D-2017-08-04T12:30:00',
        'T-first text message for 3 recipients',
        '#-447123456789',
        '#-441234567891',
        'T-second text message',
        'T-for 2 recipients',
        '#-441234567893',
        '',
      ].join('\r\n'),
    ]);
  });

  it('digitaleo.smtp.sendPersonalized: fields stand behind the number', () => {
    const people = [to('447123456789', 'M', 'SMITH'), to('441234567891', 'Mrs', 'JONES')];
    assert.deepEqual(one('Hello #1# (%2),\nYour car is ready.', ...people), [
      'U-DEMO',
      'T-Hello #1# (%2),',
      'T-Your car is ready.',
      '#-447123456789;M;SMITH',
      '#-441234567891;Mrs;JONES',
      '',
    ]);
  });

  for (const date of ['2017-08-04T15:19:21+02:00', '2017-08-04T15:19:21', '2017-08-04T15:19', '2017-08-04']) {
    it(`digitaleo.smtp.scheduled: takes the form ${date}`, () => {
      assert.equal(file({ date })[0]?.split('\r\n')[1], `D-${date}`);
    });
  }

  it('digitaleo.smtp.scheduled: an instant is written with its offset, which no zone can shift', () => {
    assert.match(file({ date: new Date('2030-08-04T13:19:21.500Z') })[0] ?? '', /\r\nD-2030-08-04T13:19:21\+00:00\r\n/);
  });

  for (const date of ['2030-08-04T13:19:21.000Z', '2030-08-04T13:19:21Z']) {
    it(`digitaleo.smtp.scheduled: writes ${date}, which is what a Date becomes, with its offset`, () => {
      assert.match(file({ date })[0] ?? '', /\r\nD-2030-08-04T13:19:21\+00:00\r\n/);
    });
  }

  for (const date of [
    '',
    'tomorrow',
    '2017-08-04 15:19',
    '2017-02-30',
    '2017-13-01',
    '2017-08-04T25:00',
    '2017-08-04\r\nU-EVIL',
    '04/08/2017',
  ]) {
    it(`digitaleo.smtp.scheduled: refuses ${JSON.stringify(date)}, for which the whole mail would be ignored`, () => {
      assert.throws(() => file({ date }), { code: 'SMS_INVALID_OPTION' });
    });
  }

  it('a line of a text may begin with anything', () => {
    const lines = ['#-32470000000', 'T-x', 'U-EVIL', 'D-2017-01-01', 'T>x', '', '  #-32470000000'];
    assert.deepEqual(one(lines.join('\n')), ['U-DEMO', ...lines.map((line) => `T-${line}`), '#-447123456789', '']);
  });

  it('every way to end a line within a text is one of ours, or refused', () => {
    assert.deepEqual(one('a\r\n#-1\rU-x\nb'), ['U-DEMO', 'T-a', 'T-#-1', 'T-U-x', 'T-b', '#-447123456789', '']);
    for (const end of ['\v', '\f', '\u0085', '\u2028', '\u2029', '\u001e', '\0']) {
      assert.throws(() => one(`a${end}#-32470000000`), { code: 'SMS_INVALID_OPTION' }, JSON.stringify(end));
    }
  });

  for (const value of ['a;b', 'a\nb', 'a\r\n#-32470000000', 'a\u2028b', '\f', '#1#', 'x (%2) y']) {
    it(`refuses a field ${JSON.stringify(value)}`, () => {
      assert.throws(() => one('Hello #1#', to('447123456789', value)), { code: 'SMS_INVALID_OPTION' });
    });
  }

  for (const text of ['Room #1# is free', 'Use (%1)', '#12#']) {
    it(`refuses ${JSON.stringify(text)} that is nobody's template, since the format cannot quote it`, () => {
      assert.throws(() => one(text), { code: 'SMS_INVALID_OPTION', message: /https/ });
    });
  }

  it('a # that cannot be taken for a place stays', () => {
    for (const text of ['#', '# 1 #', 'Call #12', 'C# and F#', '#a#', '##', '(% 1)']) {
      assert.equal(one(text)?.[1], `T-${text}`);
    }
    assert.equal(one('#1#: ticket # 5', to('447123456789', 'No. #4'))?.[2], '#-447123456789;No. #4');
  });

  it('refuses a place without its field, places that share a #, and fields that make up a place with the text', () => {
    assert.throws(() => one('#2#', to('447123456789', 'x')), { code: 'SMS_INVALID_OPTION', message: /#2#/ });
    assert.throws(() => one('#0#', to('447123456789', 'x')), { code: 'SMS_INVALID_OPTION' });
    assert.throws(() => one('#1#2#', to('447123456789', 'x', 'y')), { code: 'SMS_INVALID_OPTION' });
    assert.throws(() => one('#1##2#', to('447123456789', '#2', 'y')), { code: 'SMS_INVALID_OPTION' });
    assert.throws(() => one('#1#%2)', to('447123456789', '(', 'y')), { code: 'SMS_INVALID_OPTION' });
  });

  for (const number of ['447123456789;x', '44\n#-32470000000', 'Jean', '', '0471234567', '#-447123456789', '1']) {
    it(`refuses the number ${JSON.stringify(number)}`, () => {
      assert.throws(() => one('Hello', to(number)), { code: 'SMS_INVALID_NUMBER' });
    });
  }

  for (const accountCode of ['', '  ', 'DEMO\nU-EVIL', 'DEMO\r#-1', 'a\u2028b']) {
    it(`refuses the account code ${JSON.stringify(accountCode)}`, () => {
      assert.throws(() => file({ accountCode }), { code: 'SMS_CONFIG' });
    });
  }

  it('digitaleo.limits: 2,000 messages in a file, each file whole in itself', () => {
    const recipients = Array.from({ length: 4500 }, (_, index) => to(`4470000${index + 10_000}`));
    const files = file({
      date: '2030-01-01',
      blocks: [
        { text: 'a', recipients: recipients.slice(0, 1500) },
        { text: 'b', recipients: recipients.slice(1500) },
      ],
    });
    assert.deepEqual(
      files.map((one) => [one.match(/^#-/gm)?.length, one.match(/^T-.*$/gm)?.map((line) => line.trim())]),
      [
        [2000, ['T-a', 'T-b']],
        [2000, ['T-b']],
        [500, ['T-b']],
      ],
    );
    for (const one of files) assert.match(one, /^U-DEMO\r\nD-2030-01-01\r\nT-/);
  });
});

describe('Digitaleo by mail and by file', () => {
  const { connect, session, ends } = lines();

  for (const transport of ['smtp', 'ftp'] as const) {
    const row = transport === 'smtp' ? 'digitaleo.smtp.send' : 'digitaleo.ftp.upload';

    it(`${row}: an account with this transport sends, and is told no id: ours is taken`, async () => {
      const { vendor, line } = await connect({}, { transport });
      const text = 'Déjà vu à 5 €\n#-33600000000\nU-X';
      const answer = await line.provider.verbs.send(line, outgoing(mobile('0000'), { text, reference: 'ref-77' }));
      assert.deepEqual([answer.id, answer.status, answer.providerStatus], ['ref-77', 'queued', null]);
      assert.deepEqual(
        vendor.messages().map((message) => [message.to, message.text]),
        [[mobile('0000'), text]],
      );
      assert.equal(vendor.requests().count, 0);
    });

    it(`${row}: many messages are one file, and each has its answer`, async () => {
      const { vendor, line } = await connect({}, { transport });
      const wanted = [
        outgoing(mobile('1111'), { text: 'one', reference: 'a' }),
        outgoing(mobile('2222'), { text: 'Room #1#', reference: 'b' }),
        outgoing(mobile('3333'), { text: 'two', reference: 'c' }),
        outgoing(mobile('4444'), { text: 'one', reference: 'd' }),
        outgoing(mobile('5555'), { text: '漢', reference: 'e', alphabet: 'UCS-2' }),
      ];
      const answers = await verbOf(line.provider, 'sendMany')(line, wanted);
      assert.deepEqual(
        answers.map((answer) => (answer instanceof SmsError ? answer.code : answer.id)),
        ['a', 'SMS_INVALID_OPTION', 'c', 'd', 'SMS_UNSUPPORTED'],
      );
      assert.deepEqual(
        vendor.messages().map(({ to, text }) => [to, text]),
        [
          [mobile('1111'), 'one'],
          [mobile('4444'), 'one'],
          [mobile('3333'), 'two'],
        ],
      );
      assert.equal(vendor.mails().length + vendor.files().length, 1);
    });

    it(`${row}: a date is that of the whole file`, async () => {
      const { vendor, line } = await connect({}, { transport });
      const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3600_000);
      await verbOf(line.provider, 'sendMany')(line, [outgoing(mobile('1111'), { at }), outgoing(mobile('2222'))]);
      const [scheduled, now] = [...vendor.mails(), ...vendor.files()].map(({ content }) => String(content));
      const date = at.toISOString().replace('.000Z', '+00:00').replaceAll('+', '\\+');
      assert.match(scheduled ?? '', new RegExp(`\r\nD-${date}\r\nT-Pump 3 is dry\r\n#-33696301111\r\n`));
      assert.match(now ?? '', /U-\S+\r\nT-Pump 3 is dry\r\n#-33696302222\r\n/);
      assert.equal(vendor.messages()[0]?.status, 'scheduled');
    });

    it(`${row}: says of everything else that there are no ids and no statuses`, async () => {
      const { line } = await connect({}, { transport });
      const can = capabilitiesOf(line.provider);
      assert.deepEqual(
        Object.keys(can).filter((name) => can[name] === true),
        ['send', 'sendMany', 'schedule', 'personalised'],
      );
      for (const verb of ['status', 'history', 'inbound', 'statusQueue', 'lookup', 'cancel'] as const) {
        assert.throws(() => verbOf(line.provider, verb), {
          code: 'SMS_UNSUPPORTED',
          message: /neither ids nor statuses/,
        });
      }
      assert.equal(line.provider.webhook, undefined);
    });

    for (const [digits, expected] of [
      ['0006', 'SMS_UNREACHABLE not-sent retryable'],
      ['0008', 'SMS_UNCERTAIN unknown retryable'],
      ['0009', 'SMS_UNCERTAIN unknown retryable'],
    ] as const) {
      it(`${row}: classes the story ${digits} as ${expected}`, async () => {
        const { line } = await connect({}, { transport });
        assert.equal(facts(await failure(line.provider.verbs.send(line, outgoing(mobile(digits))))), expected);
      });
    }

    it(`${row}: whether the account is let in can be asked without sending anything`, async () => {
      const { vendor, line } = await connect({}, { transport });
      assert.ok(line.provider.probe);
      assert.match(await line.provider.probe(line), /lets the account in/);
      assert.equal(vendor.mails().length + vendor.files().length, 0);
      const port = await unusedPort();
      const { line: nobody } = await connect({}, { transport, smtpPort: port, ftpPort: port });
      assert.equal((await failure(nobody.provider.probe?.(nobody) ?? Promise.resolve())).code, 'SMS_UNREACHABLE');
    });

    it(`${row}: wants its credentials before anything travels`, () => {
      const provider = digitaleo.withSettings?.({ transport }) ?? digitaleo;
      assert.throws(() => session({ credentials: {}, settings: { transport } }, provider), {
        code: 'SMS_CONFIG',
        message: /accountCode/,
      });
    });
  }

  const CREDENTIALS = {
    accountCode: 'CODE-7788',
    smtpUser: 'plant',
    smtpPass: 'smtp-secret-1',
    ftpUser: 'plant',
    ftpPass: 'ftp-secret-1',
  };
  const CALL = { text: 'Hello', recipients: [mobile('0000')] };

  it('digitaleo.smtp.send: as an operation, in the body and in an attachment, to the address of the document', async () => {
    const { vendor, line } = await connect();
    for (const attachment of [false, true]) {
      const answer = await line.call<{ files: unknown[]; messages: number }>('digitaleo.smtp.send', {
        ...CALL,
        attachment,
      });
      assert.deepEqual([answer.files.length, answer.messages], [1, 1]);
    }
    const [body, attached] = vendor.mails();
    assert.deepEqual([body?.from, body?.to], ['plant@example.org', ['sms@ecosms.fr']]);
    assert.match(String(body?.content), /\r\nU-\S+\r\nT-Hello\r\n#-33696300000\r\n/);
    assert.match(String(attached?.content), /^Content-Disposition: attachment/im);
    assert.deepEqual(
      vendor.messages().map(({ to, text }) => [to, text]),
      new Array(2).fill([mobile('0000'), 'Hello']),
    );
  });

  it('digitaleo.smtp.send: long lines and letters beyond ASCII arrive as they left', async () => {
    const { vendor, line } = await connect();
    const texts = [
      `${'x'.repeat(300)} end`,
      'Ça coûte 5 € à Noël =3D =20 ',
      '.\n..\n.x',
      'Ω'.repeat(200),
      '  blanks  ',
    ];
    for (const text of texts) {
      await line.call('digitaleo.smtp.send', { ...CALL, text });
      await line.call('digitaleo.smtp.send', { ...CALL, text, attachment: true });
    }
    const shown = (text: string) => text.replace('û', 'u').replace('ë', 'e');
    assert.deepEqual(
      vendor.messages().map(({ text }) => text),
      texts.flatMap((text) => [shown(text), shown(text)]),
    );
  });

  it('digitaleo.smtp.sendPersonalized: fills in the fields, in both ways to write them', async () => {
    const { vendor, line } = await connect();
    await line.call('digitaleo.smtp.sendPersonalized', {
      text: 'Hello #1# (%2)',
      recipients: [
        { number: mobile('0000'), fields: ['M', 'SMITH'] },
        { number: mobile('1111'), fields: ['Mrs', 'JONES'] },
      ],
    });
    assert.deepEqual(
      vendor.messages().map(({ text }) => text),
      ['Hello M SMITH', 'Hello Mrs JONES'],
    );
    const error = await failure(
      line.call('digitaleo.smtp.sendPersonalized', {
        text: '#1#',
        recipients: [{ number: mobile('0000'), fields: ['a;b'] }],
      }),
    );
    assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
  });

  it('digitaleo.smtp.scheduled: carries its date, and wants one', async () => {
    const { vendor, line } = await connect();
    await line.call('digitaleo.smtp.scheduled', { ...CALL, date: '2027-08-04T15:19' });
    assert.equal(vendor.messages()[0]?.status, 'scheduled');
    assert.equal((await failure(line.call('digitaleo.smtp.scheduled', CALL))).code, 'SMS_INVALID_OPTION');
    const error = await failure(line.call('digitaleo.smtp.scheduled', { ...CALL, date: 'next Friday' }));
    assert.equal(facts(error), 'SMS_INVALID_OPTION not-sent');
    assert.equal(vendor.mails().length, 1);
  });

  it('digitaleo.ftp.upload: as an operation, whole under its own name only when it is whole', async () => {
    const { vendor, line } = await connect();
    const recipients = [mobile('0000'), { number: mobile('1111') }];
    const answer = await line.call<{ files: { name: string }[] }>('digitaleo.ftp.upload', { text: 'Été', recipients });
    assert.match(answer.files[0]?.name ?? '', /^[\w-]+\.txt$/);
    const [uploaded, ...others] = vendor.files();
    assert.deepEqual(others, []);
    assert.match(uploaded?.path ?? '', new RegExp(`${answer.files[0]?.name}$`));
    assert.match(String(uploaded?.content), /^U-\S+\r\nT-Été\r\n#-33696300000\r\n#-33696301111\r\n$/);
    assert.equal(vendor.messages().length, 2);
  });

  it('digitaleo.limits: what is more than 2,000 goes as several mails', async () => {
    const { vendor, line } = await connect({ keep: 100_000 });
    const recipients = Array.from({ length: 2001 }, (_, index) => `+3369${6_101_000 + index}`);
    await line.call('digitaleo.smtp.send', { text: 'Hello', recipients });
    assert.deepEqual([vendor.mails().length, vendor.messages().length], [2, 2001]);
  });

  it('a user that the server refuses is the account, and nothing secret is told', async () => {
    const { line } = await connect({ assumptions: { smtpAuthRequired: true } });
    for (const transport of ['smtp', 'ftp']) {
      const settings = { ...line.settings, transport };
      const provider = digitaleo.withSettings?.(settings) ?? digitaleo;
      const wrong = session({ baseUrl: line.baseUrl, credentials: CREDENTIALS, settings }, provider);
      const error = await failure(provider.verbs.send(wrong, outgoing(mobile('0000'))));
      assert.deepEqual([facts(error), error.accountRefused], ['SMS_AUTH not-sent', true]);
      assertNothingSecret(error, [CREDENTIALS.smtpPass, CREDENTIALS.ftpPass, CREDENTIALS.accountCode]);
      assertNothingSecret(
        wrong,
        Object.values(CREDENTIALS).filter((value) => value !== 'plant'),
      );
    }
  });

  it('an answer that repeats the secrets is cleaned of them', async () => {
    const echo = Buffer.from(`\0plant\0${CREDENTIALS.smtpPass}`).toString('base64');
    const port = await server((socket) => {
      socket.write('220 hello\r\n');
      socket.on('data', (data) => {
        const said = String(data);
        if (/^EHLO/.test(said)) socket.write('250-hello\r\n250 AUTH PLAIN\r\n');
        else socket.write(`535 no: ${said.trim()} ${CREDENTIALS.smtpPass} ${echo} ${CREDENTIALS.accountCode}\r\n`);
      });
    }, ends);
    const line = byMail(port);
    const error = await failure(line.provider.verbs.send(line, outgoing(mobile('0000'))));
    assert.equal(error.code, 'SMS_AUTH');
    assertNothingSecret(error, [CREDENTIALS.smtpPass, CREDENTIALS.accountCode, echo]);
  });

  it('digitaleo.smtp.send: says of a reply that makes no sense what it was, and not what was in it', async () => {
    const { line } = await connect({}, { transport: 'smtp' });
    const error = await failure(line.provider.verbs.send(line, outgoing(mobile('0011'))));
    assert.match(error.message, /^It is not known whether the mail was taken: .* broke \(E[A-Z]+\)\.$/);
  });

  it('digitaleo.smtp.send: many at once use five connections at most, and all arrive', async () => {
    let [open, most] = [0, 0];
    const port = await server((socket) => {
      open += 1;
      most = Math.max(most, open);
      socket.on('close', () => {
        open -= 1;
      });
      mailServer(socket);
    }, ends);
    const line = byMail(port);
    const sending = Array.from({ length: 40 }, () => line.provider.verbs.send(line, outgoing(mobile('0000'))));
    assert.equal((await Promise.all(sending)).length, 40);
    // One that is being closed may still be counted when the next one comes.
    assert.ok(most <= 10, `${most} connections`);
  });

  for (const [name, value] of [
    ['smtpHost', ''],
    ['mailFrom', ''],
    ['mailFrom', 'a@b.example\r\nBcc: x@y.example'],
    ['mailFrom', 'a@b.example, c@d.example'],
    ['mailTo', 'nobody'],
    ['smtpPort', '99999'],
    ['transport', 'pigeon'],
  ] as const) {
    it(`refuses the setting ${name} ${JSON.stringify(value)}, and nothing travels`, async () => {
      const settings = {
        transport: 'smtp',
        smtpHost: '127.0.0.1',
        smtpPort: 1,
        mailFrom: 'a@b.example',
        [name]: value,
      };
      await assert.rejects(
        async () => {
          const provider = digitaleo.withSettings?.(settings) ?? digitaleo;
          const line = session({ credentials: CREDENTIALS, settings }, provider);
          await provider.verbs.send(line, outgoing(mobile('0000')));
        },
        { code: 'SMS_CONFIG', outcome: 'not-sent' },
      );
    });
  }

  it('an account by mail has no token to fetch: a call by HTTPS says what is missing', async () => {
    const line = byMail(1);
    const error = await failure(line.call('digitaleo.sms.read'));
    assert.equal(facts(error), 'SMS_CONFIG not-sent');
    assert.match(error.message, /clientId/);
  });

  function byMail(port: number, more: object = {}): Session {
    const settings = { transport: 'smtp', smtpHost: '127.0.0.1', smtpPort: port, mailFrom: 'a@b.example', ...more };
    const provider = digitaleo.withSettings?.(settings) ?? digitaleo;
    return session({ credentials: CREDENTIALS, settings, timeout: 1000 }, provider);
  }
});

/** Takes everything. */
function mailServer(socket: Socket): void {
  let isMail = false;
  socket.write('220 hello\r\n');
  socket.on('data', (data) => {
    for (const said of String(data).split('\r\n').filter(Boolean)) {
      if (isMail) {
        if (said !== '.') continue;
        isMail = false;
        socket.write('250 ok\r\n');
      } else if (/^EHLO/.test(said)) socket.write('250-hello\r\n250 AUTH PLAIN\r\n');
      else if (/^AUTH/.test(said)) socket.write('235 welcome\r\n');
      else if (/^DATA/.test(said)) {
        isMail = true;
        socket.write('354 go on\r\n');
      } else socket.write('250 ok\r\n');
    }
  });
}

/** A server whose every byte the test decides; its port. */
async function server(greet: (socket: Socket) => void, ends: (end: () => Promise<void>) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    greet(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  ends(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listener.close(resolve));
  });
  const address = listener.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function unusedPort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
