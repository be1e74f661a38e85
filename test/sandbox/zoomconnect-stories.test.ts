/** The last four digits of the recipient: each story as ZoomConnect tells it. */
import assert from 'node:assert/strict';
import { next, sandboxes } from './support.ts';
import type { RestError } from './zoomconnect-support.ts';
import { client } from './zoomconnect-support.ts';

const number = (digits: string): string => `+2772123${digits}`;

describe('sandbox: ZoomConnect stories', () => {
  const { start } = sandboxes('zoomconnect');

  const endings: [digits: string, word: string, status: string, assumptions?: object][] = [
    ['0000', 'DELIVERED', 'delivered'],
    ['4321', 'DELIVERED', 'delivered'],
    ['0002', 'FAILED', 'failed'],
    ['0002', 'FAILED_REFUNDED', 'failed', { failedStatus: 'FAILED_REFUNDED' }],
    ['0003', 'FAILED', 'failed'],
    ['0004', 'UNKNOWN', 'unknown', { neverFinalIsUnknown: true }],
    ['0012', 'DELIVERED', 'delivered'],
  ];
  for (const [digits, word, status, assumptions = {}] of endings) {
    it(`${digits} ends as ${word}`, async () => {
      const sandbox = await start({ assumptions: { ...assumptions } });
      const zoom = client(sandbox);
      const end = next(sandbox, 'status');
      const { messageId } = (await zoom.send(number(digits))).body;
      const message = await end;
      assert.deepEqual([message.providerStatus, message.status], [word, status]);
      assert.equal((await zoom.get(messageId)).messageStatus, word);
    });
  }

  it('0002 gives the credits back only when they are refunded', async () => {
    for (const [failedStatus, left] of [
      ['FAILED', 9],
      ['FAILED_REFUNDED', 10],
    ]) {
      const sandbox = await start({ assumptions: { failedStatus, startingCredits: 10 } });
      const zoom = client(sandbox);
      const end = next(sandbox, 'status');
      await zoom.send(number('0002'));
      await end;
      assert.equal((await zoom.ask('GET', '/account/balance')).body.creditBalance, left);
    }
  });

  it('0004 stays SENT', async () => {
    const sandbox = await start({ pace: 0 });
    await client(sandbox).send(number('0004'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(sandbox.messages()[0]?.providerStatus, 'SENT');
  });

  for (const [digits, text] of [
    ['0001', 'OK'],
    ['0010', 'STOP'],
  ] as const) {
    it(`${digits} is delivered, then replies "${text}"`, async () => {
      const sandbox = await start();
      const zoom = client(sandbox);
      const reply = next(sandbox, 'inbound');
      const { messageId } = (await zoom.send(number(digits), { campaign: 'c', dataField: 'd' })).body;
      const record = await reply;
      assert.deepEqual([record.text, record.from, record.inReplyTo], [text, number(digits), messageId]);
      assert.equal(sandbox.messages()[0]?.status, 'delivered');
      const [row] = (await zoom.list({ type: 'INBOUND' })).webServiceMessages;
      assert.equal(row?.repliedToMessage?.messageId, messageId);
      assert.deepEqual([row?.message, row?.campaign, row?.userDataField, row?.read], [text, 'c', 'd', false]);
    });
  }

  it('0010: whoever has replied STOP gets FAILED_OPTOUT from then on, without a reply, and the credits come back', async () => {
    const sandbox = await start({ assumptions: { startingCredits: 10 } });
    const zoom = client(sandbox);
    const stopped = next(sandbox, 'inbound');
    await zoom.send(number('0010'));
    await stopped;
    const end = next(sandbox, 'status');
    const { status, body } = await zoom.send(number('0010'));
    assert.equal(status, 200);
    assert.deepEqual([(await end).providerStatus, (await end).status], ['FAILED_OPTOUT', 'failed']);
    assert.equal((await zoom.get(body.messageId)).messageStatus, 'FAILED_OPTOUT');
    assert.equal((await zoom.ask('GET', '/account/balance')).body.creditBalance, 9);
    const other = next(sandbox, 'status');
    await zoom.send(number('1111'));
    assert.equal((await other).providerStatus, 'DELIVERED');
    assert.equal(sandbox.inbox().length, 1);
  });

  it('takes another word for STOP when told so, in any case, from any phone', async () => {
    const sandbox = await start({ assumptions: { stopWord: 'END' } });
    sandbox.receive({ from: '0721231111', text: ' end\n' });
    const end = next(sandbox, 'status');
    await client(sandbox).send(number('1111'));
    assert.equal((await end).providerStatus, 'FAILED_OPTOUT');
  });

  it('0005 is refused as an invalid number', async () => {
    const zoom = client(await start());
    const { status, body } = (await zoom.send(number('0005'))) as unknown as { status: number; body: RestError };
    assert.deepEqual([status, body.code, body.message], [400, 2, 'Invalid mobile number']);
    const url = `/sms/send-url-parameters?recipientNumber=${number('0005').slice(1)}&message=x`;
    assert.equal((await zoom.ask('GET', url)).status, 400);
  });

  it('0006 gets 503 twice and is then accepted, in whatever form the number is written', async () => {
    const sandbox = await start();
    const zoom = client(sandbox);
    const statuses: number[] = [];
    for (const to of ['0721230006', '+27721230006', '27721230006', '0721230006']) {
      statuses.push((await zoom.send(to)).status);
    }
    assert.deepEqual(statuses, [503, 503, 200, 503]);
    assert.equal(sandbox.messages().length, 1);
  });

  it('0007 gets 429 with Retry-After once', async () => {
    const zoom = client(await start({ retryAfter: 2 }));
    const { status, headers, body } = await zoom.send(number('0007'));
    assert.deepEqual([status, headers.get('retry-after')], [429, '2']);
    assert.equal((body as unknown as RestError).status, 'TOO_MANY_REQUESTS');
    assert.equal((await zoom.send(number('0007'))).status, 200);
  });

  it('0008 is accepted and lives on, but the answer never comes; it can be found by its dataField', async () => {
    const sandbox = await start();
    const zoom = client(sandbox);
    const delivered = next(sandbox, 'status');
    await assert.rejects(zoom.send(number('0008'), { dataField: 'ref-1' }));
    assert.equal((await delivered).to, number('0008'));
    const { webServiceMessages } = await zoom.list({ dataField: 'ref-1' });
    assert.deepEqual(
      webServiceMessages.map(({ messageStatus, toNumber }) => [messageStatus, toNumber]),
      [['DELIVERED', number('0008')]],
    );
  });

  it('0009 is not accepted, and the answer never comes', async () => {
    const sandbox = await start();
    await assert.rejects(client(sandbox).send(number('0009')));
    assert.equal(sandbox.messages().length, 0);
  });

  it('0011 is accepted, but the answer is malformed, in every form of it', async () => {
    const sandbox = await start();
    const zoom = client(sandbox);
    const to = number('0011');
    const one = { recipientNumber: to, message: 'x' };
    const url = `/sms/send-url-parameters?${new URLSearchParams(one)}`;
    const answers = [
      await zoom.send(to),
      await zoom.bulk([{ ...one, recipientNumber: number('1111') }, one]),
      await zoom.ask('GET', url),
    ];
    for (const { status, body, text } of answers) {
      assert.deepEqual([status, body], [200, undefined], text);
      assert.ok(text.length > 0);
      for (const { id } of sandbox.messages()) assert.equal(text.includes(id), false);
    }
    const xml = await zoom.ask('POST', '/sms/send.xml', one);
    assert.doesNotMatch(xml.text, /<\/sendSmsResponse>/);
    assert.equal(sandbox.messages().length, 5);
  });

  describe('in a bulk', () => {
    const bulk = (...digits: string[]): object[] =>
      digits.map((four) => ({ message: 'x', recipientNumber: number(four) }));

    it('one recipient that is stopped stops the call, and nothing of it is accepted', async () => {
      const sandbox = await start();
      const zoom = client(sandbox);
      const statuses: number[] = [];
      for (let count = 0; count < 3; count++) statuses.push((await zoom.bulk(bulk('0000', '0006', '0006'))).status);
      assert.deepEqual(statuses, [503, 503, 200]);
      assert.equal((await zoom.bulk(bulk('0000', '0007'))).status, 429);
      await assert.rejects(zoom.bulk(bulk('0000', '0009')));
      assert.equal(sandbox.messages().length, 3);
    });

    it('one lost answer is the whole answer, and all is accepted', async () => {
      const sandbox = await start();
      await assert.rejects(client(sandbox).bulk(bulk('0000', '0008')));
      assert.equal(sandbox.messages().length, 2);
    });
  });

  it('has no token that could expire', async () => {
    const sandbox = await start();
    sandbox.expireTokens();
    assert.equal((await client(sandbox).send(number('0012'))).status, 200);
    assert.equal(sandbox.tokenUrl, undefined);
  });
});
