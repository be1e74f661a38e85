/** ZoomConnect's two pushes, wherever they carry their fields. */
import assert from 'node:assert/strict';
import type { WebhookEvents } from '../../dist/src/providers/provider.js';
import { zoomconnect } from '../../dist/src/providers/zoomconnect/index.js';
import { http, outgoing, phone, until } from './support.ts';
import { zoomWorkshop } from './zoomconnect-support.ts';

const REPLY = {
  date: '201806292136',
  dataField: 'cli:1,app:2',
  repliedToMessageId: '5b361e32e396c8e42e098807',
  messageId: '5b368a2be396c8e42e0ac61f',
  campaign: 'c1',
  from: '+27831234567',
  to: '27987654349',
  message: 'Testing 123',
  'nonce-date': '20180629214112',
  nonce: '5cfb2a28-c660-4b4d-aa6e-aeafc8f04563',
  checksum: '0'.repeat(40),
};
const REPORT = {
  dataField: 'test',
  messageId: '5b37661ae396c8e42e0c9ca2',
  campaign: 'c1',
  status: 'DELIVERED',
  'nonce-date': '20180630131940',
  nonce: '8cfb2a28-c660-4b4d-aa6e-aeafc8f04563',
};

type Fields = Record<string, string>;

describe("ZoomConnect's pushes", () => {
  const { connect, edge } = zoomWorkshop();

  function read(query: Fields, body = ''): WebhookEvents {
    assert.ok(zoomconnect.webhook);
    return zoomconnect.webhook.read({ method: 'POST', headers: {}, query, body: Buffer.from(body) });
  }

  /** As `http://x/?…` arrives at a web framework. */
  const decoded = (search: string): Fields => Object.fromEntries(new URLSearchParams(search));

  const PLACES: Record<string, (fields: Fields) => WebhookEvents> = {
    query: (fields) => read(fields),
    form: (fields) => read({}, new URLSearchParams(fields).toString()),
    JSON: (fields) => read({}, JSON.stringify(fields)),
    'query and body': ({ from = '', status = '', ...others }) =>
      read(from ? { from } : { status }, JSON.stringify(others)),
  };

  for (const [place, push] of Object.entries(PLACES)) {
    it(`zoomconnect.webhook.reply: is read from ${place}, and tells the message it answers too`, () => {
      const { inbound, reports, other } = push(REPLY);
      assert.deepEqual(other, []);
      const [sms] = inbound;
      assert.deepEqual(
        [sms?.id, sms?.from, sms?.to, sms?.text, sms?.parts, sms?.receivedAt, sms?.inReplyTo],
        [
          REPLY.messageId,
          '+27831234567',
          '+27987654349',
          'Testing 123',
          1,
          '2018-06-29T19:36:00.000Z',
          REPLY.repliedToMessageId,
        ],
      );
      assert.deepEqual(sms?.raw, REPLY);
      const [{ report, hint } = { report: null, hint: true }] = reports;
      assert.deepEqual(
        [report?.id, report?.status, report?.final, report?.reply, hint],
        [
          REPLY.repliedToMessageId,
          'delivered',
          true,
          { text: 'Testing 123', receivedAt: '2018-06-29T19:36:00.000Z' },
          false,
        ],
      );
    });

    it(`zoomconnect.webhook.deliveryReport: is read from ${place}`, () => {
      const { inbound, reports, other } = push(REPORT);
      assert.deepEqual([inbound, other, reports.length], [[], [], 1]);
      const { report, hint } = reports[0] ?? {};
      assert.deepEqual(
        [report?.id, report?.status, report?.final, report?.providerStatus, report?.updatedAt, hint],
        [REPORT.messageId, 'delivered', true, 'DELIVERED', '2018-06-30T11:19:40.000Z', false],
      );
    });
  }

  it('zoomconnect.webhook.reply: the + that the document prints unencoded arrives as a blank and is put back', () => {
    const { inbound } = read(
      decoded(
        'from=+27725551234&repliedToMessageId=121212&messageId=124567&message=REPLY&date=201404282055&campaign=shoe campaign&dataField=custom',
      ),
    );
    assert.deepEqual(
      [inbound[0]?.from, inbound[0]?.to, inbound[0]?.id, inbound[0]?.receivedAt],
      ['+27725551234', null, '124567', '2014-04-28T18:55:00.000Z'],
    );
  });

  it('zoomconnect.webhook.reply: an opaque word for our number stays as it is; what is not answered has no parent', () => {
    const { repliedToMessageId: _parent, campaign: _campaign, ...others } = REPLY;
    const { inbound, reports } = read({ ...others, to: 'INF-1a2b' });
    assert.deepEqual([inbound[0]?.to, 'inReplyTo' in (inbound[0] ?? {}), reports], ['INF-1a2b', false, []]);
  });

  it('zoomconnect.webhook.reply: without an id, the nonce tells whether it is the same push again', () => {
    const { messageId: _id, ...others } = REPLY;
    const { nonce: _nonce, ...bare } = others;
    assert.equal(read(others).inbound[0]?.id, REPLY.nonce);
    const [first, again] = [read(bare), read(bare)].map(({ inbound }) => inbound[0]?.id);
    assert.equal(first, again);
    assert.notEqual(first, read({ ...bare, message: 'other' }).inbound[0]?.id);
  });

  it('zoomconnect.webhook.deliveryReport: the two fields of the document are enough, and our own secret is not repeated', () => {
    const { reports } = read({ key: 'secret', ref: 'r', status: 'FAILED_REFUNDED', messageId: '401' });
    assert.deepEqual(
      [reports[0]?.report.status, reports[0]?.report.raw],
      ['failed', { status: 'FAILED_REFUNDED', messageId: '401' }],
    );
  });

  it('zoomconnect.webhook.reply: an empty status beside it makes no report of it', () => {
    for (const status of ['', ' ']) {
      const { inbound, reports, other } = read({ ...REPLY, status });
      assert.deepEqual([inbound[0]?.text, reports[0]?.report.id, other], ['Testing 123', REPLY.repliedToMessageId, []]);
    }
  });

  it('zoomconnect.webhook.deliveryReport: the case of a status does not matter', () => {
    for (const [status, meaning] of [
      ['delivered', 'delivered'],
      ['Failed_Refunded', 'failed'],
    ] as const) {
      const [{ report } = { report: null }] = read({ ...REPORT, status }).reports;
      assert.deepEqual([report?.status, report?.final, report?.providerStatus], [meaning, true, status]);
    }
  });

  it('zoomconnect.webhook.deliveryReport: numbers in JSON are taken, and null is not there', () => {
    const { reports } = read({}, JSON.stringify({ status: 'SENT', messageId: 4012421310587, campaign: null }));
    assert.deepEqual([reports[0]?.report.id, reports[0]?.report.status], ['4012421310587', 'sent']);
  });

  it('what is neither is passed on as something else; what carries nothing is refused', () => {
    for (const odd of [{ status: 'DELIVERED' }, { hello: 'world' }, { messageId: '5' }]) {
      assert.deepEqual(read({}, JSON.stringify(odd)), { reports: [], inbound: [], other: [odd] });
    }
    for (const none of ['', '{}', 'hello', '[1]', '{"a":', '""', '"x"']) {
      assert.throws(() => read({ key: 'secret' }, none), { code: 'SMS_BAD_RESPONSE' }, none);
    }
  });

  for (const webhookPlacement of ['query', 'form', 'json']) {
    for (const webhookTo of ['number', 'token']) {
      it(`zoomconnect.webhook.reply: what the vendor pushes as ${webhookPlacement} with a ${webhookTo} is understood`, async () => {
        const pushed: WebhookEvents[] = [];
        const receiver = await edge((socket, request) => {
          const [head = '', body = ''] = request.split('\r\n\r\n');
          pushed.push(read(decoded(head.split(' ')[1]?.split('?')[1] ?? ''), body));
          socket.end(http(200));
        });
        const { vendor, line } = await connect({ assumptions: { webhookPlacement, webhookTo } });
        vendor.configure({ statusUrl: `${receiver.origin}/status?key=s`, inboundUrl: `${receiver.origin}/in` });
        const options = { campaign: 'shoe campaign' };
        const { id } = await zoomconnect.verbs.send(line, outgoing(phone('0001'), { options }));
        await until(() => pushed.some(({ inbound }) => inbound.length > 0), 'the reply');
        const reports = pushed.flatMap((events) => events.reports.map(({ report }) => report));
        assert.deepEqual(
          reports.map((report) => [report.id, report.status, report.reply?.text]),
          [
            [id, 'delivered', undefined],
            [id, 'delivered', 'OK'],
          ],
        );
        const [sms] = pushed.flatMap(({ inbound }) => inbound);
        assert.deepEqual([sms?.from, sms?.text, sms?.inReplyTo], [phone('0001'), 'OK', id]);
        const now = Date.now();
        const around = { since: new Date(now - 3600_000), until: new Date(now + 3600_000) };
        const read_ = await zoomconnect.verbs.inbound?.(line, { ...around, address: null, markRead: false, limit: 9 });
        assert.equal(read_?.[0]?.id, sms?.id, 'the same id as by polling, so that it comes out once');
      });
    }
  }
});
