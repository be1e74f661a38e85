/** ZoomConnect's two webhooks, over real HTTP. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Sandbox, SandboxOptions } from '../../dist/src/sandbox/index.js';
import type { Push } from './support.ts';
import { next, receiver, sandboxes } from './support.ts';
import { client, PHONE } from './zoomconnect-support.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

describe('sandbox: ZoomConnect webhooks', () => {
  const { start } = sandboxes('zoomconnect');
  const now = (): number => Date.parse('2018-06-29T19:36:11Z');

  /** A delivery report and an answer, as they were pushed. */
  async function pushed(
    assumptions = {},
    path = '',
    status?: number,
    pushes = 2,
  ): Promise<{ report: Push | undefined; reply: Push | undefined; all: Push[]; sandbox: Sandbox }> {
    const target = await receiver(status);
    const url = new URL(path || '/dlr', target.url).href;
    const options: SandboxOptions = { assumptions, now, settings: { statusUrl: url, inboundUrl: url } };
    const sandbox = await start(options);
    const all = new Promise<void>((resolve) => {
      sandbox.on('callback', () => {
        if (target.pushes.length >= pushes) resolve();
      });
    });
    await client(sandbox).send('+27721230001', { campaign: 'shoe campaign', dataField: 'cli:1,app+2&3' });
    await all;
    target.close();
    const [report, reply] = target.pushes;
    return { report, reply, all: target.pushes, sandbox };
  }

  const query = (push?: Push): URLSearchParams => new URL(push?.path ?? '', 'http://x').searchParams;

  it('POSTs a report and a reply as a query with an empty body, with what was seen live', async () => {
    const { report, reply, sandbox } = await pushed();
    const [message] = sandbox.messages();
    const [answer] = sandbox.inbox();
    assert.deepEqual([report?.method, report?.body, sandbox.callbacks()[0]?.body], ['POST', undefined, '']);
    const { nonce, checksum, ...first } = Object.fromEntries(query(report));
    assert.deepEqual(first, {
      status: 'DELIVERED',
      messageId: message?.id,
      campaign: 'shoe campaign',
      dataField: 'cli:1,app 2&3',
      'nonce-date': '20180629213611',
    });
    assert.match(nonce ?? '', UUID);
    const formula = createHash('sha1').update(`sandbox-token${nonce}20180629213611`).digest('hex');
    assert.equal(checksum, formula);
    const { nonce: other, checksum: _checksum, ...second } = Object.fromEntries(query(reply));
    assert.deepEqual(second, {
      from: ' 27721230001',
      to: '27987654349',
      repliedToMessageId: message?.id,
      messageId: answer?.id,
      message: 'OK',
      date: '201806292136',
      campaign: 'shoe campaign',
      dataField: 'cli:1,app 2&3',
      'nonce-date': '20180629213611',
    });
    assert.notEqual(other, nonce);
    assert.match(reply?.path ?? '', /from=\+27721230001&/);
    assert.match(reply?.path ?? '', /campaign=shoe%20campaign&/);
  });

  it('encodes the plus sign when told so', async () => {
    const { reply } = await pushed({ webhookPlusUnencoded: false });
    assert.equal(query(reply).get('from'), '+27721230001');
    assert.equal(query(reply).get('dataField'), 'cli:1,app+2&3');
  });

  it('pushes only what the document shows when told so', async () => {
    const { report, reply } = await pushed({ webhookExtras: false });
    assert.deepEqual([...query(report).keys()], ['status', 'messageId']);
    assert.deepEqual(
      [...query(reply).keys()],
      ['from', 'repliedToMessageId', 'messageId', 'message', 'date', 'campaign', 'dataField'],
    );
  });

  it('pushes a form or JSON when told so, to the URL as it is', async () => {
    const form = await pushed({ webhookPlacement: 'form' }, '/dlr?id=7');
    assert.deepEqual([form.report?.path, form.report?.type], ['/dlr?id=7', 'application/x-www-form-urlencoded']);
    const sent = form.sandbox.callbacks()[1]?.body ?? '';
    assert.match(sent, /^from=\+27721230001&to=27987654349&/);
    const json = await pushed({ webhookPlacement: 'json' }, '/dlr?id=7');
    assert.deepEqual([json.reply?.path, json.reply?.type], ['/dlr?id=7', 'application/json']);
    const body = json.reply?.body as Record<string, string> | undefined;
    assert.deepEqual([body?.from, body?.dataField], ['+27721230001', 'cli:1,app+2&3']);
  });

  it('adds to the query that a URL already has', async () => {
    const { report } = await pushed({}, '/dlr?key=secret');
    assert.match(report?.path ?? '', /^\/dlr\?key=secret&status=DELIVERED&messageId=/);
  });

  it('names the receiver by an opaque word when told so', async () => {
    const { reply } = await pushed({ webhookTo: 'token' });
    assert.match(query(reply).get('to') ?? '', /^INF-/);
  });

  it('leaves out what it does not know', async () => {
    const target = await receiver();
    const sandbox = await start({ settings: { inboundUrl: target.url } });
    const done = next(sandbox, 'callback');
    const record = sandbox.receive({ from: PHONE, text: 'Hi & bye' });
    await done;
    target.close();
    const fields = query(target.pushes[0]);
    assert.deepEqual(
      [...fields.keys()],
      ['id', 'from', 'to', 'messageId', 'message', 'date', 'nonce-date', 'nonce', 'checksum'],
    );
    assert.deepEqual([fields.get('message'), fields.get('messageId')], ['Hi & bye', record.id]);
  });

  it('reports only what is final, or SENT too when told so', async () => {
    const statuses = async (webhookFinalOnly: boolean): Promise<(string | null)[]> => {
      const target = await receiver();
      let time = Date.parse('2020-05-01T11:59:59.990Z');
      const sandbox = await start({
        now: () => time,
        assumptions: { webhookFinalOnly },
        settings: { statusUrl: target.url },
      });
      const done = next(sandbox, 'callback', ({ url }) => url.includes('FAILED'));
      await client(sandbox).send('+27721230002', { dateToSend: '202005011400' });
      time += 10;
      await done;
      target.close();
      return target.pushes.map((push) => query(push).get('status'));
    };
    assert.deepEqual(await statuses(true), ['FAILED']);
    assert.deepEqual(await statuses(false), ['SENT', 'FAILED']);
  });

  it('is sent once, or again when told so, until it is taken', async () => {
    const once = await pushed({}, '', 500);
    assert.equal(once.all.length, 2);
    const again = await pushed({ webhookRetries: 1 }, '', 500, 4);
    const nonces = again.all.map((push) => query(push).get('nonce'));
    assert.equal(new Set(nonces).size, 2);
  });

  it('goes nowhere until a URL is set, and nowhere after it is taken away', async () => {
    const target = await receiver();
    const sandbox = await start();
    sandbox.receive({ from: PHONE, text: 'one' });
    sandbox.configure({ inboundUrl: target.url });
    const done = next(sandbox, 'callback');
    sandbox.receive({ from: PHONE, text: 'two' });
    await done;
    sandbox.configure({ statusUrl: target.url });
    sandbox.configure({ inboundUrl: null });
    sandbox.receive({ from: PHONE, text: 'three' });
    await sandbox.close();
    target.close();
    assert.deepEqual(
      target.pushes.map((push) => query(push).get('message')),
      ['two'],
    );
  });

  it('is set for one account or all, and never to what is no URL', async () => {
    const target = await receiver();
    const clients = [
      { email: 'a@example.com', token: 'a' },
      { email: 'b@example.com', token: 'b' },
    ];
    const sandbox = await start({ clients, settings: { inboundUrl: target.url, client: 'b@example.com' } });
    sandbox.receive({ from: PHONE, to: '27987654349', text: 'to a' });
    const done = next(sandbox, 'callback');
    sandbox.receive({ from: PHONE, to: '27987654350', text: 'to b' });
    await done;
    target.close();
    assert.equal(sandbox.callbacks().length, 1);
    assert.throws(() => sandbox.configure({ client: 'c@example.com' }), RangeError);
    assert.throws(() => sandbox.configure({ statusUrl: 'ftp://x' }), RangeError);
    await assert.rejects(start({ settings: { statusUrl: 'nowhere' } }), RangeError);
  });
});
