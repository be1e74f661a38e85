/** Asking through the nodes, at each of the four providers: costs, news, what phones wrote, any operation; and what mails and files cannot tell. */
import assert from 'node:assert/strict';
import type { InboundMessage, Measurement, Receipt, StatusReport } from '../../dist/src/sms/types.js';
import { ears, heard, PROVIDERS, phone, until, vendors } from './providers-support.ts';
import { codeOf, flows, type Message, nodeOf, payloadOf, sentenceOf, unload, wait } from './support.ts';

const start = vendors();
const { load } = flows();
const reportOf = (message: Message | undefined) => payloadOf<StatusReport>(message);

/** Sends through an sms-send of its own beside the node under test. */
const sender = (provider: string) => [
  { id: 'send', type: 'sms-send', provider, follow: false, wires: [['sent'], []] },
  ...ears('sent'),
];

async function send(to: readonly string[], more: object = {}): Promise<Receipt[]> {
  const sent = heard('sent');
  nodeOf('send').receive({ to, payload: 'Hello', ...more } as never);
  await until(() => sent.length === to.length, 'all are sent');
  return sent.map((message) => payloadOf<Receipt>(message));
}

describe('sms-length at each provider', () => {
  it('asks the provider for a number, and says which cannot tell', async () => {
    const all = await Promise.all(PROVIDERS.map((kind) => start(kind)));
    const node = { type: 'sms-length', provider: '', ask: 'provider' };
    const flow = await load(
      node,
      all.map(({ account }) => account),
    );
    for (const account of PROVIDERS) flow.give({ account, to: phone('0000'), payload: 'x'.repeat(161) });
    flow.give({ account: 'callr', payload: 'nobody to quote for' });
    await flow.until(() => flow.out[0].length === 3 && flow.errors.length === 2);
    for (const message of flow.out[0]) assert.equal(payloadOf<Measurement>(message).parts, 2, String(message.account));
    const quoted = flow.out[0].find(({ account }) => account === 'callr');
    assert.equal(typeof payloadOf<{ cost?: number }>(quoted).cost, 'number');
    const said = new Map(flow.errors.map((error) => [error.account, `${codeOf(error)} ${sentenceOf(error)}`]));
    assert.match(
      said.get('digitaleo') ?? '',
      /^SMS_UNSUPPORTED .*Digitaleo counts no .*sms-length counts by its rules\.$/,
    );
    assert.match(said.get('callr') ?? '', /^SMS_INVALID_NUMBER /);
  });

  it('shows by its own count what the phone will show of a text that Digitaleo changes', async () => {
    const { sandbox, account } = await start('digitaleo');
    const flow = await load({ type: 'sms-length', provider: account.id }, [account]);
    flow.give({ payload: 'L’hôtel…' });
    await flow.until(() => flow.out[0].length === 1);
    const { text, alphabet, parts } = payloadOf<Measurement>(flow.out[0][0]);
    assert.deepEqual([text, alphabet, parts], ["L'hotel...", 'GSM-7', 1]);
    assert.equal(sandbox.requests().count, 0);
  });
});

describe('sms-status-queue at each provider', () => {
  it("digitaleo: drains the vendor's queue, each once, over two nodes that ask at once", async () => {
    const { sandbox, account } = await start('digitaleo');
    const node = { type: 'sms-status-queue', provider: account.id, interval: 0, limit: 4 };
    const second = { ...node, id: 'second', wires: [['told']] };
    const flow = await load(node, [account], [second, ...ears('told'), ...sender(account.id)]);
    const told = heard('told');
    const receipts = await send(['0000', '1111', '0002', '0004', '2222'].map(phone));
    await until(() => sandbox.messages().filter(({ status }) => status !== 'sent').length >= 4, 'their lives are over');
    await wait(30);
    flow.give({ kept: 1 });
    nodeOf('second').receive({} as never);
    await flow.until(() => flow.completed.length === 1);
    await wait(50);
    const news = [...flow.out[0], ...told].map(reportOf).map(({ id, providerStatus }) => `${id} ${providerStatus}`);
    assert.equal(new Set(news).size, news.length, 'each once');
    const words = (id: string) =>
      sandbox
        .messages()
        .find((one) => one.id === id)
        ?.life.map((step) => step.providerStatus);
    const lives = receipts.flatMap(({ id }) => (words(id) ?? []).map((word) => `${id} ${word}`));
    assert.deepEqual(news.sort(), lives.sort());
    flow.give({});
    await flow.until(() => flow.completed.length === 2);
    assert.equal(flow.out[0].length + told.length, news.length, 'reading removes');
  });

  for (const kind of ['enco', 'callr', 'zoomconnect']) {
    it(`${kind}: asks for each message that is on its way, and for none that is final`, async () => {
      const { sandbox, account } = await start(kind);
      const node = { type: 'sms-status-queue', provider: account.id, interval: 60 };
      const flow = await load(node, [account], sender(account.id));
      const receipts = await send(['0000', '0002', '0004'].map(phone));
      await until(
        () => sandbox.messages().filter(({ status }) => ['delivered', 'failed'].includes(status)).length === 2,
        'two are over',
      );
      flow.give({});
      flow.give({});
      await flow.until(() => flow.completed.length === 2);
      const reports = flow.out[0].map(reportOf).filter(({ final }) => final);
      assert.deepEqual(reports.map(({ to, status }) => `${to} ${status}`).sort(), [
        `${phone('0000')} delivered`,
        `${phone('0002')} failed`,
      ]);
      assert.equal(receipts.length, 3);
    });
  }
});

