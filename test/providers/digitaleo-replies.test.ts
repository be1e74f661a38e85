/** What Digitaleo tells of its own accord: pings that name an SMS, and mails that bring replies. */
import assert from 'node:assert/strict';
import { takePush } from '../../dist/src/delivery/push.js';
import type { Mail, WebhookRequest } from '../../dist/src/providers/provider.js';
import type { MailRecord, Sandbox } from '../../dist/src/sandbox/index.js';
import type { StatusReport } from '../../dist/src/sms/types.js';
import { rigs } from '../delivery/support.ts';
import { digitaleo, lines, mobile } from './digitaleo-support.ts';
import { facts, failure, http, outgoing, until } from './support.ts';

const request = (more: Partial<WebhookRequest>): WebhookRequest => ({
  method: 'GET',
  headers: {},
  query: {},
  body: Buffer.alloc(0),
  ...more,
});

describe("Digitaleo's ping", () => {
  const { connect, answeredWith, edge } = lines();
  const rig = rigs();
  const read = (more: Partial<WebhookRequest>) => {
    assert.ok(digitaleo.webhook);
    return digitaleo.webhook.read(request(more));
  };

  it('digitaleo.ping: names an SMS and says nothing else, so that the vendor is to be asked', () => {
    for (const push of [
      { query: { sms_id: '121905361', flow: '1' } },
      { method: 'POST', body: Buffer.from('sms_id=121905361') },
    ]) {
      const { reports, inbound, other } = read(push);
      assert.deepEqual([reports.length, inbound, other], [1, [], []]);
      const [{ report, hint, bare } = {}] = reports;
      assert.deepEqual([report?.id, report?.final, hint, bare], ['121905361', false, true, true]);
    }
  });

  it('digitaleo.ping: anything else is refused', () => {
    for (const push of [
      {},
      { query: { sms_id: '' } },
      { query: { sms_id: '1 or 1=1' } },
      { body: Buffer.from('{}') },
    ]) {
      assert.throws(() => read(push), { code: 'SMS_BAD_RESPONSE' });
    }
  });

  it('digitaleo.ping: each change comes as a call of the address of the account, and is asked for', async () => {
    const calls: string[] = [];
    const receiver = await edge((socket, push) => {
      calls.push(push.split(' ')[1] ?? '');
      socket.end(http(200));
    });
    const { vendor, line } = await connect({ settings: { statusUrl: `${receiver.origin}/sms/secret?a=1` } });
    const account = rig().account({ ...vendor }, { provider: digitaleo });
    const { id } = await digitaleo.verbs.send(line, outgoing(mobile('0001')));
    await until(() => calls.length >= 3, 'the pings');
    assert.match(calls[0] ?? '', new RegExp(`^/sms/secret\\?a=1&sms_id=${id}$`));
    await until(() => vendor.messages()[0]?.providerStatus === 'rep', 'the reply');
    const letters = await takePush(account, 'flow', read({ query: { sms_id: id } }));
    assert.deepEqual(
      letters.map(({ kind, body }) => {
        const { status, providerStatus, reply } = body as StatusReport;
        return [kind, status, providerStatus, reply?.text];
      }),
      [['report', 'delivered', 'rep', 'OK']],
    );
    assert.deepEqual(await takePush(account, 'flow', read({ query: { sms_id: id } })), []);
  });

  it('digitaleo.ping: without an answer of the vendor there is nothing to tell, and the ping is not taken', async () => {
    const account = rig().account(
      { baseUrl: 'http://127.0.0.1:1', credentials: { clientId: 'a', clientSecret: 'b' } },
      { provider: digitaleo },
    );
    const error = await failure(takePush(account, 'flow', read({ query: { sms_id: '7' } })));
    assert.equal(facts(error), 'SMS_UNREACHABLE not-sent retryable');
  });

  it('digitaleo.ping: of an SMS that the vendor says it does not know is told as it came, so that it may stop', async () => {
    const { vendor } = await connect();
    const account = rig().account({ ...vendor }, { provider: digitaleo });
    const letters = await takePush(account, 'flow', read({ query: { sms_id: '7' } }));
    assert.deepEqual(
      letters.map(({ kind, body }) => [kind, body]),
      [['event', { sms_id: '7' }]],
    );
  });

  for (const [status, message] of [
    [401, 'Authenticate failed'],
    [429, 'Too many'],
    [500, 'Fault'],
    [402, 'No credit'],
  ] as const) {
    it(`digitaleo.ping: ${status} of the vendor says nothing of the SMS, and the ping is not taken`, async () => {
      const { at } = await answeredWith(status, { status, message });
      const account = rig().account(
        {
          baseUrl: `${at.origin}/rest`,
          tokenUrl: `${at.origin}/token`,
          credentials: { clientId: 'a', clientSecret: 'b' },
        },
        { provider: digitaleo },
      );
      await assert.rejects(takePush(account, 'flow', read({ query: { sms_id: '7' } })));
    });
  }
});

