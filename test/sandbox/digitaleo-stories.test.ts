/** The last four digits of the recipient: each story as Digitaleo tells it. */
import assert from 'node:assert/strict';
import { ended, login, number } from './digitaleo-support.ts';
import { next, sandboxes } from './support.ts';

describe('sandbox: Digitaleo stories', () => {
  const { start } = sandboxes('digitaleo');

  const endings: [string, string, string, string][] = [
    ['0000', 'ok', 'delivered', 'SMS reçu'],
    ['4321', 'ok', 'delivered', 'SMS reçu'],
    ['0002', 'ko', 'failed', 'Echec : Numéro non attribué N4:204'],
    ['0003', 'ko', 'failed', 'Echec : Délai de validité dépassé N5'],
  ];
  for (const [digits, word, status, description] of endings) {
    it(`${digits} ends as ${word}`, async () => {
      const sandbox = await start();
      const client = await login(sandbox);
      const end = ended(sandbox);
      await client.sms(number(digits));
      const { id, life, status: last } = await end;
      assert.equal(last, status);
      assert.deepEqual(
        life.map(({ providerStatus }) => providerStatus),
        ['wait', 'on', word],
      );
      assert.equal((await client.list(`/status?smsId=${id}`)).list[0]?.description, description);
    });
  }

  for (const [digits, text, optout] of [
    ['0001', 'OK', '0'],
    ['0010', 'STOP', '1'],
  ] as const) {
    it(`${digits} is delivered, then replies "${text}"`, async () => {
      const sandbox = await start();
      const client = await login(sandbox);
      const reply = next(sandbox, 'inbound');
      const { id } = (await client.sms(number(digits))).body;
      const { from, inReplyTo, owners } = await reply;
      assert.deepEqual([from, inReplyTo, owners], [number(digits), id, ['sandbox']]);
      const { list } = await client.list('/sms?way=mo&properties=text,recipient');
      assert.deepEqual(list, [{ text, recipient: number(digits) }]);
      const [row] = (await client.list('/stats')).list;
      assert.deepEqual([row?.rep, row?.optout, row?.total], ['1', optout, '1']);
    });
  }

  it('0004 stays on, or turns to no when told so', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    await client.sms(number('0004'));
    const other = ended(sandbox);
    await client.sms(number('0003'));
    await other;
    assert.equal(sandbox.messages()[0]?.providerStatus, 'on');
    const telling = await start({ assumptions: { neverFinalIsNo: true } });
    const end = ended(telling);
    await (await login(telling)).sms(number('0004'));
    assert.deepEqual([(await end).providerStatus, (await end).status], ['no', 'unknown']);
  });

  it('0005 is refused with 400, every time', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    for (const _ of [1, 2, 3]) {
      assert.equal((await client.sms(number('0005'))).status, 400);
      assert.equal((await client.mailing([{ recipient: number('0005') }])).status, 400);
    }
    assert.equal(sandbox.messages().length, 0);
  });

  it('0006 gets 503 twice and is then accepted, for each message', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const statuses: number[] = [];
    for (let call = 0; call < 6; call++) statuses.push((await client.sms(number('0006'))).status);
    assert.deepEqual(statuses, [503, 503, 201, 503, 503, 201]);
  });

  it('0007 gets 429 with Retry-After once', async () => {
    const client = await login(await start({ retryAfter: 2 }));
    const { status, headers, body } = await client.sms(number('0007'));
    assert.deepEqual([status, headers.get('retry-after'), body.status], [429, '2', 429]);
    assert.equal((await client.sms(number('0007'))).status, 201);
  });

  for (const send of ['sms', 'mailing'] as const) {
    it(`0008 is accepted and lives on, 0009 is not, and neither ${send} is answered`, async () => {
      const sandbox = await start();
      const client = await login(sandbox);
      const call = (digits: string): Promise<unknown> =>
        send === 'sms' ? client.sms(number(digits)) : client.mailing([{ recipient: number(digits) }], { name: digits });
      const end = ended(sandbox);
      await assert.rejects(call('0008'));
      await assert.rejects(call('0009'));
      assert.equal((await end).to, number('0008'));
      assert.equal(sandbox.messages().length, 1);
      assert.equal((await client.list('/mailing?name=0008')).size, send === 'sms' ? 0 : 1);
    });
  }

  it('0011 is accepted, but the answer breaks off', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const { status, headers, text, body } = await client.sms(number('0011'));
    assert.equal(status, 201);
    assert.match(headers.get('content-type') ?? '', /json/);
    assert.ok(text.length > 0 && body === undefined);
    assert.equal(sandbox.messages().length, 1);
  });

  it('0012 meets a token that has just expired; with a new one it is accepted', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    assert.equal((await client.sms(number('0012'))).status, 401);
    assert.equal((await client.request('GET', '/sms')).status, 401, 'the token is dead for every call');
    assert.equal((await (await login(sandbox)).sms(number('0012'))).status, 201);
  });

  it('lets one recipient of a mailing stop it for all', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const contacts = ['0006', '0007', '4321'].map((digits) => ({ recipient: number(digits) }));
    const statuses: number[] = [];
    for (let call = 0; call < 6; call++) statuses.push((await client.mailing(contacts)).status);
    assert.deepEqual(statuses, [503, 503, 429, 503, 503, 201]);
    assert.equal(sandbox.messages().length, 3);
  });
});