describe('sms-inbound-poll at each provider', () => {
  for (const kind of PROVIDERS) {
    it(`${kind}: gives what phones wrote, each once, oldest first`, async () => {
      // Some write times in minutes.
      let later = 0;
      const { sandbox, account } = await start(kind, {}, { now: () => Date.now() + later });
      const node = { type: 'sms-inbound-poll', provider: account.id, interval: 0 };
      const flow = await load(node, [account], sender(account.id));
      await send([phone('0001'), phone('3333')]);
      await until(() => sandbox.inbox().length === 1, 'the reply');
      later = 61_000;
      sandbox.receive({ from: phone('3333'), text: 'Hello you' });
      flow.give({ kept: 42 });
      flow.give({});
      await flow.until(() => flow.completed.length === 2);
      const written = flow.out[0].map((message) => payloadOf<InboundMessage>(message));
      assert.deepEqual(
        written.map(({ from, text, provider }) => [from, text, provider]),
        [
          [phone('0001'), 'OK', kind],
          [phone('3333'), 'Hello you', kind],
        ],
      );
      assert.deepEqual(
        flow.out[0].map(({ topic, kept }) => [topic, kept]),
        [
          [phone('0001'), 42],
          [phone('3333'), 42],
        ],
      );
    });
  }

  it('digitaleo: takes the reply mail that the vendor wrote', async () => {
    const { sandbox, account } = await start('digitaleo');
    const flow = await load(
      { type: 'sms-inbound-poll', provider: account.id, interval: 0 },
      [account],
      sender(account.id),
    );
    const [receipt] = await send([phone('0001')]);
    await until(() => sandbox.mails().length === 1, 'the mail');
    const [head = '', body = ''] = Buffer.from(sandbox.mails()[0]?.content ?? [])
      .toString()
      .split('\r\n\r\n');
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? '';
    const mail = { topic: field('subject'), from: field('from'), date: field('date') };
    const header = { 'message-id': field('message-id') };
    flow.give({ ...mail, header, payload: Buffer.from(body, 'base64').toString(), html: '' });
    await flow.until(() => flow.out[0].length === 1);
    const { from, text, inReplyTo } = payloadOf<InboundMessage>(flow.out[0][0]);
    assert.deepEqual([from, text, inReplyTo], [phone('0001'), 'OK', receipt?.id]);
  });
});

describe('an account by mail or by file', () => {
  for (const transport of ['smtp', 'ftp'] as const) {
    it(`${transport}: answers with our reference, and says that nothing more can be asked`, async () => {
      const { sandbox, account } = await start('digitaleo');
      const { smtp, ftp } = sandbox;
      const doors = { smtpHost: smtp?.host, smtpPort: smtp?.port, mailFrom: 'plant@example.org' };
      const own = { ...account, transport, ...doors, ftpHost: ftp?.host, ftpPort: ftp?.port };
      const node = { type: 'sms-status', provider: account.id };
      const flow = await load(node, [own], sender(account.id));
      const receipts = await send([phone('0000'), phone('1111')]);
      for (const { id, reference, status, providerStatus } of receipts) {
        assert.deepEqual([id, status, providerStatus], [reference, 'queued', null]);
      }
      const carried =
        transport === 'smtp' ? sandbox.mails().filter(({ direction }) => direction === 'in') : sandbox.files();
      assert.equal(carried.length, 1, 'both went in one file');
      await until(() => sandbox.messages().length === 2, 'the vendor has read it');
      flow.give({ payload: receipts });
      await flow.until(() => flow.errors.length === 1);
      assert.deepEqual(flow.errors.map(codeOf), ['SMS_UNSUPPORTED']);
      assert.match(
        sentenceOf(flow.errors[0]),
        new RegExp(`By ${transport.toUpperCase()} .*choose the transport https`),
      );
      await unload();
    });
  }
});