const mail = (more: Partial<Mail> = {}): Mail => ({
  subject: 'Response from +33696300056 to SMS #121905361',
  text: 'SMS: Open day on Monday\r\nResponse: Yes, this open day can interest me\r\n',
  html: '',
  from: 'sms@ecosms.fr',
  date: '2026-03-04T12:00:00.000Z',
  messageId: '<1@ecosms.fr>',
  ...more,
});

function read(more: Partial<Mail> = {}, region = '') {
  assert.ok(digitaleo.mail);
  return digitaleo.mail.read(mail(more), region);
}

describe("Digitaleo's reply mail", () => {
  const { connect } = lines();

  it('digitaleo.replyMail: is an inbound message that answers the SMS of its subject', () => {
    const { id, raw, ...message } = read();
    assert.deepEqual(message, {
      from: '+33696300056',
      to: null,
      text: 'Yes, this open day can interest me',
      parts: 1,
      receivedAt: '2026-03-04T12:00:00.000Z',
      inReplyTo: '121905361',
    });
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.ok(raw);
  });

  it('digitaleo.replyMail: the same mail has the same id, another one another', () => {
    assert.equal(read().id, read().id);
    assert.notEqual(read().id, read({ messageId: '<2@ecosms.fr>' }).id);
    assert.notEqual(read({ messageId: '' }).id, read({ messageId: '', date: '2026-03-04T12:00:01.000Z' }).id);
  });

  it('digitaleo.replyMail: a number written the national way is read with the region of the account', () => {
    const subject = 'Response from 801 555 1234 to SMS #77';
    assert.equal(read({ subject }, 'US').from, '+18015551234');
    assert.equal(read({ subject: 'Re: Response from 06 96 30 00 56 to SMS #77' }, 'FR').from, '+33696300056');
    assert.equal(read({ subject: 'Response from 33696300056 to SMS #77' }).from, '+33696300056');
  });

  it('digitaleo.replyMail: a reply of several lines comes whole, and so does one with the word for it', () => {
    assert.equal(read({ text: 'SMS: x\r\nResponse: one\r\n\r\ntwo' }).text, 'one\r\n\r\ntwo');
    assert.equal(read({ text: 'SMS: x\r\nResponse: Response: yes' }).text, 'Response: yes');
    assert.equal(read({ text: 'Open day on Monday\n\nYes' }).text, 'Yes');
  });

  it('digitaleo.replyMail: HTML is read as what it shows', () => {
    const html =
      '<html><head><style>p {}</style></head><body><p>SMS: Fish &amp; chips?</p>\n<p>Response: Yes &lt;3 &#233;t&#xe9;<br>now</p></body></html>';
    for (const more of [{ text: '', html }, { text: html }]) assert.equal(read(more).text, 'Yes <3 été\nnow');
  });

  it('digitaleo.replyMail: with a subject of its own, the number is looked for in the body', () => {
    const message = read({ subject: 'Reply', text: 'From: +33 6 96 30 00 56\r\nResponse: Yes' });
    assert.deepEqual([message.from, message.text, message.inReplyTo], ['+33696300056', 'Yes', undefined]);
  });

  it('digitaleo.replyMail: the label that comes last counts, as the text that was sent may have one too', () => {
    const label = 'Réponse\u00a0: ';
    const asked = 'SMS: Are you coming?\r\nResponse: 1 yes, 2 no\r\nThe plant\r\n';
    assert.equal(read({ text: `${asked}Response: 1` }).text, '1');
    assert.equal(read({ text: `SMS : Venez-vous ?\n${label}OUI ou NON\n${label}OUI\nmerci` }).text, 'OUI\nmerci');
    // What the vendor calls it is not what a phone may write.
    assert.equal(read({ text: 'SMS: x\r\nResponse: one\r\nAnswer: 42' }).text, 'one\r\nAnswer: 42');
    assert.equal(read({ text: 'SMS: x\nReply: one' }).text, 'one');
  });

  it('digitaleo.replyMail: the entities of French are read, and those of other languages of Western Europe', () => {
    const html =
      '<p>R&eacute;ponse&nbsp;: &Agrave; No&euml;l, &ccedil;a co&ucirc;te 5&euro;&hellip; l&rsquo;&oelig;uf &#8217; &#x2019; &#146;&ntilde;&szlig; &laquo;&amp;lt;&raquo; &Eacute;&eacute; &unknown; &#0; &#xD800;</p>';
    assert.equal(read({ text: '', html }).text, 'À Noël, ça coûte 5€… l’œuf ’ ’ ’ñß «&lt;» Éé &unknown; &#0; &#xD800;');
  });

  it('digitaleo.replyMail: of HTML, what a browser would not show is left out, and a lone < stays', () => {
    const html =
      '<!-- a > b --><STYLE>p > a {}</Style><title>Reply</title><p>SMS: 1 < 2</p><script>if (a < b) "</p>"</script><P\nclass="x">Response: 3 <4 & <b>5</b>   \n<br/>6</P><script>unclosed';
    assert.equal(read({ text: '', html }).text, '3 <4 & 5\n6');
  });

  it('digitaleo.replyMail: a mail of any size takes no longer than its first 64 kB', () => {
    for (const filling of [
      ' ',
      '\n',
      ' \n',
      '<',
      '<script ',
      '<script>',
      '<br ',
      '<!--',
      '<a',
      '&',
      '&#',
      'Response:',
      '\nResponse:',
    ]) {
      const time = (length: number) => {
        const body = filling.repeat(Math.ceil(length / filling.length));
        const contents = [
          { text: '', html: body },
          { text: `${body}x` },
          { text: `<p>${body}` },
          { subject: `Response from ${body}` },
        ];
        return Math.min(
          ...[1, 2, 3].map(() => {
            const start = process.hrtime.bigint();
            for (const content of contents)
              try {
                read(content);
              } catch {}
            return Number(process.hrtime.bigint() - start);
          }),
        );
      };
      const [small, large] = [time(20_000), time(200_000)];
      assert.ok(large < 20 * Math.max(small, 1_000_000), `${JSON.stringify(filling)}: ${large} ns after ${small} ns`);
    }
  });

  it('digitaleo.replyMail: what stands behind the first 64 kB of a mail is not read', () => {
    const { text, raw } = read({ text: `Response: Yes\n${' '.repeat(70_000)}x` });
    assert.equal(text, 'Yes');
    assert.ok(JSON.stringify(raw).length < 70_000);
  });

  const away = 'I am away until Monday.\n\nIn urgent cases call +33 6 96 30 00 56.\n\nRegards';
  for (const more of [
    { subject: 'Automatic reply: Pump 3', text: away },
    { subject: 'Absence', text: '', html: `<p>${away.replaceAll('\n\n', '</p><p>')}</p>` },
    { subject: 'Invoice', text: 'Please pay' },
    { subject: 'Reply', text: 'Response: Yes' },
    { text: '' },
    { text: 'one paragraph only' },
  ]) {
    it(`digitaleo.replyMail: ${JSON.stringify(more)} is none`, () => {
      assert.throws(() => read(more), { code: 'SMS_BAD_RESPONSE' });
    });
  }

  for (const replyMailFormat of ['text', 'html']) {
    it(`digitaleo.replyMail: what the vendor mails as ${replyMailFormat} is read`, async () => {
      const { vendor, line } = await connect({ assumptions: { replyMailFormat } });
      const options = { email: 'ops@example.org', emailSender: 'sms@plant.example' };
      const { id } = await digitaleo.verbs.send(line, outgoing(mobile('0001'), { text: 'Pump <3> & co', options }));
      const [sent] = await mailsOf(vendor);
      assert.ok(sent);
      const { headers, body } = parsed(sent);
      assert.match(headers, /^To: ops@example\.org$/im);
      const subject = /^Subject: (.*)$/im.exec(headers)?.[1] ?? '';
      const content = replyMailFormat === 'html' ? { text: '', html: body } : { text: body, html: '' };
      const message = read({ subject, ...content });
      assert.deepEqual([message.from, message.text, message.inReplyTo], [mobile('0001'), 'OK', id]);
    });
  }
});

async function mailsOf(vendor: Sandbox): Promise<MailRecord[]> {
  await until(() => vendor.mails().length > 0, 'the reply mail');
  return vendor.mails();
}

function parsed({ content }: MailRecord): { headers: string; body: string } {
  const [headers = '', body = ''] = Buffer.from(content).toString('latin1').split('\r\n\r\n');
  return { headers, body: Buffer.from(body, 'base64').toString('utf8') };
}
