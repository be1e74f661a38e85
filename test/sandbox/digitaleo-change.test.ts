/** Cancelling and changing what Digitaleo has not sent yet. */
import assert from 'node:assert/strict';
import type { DigitaleoClient } from './digitaleo-support.ts';
import { ended, login, number } from './digitaleo-support.ts';
import { sandboxes } from './support.ts';

const TO = number('4321');
const LATER = { date: '2037-01-01 08:00:00' };

describe('sandbox: Digitaleo changes', () => {
  const { start } = sandboxes('digitaleo');

  const statusOf = async (client: DigitaleoClient, id: string | null | undefined): Promise<unknown> =>
    (await client.list(`/status?smsId=${id}&properties=status,description`)).list[0];

  it('cancels an SMS that waits, once', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const { id } = (await client.sms(TO, 'x', LATER)).body;
    const { status, body } = await client.request('DELETE', `/sms?id=${id}`);
    assert.deepEqual([status, body], [200, { count: 1 }]);
    assert.deepEqual(await statusOf(client, id), { status: 'ko', description: 'Echec : SMS annulé' });
    const again = await client.request('DELETE', `/sms?id=${id}`);
    assert.deepEqual([again.status, again.text], [304, '']);
    assert.equal(sandbox.requests('digitaleo.sms.cancel').count, 2);
  });

  it('takes the filter from a JSON body, and answers 204 and forgets the SMS when told so', async () => {
    const sandbox = await start({ assumptions: { noContentForCount: true, cancelledDisappears: true } });
    const client = await login(sandbox);
    const { id } = (await client.sms(TO, 'x', LATER)).body;
    const { status, text } = await client.request('DELETE', '/sms', { id });
    assert.deepEqual([status, text], [204, '']);
    assert.equal((await client.list(`/sms?id=${id}`)).size, 0);
    assert.equal(await statusOf(client, id), undefined);
    const posted = (await client.sms(TO, 'x', LATER)).body;
    assert.equal((await client.request('POST', `/sms?action=delete&id=${posted.id}`)).status, 204);
  });

  it('does not cancel what is on its way, unknown, unnamed or several', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const end = ended(sandbox);
    const { id } = (await client.sms(TO)).body;
    await end;
    assert.equal((await client.request('DELETE', `/sms?id=${id}`)).status, 304);
    assert.equal((await client.request('DELETE', '/sms?id=17')).status, 304);
    for (const resource of ['sms', 'mailing']) {
      assert.equal((await client.request('DELETE', `/${resource}`)).status, 417);
      assert.equal((await client.request('DELETE', `/${resource}?id=17,18`)).status, 400);
    }
  });

  it('takes a blank id for one that is missing, and not for all there is', async () => {
    const client = await login(await start());
    const { id } = (await client.sms(TO, 'x', LATER)).body;
    for (const blank of ['id=', 'id=%20', 'id=,', 'id[0]=', 'id[0]=%20&id[1]=,']) {
      for (const [method, path] of [
        ['DELETE', '/sms?'],
        ['DELETE', '/mailing?'],
        ['PUT', '/sms?metaData={"text":"y"}&'],
        ['PUT', '/sms?metaData={"text":"y"}&recipient=%2B33696304321&'],
        ['PUT', '/mailing?metaData={"text":"y"}&'],
        ['GET', '/sms?'],
      ] as const) {
        assert.equal((await client.request(method, `${path}${blank}`)).status, 417, `${method} ${path}${blank}`);
      }
    }
    const byBlank = await client.request('PUT', '/sms?metaData={"text":"y"}&recipient=%20');
    assert.equal(byBlank.status, 417);
    const { list } = await client.list('/sms?properties=id,text');
    assert.deepEqual(list, [{ id, text: 'x' }]);
  });

  it('cancels what a mailing has not sent yet', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const { id } = (await client.mailing([{ recipient: TO }, { recipient: TO }], LATER)).body;
    assert.deepEqual((await client.request('DELETE', `/mailing?id=${id}`)).body, { count: 1 });
    const { list } = await client.list(`/status?mailingId=${id}&properties=status`);
    assert.deepEqual(list, [{ status: 'ko' }, { status: 'ko' }]);
    assert.equal((await client.request('DELETE', `/mailing?id=${id}`)).status, 304);
  });

  it('changes the text and the date of SMS that wait, by form, by JSON text and by object', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const contact = { contacts: [{ recipient: TO, name: 'Jean' }], ...LATER };
    const ids: unknown[] = [];
    for (const text of ['a', 'b', 'c']) ids.push((await client.sms(TO, text, contact)).body.id);
    const form = new URLSearchParams({ id: ids.slice(0, 2).join(','), metaData: '{"text":"new #name#…"}' });
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.deepEqual((await client.request('PUT', '/sms', String(form), type)).body, { count: 2 });
    const date = '2038-01-01 08:00:00';
    const asText = { id: ids[2], metaData: JSON.stringify({ date }) };
    assert.equal((await client.request('PUT', '/sms', asText)).status, 200);
    assert.equal(
      (await client.request('POST', '/sms?action=update', { id: [ids[2]], metaData: { text: 'd' } })).status,
      200,
    );
    const { list } = await client.list('/sms?properties=text,date');
    assert.deepEqual(
      list.map(({ text, date }) => [text, date]),
      [
        ['new Jean...', LATER.date],
        ['new Jean...', LATER.date],
        ['d', date],
      ],
    );
    assert.equal(sandbox.requests('digitaleo.update.metaData').count, 3);
  });

  it('sends at once what is moved to the past', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const { id } = (await client.sms(TO, 'x', LATER)).body;
    const end = ended(sandbox);
    await client.request('PUT', '/sms', { id, metaData: { date: '2020-01-01 00:00:00' } });
    assert.equal((await end).id, id);
  });

  it('does not send at the old date what was moved', async () => {
    const now = Date.parse('2026-07-01T10:00:00.400Z');
    const sandbox = await start({ now: () => now, pace: 0.001 });
    const client = await login(sandbox);
    const soon = { date: '2026-07-01 12:00:01' };
    const { id } = (await client.sms(number('1111'), 'moved', soon)).body;
    await client.request('PUT', '/sms', { id, metaData: LATER });
    const end = ended(sandbox);
    await client.sms(number('2222'), 'not moved', soon);
    assert.equal((await end).text, 'not moved');
    assert.equal(sandbox.messages()[0]?.providerStatus, 'wait');
  });

  it('changes a mailing: its text and its SMS while they wait, its name at any time', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const { id } = (await client.mailing([{ recipient: TO, n: 1 }], { name: 'former', ...LATER })).body;
    const metaData = { text: 'number #n#', name: 'new' };
    assert.deepEqual((await client.request('PUT', '/mailing', { name: "'former'", metaData })).body, { count: 1 });
    assert.equal(sandbox.messages()[0]?.text, 'number 1');
    assert.deepEqual((await client.list('/mailing?name=new&properties=id,text')).list, [{ id, text: 'number #n#' }]);
    await client.request('DELETE', `/mailing?id=${id}`);
    assert.equal((await client.request('PUT', '/mailing', { id, metaData: { text: 'x' } })).status, 304);
    assert.equal((await client.request('PUT', '/mailing', { id, metaData: { name: 'last' } })).status, 200);
  });

  const bad: [string, object, number][] = [
    ['no filter', { metaData: { text: 'x' } }, 417],
    ['no metaData', { id: '1' }, 417],
    ['metaData that is no JSON', { id: '1', metaData: '{' }, 400],
    ['metaData with nothing in it', { id: '1', metaData: {} }, 400],
    ['an attribute that cannot be changed', { id: '1', metaData: { status: 'ok' } }, 400],
    ['nothing that waits', { id: '1', metaData: { text: 'x' } }, 304],
  ];
  for (const [what, body, status] of bad) {
    it(`answers an update with ${what} by ${status}`, async () => {
      const client = await login(await start());
      assert.equal((await client.request('PUT', '/sms', body)).status, status);
    });
  }

  it('changes nothing when one of the changes is not possible', async () => {
    const sandbox = await start();
    const client = await login(sandbox);
    const contacts = [
      { recipient: TO, n: 'x' },
      { recipient: TO, n: 'x'.repeat(1025) },
    ];
    const { id } = (await client.mailing(contacts, { text: 'former', ...LATER })).body;
    assert.equal((await client.request('PUT', '/mailing', { id, metaData: { text: '#n#' } })).status, 400);
    assert.equal((await client.request('PUT', '/sms', { mailingId: id, metaData: { text: '#n#' } })).status, 400);
    assert.deepEqual(
      sandbox.messages().map(({ text }) => text),
      ['former', 'former'],
    );
  });
});