describe('sms-request at each provider', () => {
  const LISTS: Record<
    string,
    { operation: string; params: object | (() => object); rows: (page: never) => unknown[] }
  > = {
    enco: {
      operation: 'enco.logs.interval',
      // Of the time when it is asked for, which may be minutes after this file was read.
      params: () => {
        const now = new Date();
        return {
          type: 'sms-outbound',
          year: now.getUTCFullYear(),
          month: now.getUTCMonth() + 1,
          startTime: new Date(now.getTime() - 60_000).toISOString(),
          endTime: new Date(now.getTime() + 60_000).toISOString(),
          limit: 2,
        };
      },
      rows: (page: unknown[]) => page,
    },
    digitaleo: {
      operation: 'digitaleo.sms.read',
      params: { way: 'mt', limit: 2 },
      rows: (page: { list: unknown[] }) => page.list,
    },
    callr: {
      operation: 'callr.sms.search',
      params: { filters: {}, options: { limit: 2 } },
      rows: (page: { hits: unknown[] }) => page.hits,
    },
    zoomconnect: {
      operation: 'zoomconnect.messages.all',
      params: { pageSize: 2 },
      rows: (page: { webServiceMessages: unknown[] }) => page.webServiceMessages,
    },
  };

  for (const kind of PROVIDERS) {
    it(`${kind}: pages through a list, one message a page`, async () => {
      const { operation, params, rows } = LISTS[kind] as (typeof LISTS)[string];
      const { account } = await start(kind);
      const node = { type: 'sms-request', provider: account.id, operation, all: true };
      const asked = typeof params === 'function' ? params() : params;
      const more = { params: JSON.stringify(asked), paramsType: 'json' };
      const flow = await load({ ...node, ...more }, [account], sender(account.id));
      await send(['0000', '1111', '2222'].map(phone));
      flow.give({ topic: 'kept' });
      await flow.until(() => flow.completed.length === 1);
      const sizes = flow.out[0].map(({ payload }) => rows(payload as never).length).filter((size) => size > 0);
      assert.deepEqual(sizes, [2, 1]);
      const parts = flow.out[0].map((page) => page.parts as { index: number; count?: number });
      assert.deepEqual(
        parts.map(({ index }) => index),
        parts.map((_, i) => i),
      );
      assert.equal(parts.at(-1)?.count, parts.length);
      assert(flow.out[0].every(({ topic }) => topic === 'kept'));
    });
  }

  for (const [format, shape] of [
    ['xml', /^\s*<\?xml/],
    ['csv', /^"id"\r\n/],
  ] as const) {
    it(`digitaleo: gives another format as text (${format})`, async () => {
      const { account } = await start('digitaleo');
      const node = { type: 'sms-request', provider: account.id, operation: 'digitaleo.sms.read' };
      const more = { params: JSON.stringify({ way: 'mt', format }), paramsType: 'json' };
      const flow = await load({ ...node, ...more }, [account], sender(account.id));
      const [receipt] = await send([phone('0000')]);
      flow.give({});
      await flow.until(() => flow.out[0].length === 1);
      const text = payloadOf<string>(flow.out[0][0]);
      assert.match(text, shape);
      assert(text.includes(receipt?.id ?? 'none'));
    });
  }
});

describe('sms-status and the accounts', () => {
  it('asks the account that a receipt is of, in one go for a list', async () => {
    const all = await Promise.all(['enco', 'callr'].map((kind) => start(kind)));
    const enco = all[0]?.account.id ?? '';
    const node = { type: 'sms-status', provider: enco, messageId: 'payload', messageIdType: 'msg' };
    const flow = await load(
      node,
      all.map(({ account }) => account),
      sender(enco),
    );
    const [first] = await send([phone('4321')]);
    const [second] = await send([phone('4321')], { account: 'callr' });
    flow.give({ payload: [second, first] });
    await flow.until(() => flow.out[0].length === 1);
    const reports = payloadOf<StatusReport[]>(flow.out[0][0]);
    assert.deepEqual(
      reports.map(({ provider, id }) => [provider, id]),
      [
        ['callr', second?.id],
        ['enco', first?.id],
      ],
    );
  });

  it('asks no more often than the vendor allows, and then answers with what is known', async () => {
    const { account, sandbox } = await start('digitaleo');
    const node = { type: 'sms-status', provider: account.id, messageId: 'payload', messageIdType: 'msg' };
    const flow = await load(node, [account], sender(account.id));
    const [receipt] = await send([phone('0004')]);
    for (let n = 1; n <= 13; n += 1) {
      flow.give({ payload: receipt });
      await flow.until(() => flow.out[0].length === n);
    }
    assert.equal(sandbox.requests('digitaleo.status.read').count, 10);
    assert.equal(reportOf(flow.out[0].at(-1)).id, receipt?.id);
    assert.equal(flow.errors.length, 0);
  });
});
