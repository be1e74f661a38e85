/** Digitaleo's reads: filters, paging, sorting, properties, formats; statuses, queue, history, statistics. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import type { DigitaleoClient, List } from './digitaleo-support.ts';
import { ended, login, number } from './digitaleo-support.ts';
import { next, sandboxes } from './support.ts';

const TO = number('4321');

describe('sandbox: Digitaleo reading', () => {
  const { start } = sandboxes('digitaleo');

  /** Three SMS on three days of June 2017, of which one is a mailing's. */
  async function three(options: SandboxOptions = {}): Promise<{
    sandbox: Sandbox;
    client: DigitaleoClient;
    ids: string[];
    mailing: string;
  }> {
    let now = Date.parse('2017-06-09T10:00:00Z');
    const sandbox = await start({ now: () => now, pace: 100, tokenLifetime: 1e9, ...options });
    const client = await login(sandbox);
    await client.sms(number('1111'), 'first');
    now = Date.parse('2017-06-20T10:00:00Z');
    const { body } = await client.mailing([{ recipient: number('2222') }], { name: 'Open day', text: 'second' });
    now = Date.parse('2017-06-26T22:30:00Z');
    await client.sms(number('3333'), 'third');
    const ids = sandbox.messages().map(({ id }) => id);
    return { sandbox, client, ids, mailing: body.id ?? '' };
  }
  const idsOf = ({ list }: List): unknown[] => list.map(({ id }) => id);

  it('lists ids only, in the frame of §1.3, numbers as text', async () => {
    const { client, ids } = await three();
    const { body } = await client.request<List>('GET', '/sms');
    assert.deepEqual(body, { size: 3, total: null, list: ids.map((id) => ({ id })), httpStatusCode: 200 });
  });

  it('has every property of §3.3', async () => {
    const { client, ids } = await three();
    const names = 'id,status,text,date,recipient,dialingCode,email,emailSender,emailSubject';
    const { list } = await client.list(`/sms?id=${ids[0]}&properties=${names}`);
    const nothing = { email: null, emailSender: null, emailSubject: null };
    const known = { id: ids[0], status: 'wait', text: 'first', date: '2017-06-09 12:00:00', recipient: number('1111') };
    assert.deepEqual(list, [{ ...known, dialingCode: '33', ...nothing }]);
    assert.deepEqual(Object.keys(list[0] ?? {}), names.split(','));
  });

  const filters: [string, (ids: string[], mailing: string) => string, number[]][] = [
    ['ids between commas', (ids) => `id=${ids[0]},${ids[2]}`, [0, 2]],
    ['ids as a table', (ids) => `id[0]=${ids[1]}&id[1]=${ids[2]}`, [1, 2]],
    ['an unknown id', () => 'id=17', []],
    ['a recipient with a bare plus', () => `recipient=${number('3333')}`, [2]],
    ['two recipients', () => `recipient=%2B33696301111,${number('2222')}`, [0, 1]],
    ['the name of a mailing', () => 'mailingName=Open%20day', [1]],
    ['the id of a mailing', (_, mailing) => `mailingId=${mailing}`, [1]],
    ['one date', () => 'date=2017-06-20%2012:00:00', [1]],
    ['several dates', () => 'date[0]=2017-06-20&date[1]=2017-06-09', [0, 1]],
    [
      'the range of §3.6.3.3, with its blanks',
      () =>
        '%20properties=DEFAULT&date[0][logical]%20=%20AND&%20date[1][operator]=%3E=&date[1][value]%20=%202017-06-09&date[2][operator]%20=%20%3C%20&date[2][value]=2017-06-27',
      [0, 1],
    ],
    [
      'one end or the other',
      () =>
        'date[0][logical]=OR&date[1][operator]=%3C&date[1][value]=2017-06-10&date[2][operator]=%3E&date[2][value]=2017-06-27',
      [0, 2],
    ],
    ['several filters at once', (ids) => `id=${ids[0]},${ids[1]}&recipient=${number('2222')}`, [1]],
    ['answers only', () => 'way=mo', []],
  ];
  for (const [what, query, expected] of filters) {
    it(`finds SMS by ${what}`, async () => {
      const { client, ids, mailing } = await three();
      assert.deepEqual(
        idsOf(await client.list(`/sms?${query(ids, mailing)}`)),
        expected.map((index) => ids[index]),
      );
    });
  }

  it('pages, sorts and counts', async () => {
    const { client, ids } = await three();
    const page = await client.list('/sms?sort=id%20DESC&limit=1&offset=1&total=true');
    assert.deepEqual([page.size, page.total, idsOf(page)], [1, 3, [ids[1]]]);
    assert.deepEqual(idsOf(await client.list('/sms?sort=recipient+ASC&limit=2')), ids.slice(0, 2));
    assert.deepEqual(idsOf(await client.list('/sms?offset=9')), []);
  });

  it('adds and removes properties from the usual ones', async () => {
    const { client } = await three();
    const keys = async (properties: string): Promise<string[]> =>
      Object.keys((await client.list(`/sms?limit=1&properties=${properties}`)).list[0] ?? {});
    assert.deepEqual(await keys('DEFAULT,recipient'), ['id', 'recipient']);
    assert.deepEqual(await keys('text,DEFAULT,-id,status'), ['text', 'status']);
    assert.deepEqual(await keys('DEFAULT,-id'), []);
  });

  it('reads the parameters from the body of a GET too, and does as the URL’s action says', async () => {
    const { sandbox, client, ids } = await three();
    // The examples of §1.2; fetch would not send such a GET.
    const form = 'limit=2&total=true';
    const head = `GET /rest/sms HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${client.token}\r\n`;
    const type = 'Content-Type: application/x-www-form-urlencoded';
    const socket = connect(Number(new URL(sandbox.baseUrl).port), '127.0.0.1');
    socket.write(`${head}${type}\r\nContent-Length: ${form.length}\r\n\r\n${form}`);
    const answer = (await text(socket)).split('\r\n\r\n')[1] ?? '';
    const { size, total } = JSON.parse(answer) as List;
    assert.deepEqual([size, total], [2, 3]);
    const posted = await client.request<List>('POST', '/sms?action=read', { id: [ids[0], ids[1]] });
    assert.deepEqual([posted.status, idsOf(posted.body)], [200, ids.slice(0, 2)]);
    const contacts = JSON.stringify([{ recipient: TO }]);
    assert.equal(
      (await client.request('GET', `/sms?action=create&text=x&contacts=${encodeURIComponent(contacts)}`)).status,
      201,
    );
    const { list } = await client.list('/mailing?properties=id,name,text,date,email');
    const expected = { name: 'Open day', text: 'second', date: '2017-06-20 12:00:00', email: null };
    assert.deepEqual(list, [{ id: list[0]?.id, ...expected }]);
    assert.equal((await client.list('/mailing?name=Open%20day,other')).size, 1);
    assert.equal((await client.list('/mailing?name=other')).size, 0);
  });

  const wrong: [string, string, number][] = [
    ['GET', '/sms?properties=id,colour', 400],
    ['GET', '/sms?sort=id', 400],
    ['GET', '/sms?sort=colour%20ASC', 400],
    ['GET', '/sms?limit=-1', 400],
    ['GET', '/sms?limit=all', 400],
    ['GET', '/sms?total=perhaps', 400],
    ['GET', '/sms?date=yesterday', 400],
    ['GET', '/sms?date[1][operator]=~&date[1][value]=2017-06-09', 400],
    ['GET', '/sms?date[0][logical]=XOR&date[1][value]=2017-06-09', 400],
    ['GET', '/sms?id[0][0]=1', 400],
    ['GET', '/sms?way=up', 400],
    ['GET', '/stats?month=2017-13', 400],
    ['GET', '/stats?month=2017-06&mailingId=1', 400],
    ['GET', '/smsstatus', 417],
    ['GET', '/sms?action=fly', 404],
    ['GET', '/contacts', 404],
    ['GET', '/sms.pdf', 404],
    ['GET', `/status?smsId=${'123456789,'.repeat(1000)}`, 414],
    ['GET', '/', 404],
    ['POST', '/status', 405],
    ['DELETE', '/stats', 405],
    ['PATCH', '/sms', 405],
    ['GET', '/mailing?action=queue', 405],
    ['GET', '/sms.js', 400],
    ['GET', '/sms.js?callback=alert(1)', 400],
  ];
  it('says what is wrong, with the code of §1.6 in the answer too', async () => {
    const { client } = await three();
    for (const [method, path, status] of wrong) {
      const { status: code, body } = await client.request(method, path);
      assert.deepEqual([code, body.status], [status, status], `${method} ${path}`);
      assert.ok(body.message);
    }
  });

  it('shows a message in the lists no sooner than it is told to', async () => {
    let now = Date.now();
    const sandbox = await start({ logsLag: 500, now: () => now });
    const client = await login(sandbox);
    await client.mailing([{ recipient: TO }], { name: 'late' });
    const sizes = async (): Promise<number[]> =>
      Promise.all(['/sms', '/mailing', '/status'].map(async (path) => (await client.list(path)).size));
    assert.deepEqual(await sizes(), [0, 0, 0]);
    now += 500;
    assert.deepEqual(await sizes(), [1, 1, 1]);
  });

  describe('formats', () => {
    const sent = 'a;"b" <c> & d\nline 2';

    it('answers XML, CSV and JSONP by suffix', async () => {
      const sandbox = await start({ pace: 100 });
      const client = await login(sandbox);
      const id = (await client.sms(TO, sent)).body.id ?? '';
      const expected: Record<string, [string, string]> = {
        'json?': [
          'application/json',
          `{"size":1,"total":null,"list":[{"id":"${id}","text":${JSON.stringify(sent)}}],"httpStatusCode":200}`,
        ],
        'xml?': [
          'application/xml; charset=UTF-8',
          `<?xml version="1.0" encoding="UTF-8"?>\n<response><size>1</size><total/><list><item><id>${id}</id><text>a;&quot;b&quot; &lt;c&gt; &amp; d\nline 2</text></item></list><httpStatusCode>200</httpStatusCode></response>\n`,
        ],
        'csv?': ['text/csv; charset=UTF-8', `"id";"text"\r\n"${id}";"a;""b"" <c> & d\nline 2"\r\n`],
        'js?callback=on.read&': [
          'application/javascript; charset=UTF-8',
          `on.read({"size":1,"total":null,"list":[{"id":"${id}","text":${JSON.stringify(sent)}}],"httpStatusCode":200});`,
        ],
      };
      for (const [suffix, [type, body]] of Object.entries(expected)) {
        const answer = await client.request('GET', `/sms.${suffix}properties=id,text`);
        assert.deepEqual([answer.headers.get('content-type'), answer.text], [type, body]);
      }
    });

    it('answers every verb in the format asked for, errors too', async () => {
      const client = await login(await start());
      const created = await client.request('POST', '/sms.xml', { text: 'x', contacts: [{ recipient: TO }] });
      assert.match(created.text, /<response><id>\d+<\/id><\/response>/);
      const xml = await client.request('POST', '/sms.xml', { text: 'x' });
      assert.deepEqual([xml.status, /<status>417<\/status><message>.+<\/message>/.test(xml.text)], [417, true]);
      const js = await client.request('GET', '/sms.js?callback=f&limit=x');
      assert.deepEqual([js.status, /^f\(\{"status":400,.*\}\);$/.test(js.text)], [400, true]);
      const csv = await client.request('GET', '/sms.csv?limit=x');
      assert.match(csv.text, /^"status";"message"\r\n"400";/);
    });

    it('takes the format from Accept when it names one only, unless told not to', async () => {
      const accept = { accept: 'application/xml' };
      const client = await login(await start());
      assert.match((await client.request('GET', '/sms', undefined, accept)).text, /^<\?xml/);
      assert.match((await client.request('GET', '/sms.json', undefined, accept)).text, /^\{/);
      const strict = await login(await start({ assumptions: { formatByAccept: false, httpStatusCodeInLists: false } }));
      assert.equal((await strict.request('GET', '/sms', undefined, accept)).text, '{"size":0,"total":null,"list":[]}');
    });
  });

  describe('statuses', () => {
    it('tells the current one, the queue and the history of an SMS', async () => {
      const sandbox = await start();
      const client = await login(sandbox);
      const over = next(sandbox, 'status', ({ providerStatus }) => providerStatus === 'rep');
      const { body } = await client.mailing([{ recipient: number('0001') }], { name: 'Open day' });
      const { id } = await over;
      const [current, ...others] = (await client.list('/status?mailingName=Open%20day')).list;
      const known = { smsId: id, status: 'rep', recipient: number('0001'), mailingId: body.id, date: current?.date };
      assert.deepEqual([current, others], [{ ...known, description: 'SMS répondu', response: 'OK' }, []]);
      assert.match(current?.date ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      const words = ({ list }: List): unknown[] => list.map(({ status }) => status);
      assert.deepEqual(words(await client.list('/status?action=queue')), ['wait', 'on', 'ok', 'rep']);
      const { list } = await client.list(`/smsstatus?smsId=${id}&properties=smsId,status,description,response`);
      const rows = [
        ['wait', 'SMS programmé', null],
        ['ok', 'SMS reçu', null],
        ['on', 'En cours', null],
        ['rep', 'SMS répondu', 'OK'],
      ];
      assert.deepEqual(
        list,
        rows.map(([status, description, response]) => ({ smsId: id, status, description, response })),
      );
    });

    it('keeps the history in order when told so', async () => {
      const sandbox = await start({ assumptions: { historyOutOfOrder: false } });
      const client = await login(sandbox);
      const end = ended(sandbox);
      await client.sms(TO);
      const { list } = await client.list(`/smsstatus?smsId=${(await end).id}`);
      assert.deepEqual(
        list.map(({ status }) => status),
        ['wait', 'on', 'ok'],
      );
    });

    it('takes from the queue, oldest first, only what was asked for, and leaves the other reads alone', async () => {
      const sandbox = await start({ pace: 100 });
      const client = await login(sandbox);
      for (let index = 0; index < 5; index++) await client.sms(TO, `${index}`);
      const ids = sandbox.messages().map(({ id }) => id);
      const read = async (query = ''): Promise<unknown[]> =>
        (await client.list(`/status?action=queue${query}`)).list.map(({ smsId }) => smsId);
      assert.deepEqual(await read('&limit=2'), ids.slice(0, 2));
      assert.equal((await client.request('GET', '/status?action=queue&properties=colour')).status, 400);
      assert.deepEqual(await read(), ids.slice(2));
      assert.deepEqual(await read(), []);
      assert.equal((await client.list('/status')).size, 5);
      assert.equal((await client.list(`/status?smsId=${ids[0]},${ids[1]}`)).size, 2);
      assert.equal(sandbox.requests('digitaleo.status.queue').count, 4);
    });

    it('answers no more than 2 000 statuses at once', async () => {
      const sandbox = await start({ pace: 100 });
      const client = await login(sandbox);
      const contacts = Array.from({ length: 200 }, () => ({ recipient: TO }));
      for (let index = 0; index < 11; index++) await client.mailing(contacts);
      assert.equal((await client.list('/status?limit=2200')).size, 2000);
      assert.equal((await client.list('/status?offset=2000')).size, 200);
      assert.equal((await client.list('/status?action=queue')).size, 2000);
      assert.equal((await client.list('/status?action=queue')).size, 200);
    });

    it('refuses the eleventh question for one SMS, or one mailing, when told so', async () => {
      const sandbox = await start({ assumptions: { enforceChecks: true } });
      const client = await login(sandbox);
      const { id } = (await client.mailing([{ recipient: TO }, { recipient: TO }])).body;
      const [first, second] = sandbox.messages();
      for (const query of [`smsId=${first?.id}`, `mailingId=${id}`]) {
        for (let check = 0; check < 10; check++) {
          assert.equal((await client.request('GET', `/status?${query}`)).status, 200);
        }
        assert.equal((await client.request('GET', `/status?${query}`)).status, 403);
      }
      assert.equal((await client.request('GET', `/smsstatus?smsId=${first?.id}`)).status, 403);
      assert.equal((await client.request('GET', `/smsstatus?smsId=${second?.id}`)).status, 200);
      assert.equal((await client.request('GET', '/status?action=queue')).status, 200);
    });
  });

  it('counts by mailing, by month and all together', async () => {
    const { client, mailing } = await three();
    const row = (wait: number): object => ({
      ...{ wait: String(wait), ok: '0', on: '0', no: '0', ko: '0', rep: '0', optout: '0', total: String(wait) },
    });
    for (const [query, count] of [
      ['', 3],
      [`mailingId=${mailing}`, 1],
      ['mailingName=Open%20day', 1],
      ['month=2017-06&properties=DEFAULT', 3],
      ['month=2017-07', 0],
    ] as const) {
      assert.deepEqual((await client.list(`/stats?${query}`)).list, [row(count)], query);
    }
  });
});
