/** Sending through the nodes, at each of the four providers: one, many, later, and by another account. */
import assert from 'node:assert/strict';
import type { Receipt, StatusReport } from '../../dist/src/sms/types.js';
import { PROVIDERS, phone, vendors } from './providers-support.ts';
import { codeOf, flows, type Message, payloadOf, sentenceOf, unload } from './support.ts';

const receiptOf = (message: Message | undefined) => payloadOf<Receipt>(message);
const reportOf = (message: Message | undefined) => payloadOf<StatusReport>(message);
const indexOf = ({ parts }: Message) => (parts as { index: number }).index;

describe('sms-send at each provider', () => {
  const { load } = flows();
  const start = vendors();

  it('sends, follows to the end, refuses, and finds what got lost', async () => {
    const all = await Promise.all(PROVIDERS.map((kind) => start(kind)));
    const flow = await load(
      { type: 'sms-send', provider: '' },
      all.map(({ account }) => account),
    );
    for (const [round, digits] of ['0000', '0002', '0005', '0008'].entries()) {
      for (const kind of PROVIDERS) flow.give({ account: kind, to: phone(digits), payload: `Story ${digits}` });
      await flow.until(() => flow.out[0].length + flow.errors.length === (round + 1) * 4);
    }
    await flow.until(() => flow.out[1].filter((message) => reportOf(message).final).length === 12);
    assert.deepEqual(flow.errors.map((error) => `${error.account} ${codeOf(error)}`).sort(), [
      'callr SMS_REJECTED',
      'digitaleo SMS_REJECTED',
      'enco SMS_REJECTED',
      'zoomconnect SMS_REJECTED',
    ]);
    for (const [i, { sandbox }] of all.entries()) {
      const kind = PROVIDERS[i];
      const receipts = flow.out[0].map(receiptOf).filter(({ accountName }) => accountName === kind);
      const known = sandbox.messages();
      assert.deepEqual(
        receipts.map(({ id }) => id),
        known.map(({ id }) => id),
        `${kind}: the ids are the vendor's, and nothing was sent twice`,
      );
      const ends = receipts.map(({ id }) =>
        flow.out[1].map(reportOf).find((report) => report.id === id && report.final),
      );
      assert.deepEqual(
        ends.map((report) => [report?.to, report?.status]),
        [
          [phone('0000'), 'delivered'],
          [phone('0002'), 'failed'],
          [phone('0008'), 'delivered'],
        ],
        `${kind}`,
      );
    }
  });

  const TO = ['An & <Jan>', 'Piet', 'Els', 'Bad', '#Ruth#'].map((name, i) => ({
    to: i === 3 ? phone('0005') : `+3247011200${i}`,
    name,
  }));

  const CALLS: Record<string, Record<string, number>> = {
    enco: { 'enco.outbound.send': 5 },
    digitaleo: { 'digitaleo.mailing.createPersonalized': 1 },
    callr: { 'callr.sms.send': 5 },
    zoomconnect: { 'zoomconnect.sms.sendBulk': 1 },
  };

  for (const kind of PROVIDERS) {
    it(`${kind}: fills in the text of each of several, in one call where there is one; a bad recipient stops nobody`, async () => {
      const { sandbox, account } = await start(kind);
      const flow = await load({ type: 'sms-send', provider: account.id }, [account]);
      flow.give({ to: TO, payload: 'Hello {{name}}' });
      await flow.until(() => flow.out[0].length + flow.errors.length === 5);
      const sent = sandbox.messages().map(({ to, text }) => `${to} ${text}`);
      const good = TO.filter(({ name }) => name !== 'Bad');
      for (const { to, name } of good) assert(sent.includes(`${to} Hello ${name}`), `${name} in ${sent}`);
      assert.deepEqual([...flow.out[0], ...flow.errors].map(indexOf).sort(), [0, 1, 2, 3, 4]);
      for (const message of flow.out[0]) {
        const { to, text, id } = receiptOf(message);
        assert.deepEqual([to, text], [TO[indexOf(message)]?.to, `Hello ${TO[indexOf(message)]?.name}`]);
        assert.equal(sandbox.messages().find((one) => one.id === id)?.to, to);
      }
      const { byOperation } = sandbox.requests();
      for (const [operation, times] of Object.entries(CALLS[kind] ?? {})) assert.equal(byOperation[operation], times);
      // Digitaleo takes a bad number and tells of it by its status.
      if (kind !== 'digitaleo') assert.deepEqual(flow.errors.map(codeOf), ['SMS_REJECTED']);
      else {
        const bad = flow.out[0].map(receiptOf).find(({ to }) => to === phone('0005'));
        await flow.until(() =>
          flow.out[1].map(reportOf).some(({ id, status }) => id === bad?.id && status === 'failed'),
        );
        const batches = new Set(flow.out[0].map((message) => receiptOf(message).batch));
        assert.equal(batches.size, 1);
      }
    });
  }

  it('digitaleo: a bad recipient for whom a whole mailing is refused stops nobody either', async () => {
    const { sandbox, account } = await start('digitaleo', {}, { assumptions: { badNumberRefusesMailing: true } });
    const flow = await load({ type: 'sms-send', provider: account.id, follow: false }, [account]);
    flow.give({ to: TO, payload: 'Hello {{name}}' });
    await flow.until(() => flow.out[0].length === 4 && flow.errors.length === 1);
    assert.equal(indexOf(flow.errors[0] as Message), 3);
    assert.equal(sandbox.messages().length, 4);
  });

  it('digitaleo: of a mailing whose answer is lost each message is found, and none is sent again', async () => {
    const { sandbox, account } = await start('digitaleo');
    const flow = await load({ type: 'sms-send', provider: account.id, follow: false }, [account]);
    const to = ['0008', '1111', '2222'].map((digits, i) => ({ to: phone(digits), i }));
    flow.give({ to, payload: 'Number {{i}}' });
    await flow.until(() => flow.out[0].length === 3);
    const ids = flow.out[0].map((message) => receiptOf(message).id);
    assert.deepEqual(
      ids.sort(),
      sandbox
        .messages()
        .map(({ id }) => id)
        .sort(),
    );
    assert.equal(sandbox.messages().length, 3);
  });

  for (const [kind, most, many] of [
    ['digitaleo', 200, 'digitaleo.mailing.createPersonalized'],
    ['zoomconnect', 500, 'zoomconnect.sms.sendBulk'],
  ] as const) {
    it(`${kind}: more than ${most} are sent in several calls`, async () => {
      const { sandbox, account } = await start(kind);
      const flow = await load({ type: 'sms-send', provider: account.id, follow: false }, [account]);
      const to = Array.from({ length: most + 3 }, (_, i) => ({ to: `+${32_470_112_000 + i}`, i }));
      flow.give({ to, payload: 'Number {{i}}' });
      await flow.until(() => flow.out[0].length === most + 3);
      assert.deepEqual(flow.errors, []);
      const texts = new Map(sandbox.messages().map((message) => [message.to, message.text]));
      for (const { to: number, i } of to) assert.equal(texts.get(number), `Number ${i}`);
      assert.equal(sandbox.messages().length, most + 3);
      const { byOperation } = sandbox.requests();
      assert.equal(byOperation[many], 2, JSON.stringify(byOperation));
    });
  }

  for (const kind of ['digitaleo', 'zoomconnect']) {
    it(`${kind}: is given a message for later now`, async () => {
      const { sandbox, account } = await start(kind);
      for (const queue of [true, false]) {
        const own = { ...account, id: `${account.id}-${queue}` };
        const flow = await load({ type: 'sms-send', provider: own.id, at: 'at', atType: 'msg', queue }, [own]);
        flow.give({ to: phone('0000'), payload: 'later', at: new Date(Date.now() + 3600_000) });
        await flow.until(() => flow.out[0].length === 1);
        assert.equal(receiptOf(flow.out[0][0]).status, 'scheduled');
        assert.equal(sandbox.messages().at(-1)?.status, 'scheduled');
        await unload();
      }
    });
  }

  it('callr: a message for later waits in the queue, and is refused without it', async () => {
    const { sandbox, account } = await start('callr');
    const flow = await load({ type: 'sms-send', provider: account.id, at: 'at', atType: 'msg' }, [account]);
    const at = Date.now() + 300;
    flow.give({ to: phone('0000'), payload: 'later', at });
    await flow.until(() => flow.out[0].length === 1);
    assert(Date.parse(sandbox.messages()[0]?.acceptedAt ?? '') >= at);
    await unload();
    const own = { ...account, id: `${account.id}-direct` };
    const direct = await load({ type: 'sms-send', provider: own.id, at: 'at', atType: 'msg', queue: false }, [own]);
    direct.give({ to: phone('0000'), payload: 'later', at: Date.now() + 60_000 });
    await direct.until(() => direct.errors.length === 1);
    assert.deepEqual(direct.errors.map(codeOf), ['SMS_UNSUPPORTED']);
    assert.match(sentenceOf(direct.errors[0]), /CALLR cannot schedule/);
  });

  for (const [authentication, expected] of [
    ['', 'email, token'],
    ['headers', 'email, token'],
    ['basic', 'authorization'],
    ['query', 'query'],
  ] as const) {
    const row = `zoomconnect.auth.${authentication || 'headers'}`;
    it(`${row}: the account's authentication '${authentication}' is how the vendor is asked`, async () => {
      const { account, sandbox } = await start('zoomconnect', { authentication });
      const flow = await load({ type: 'sms-send', provider: account.id }, [account]);
      flow.give({ to: phone('0000'), payload: 'Hello' });
      await flow.until(() => flow.out[0].length === 1);
      const [request] = sandbox.requests('zoomconnect.sms.send').log;
      const { headers = {}, url = '' } = request ?? {};
      const named = ['email', 'token', 'authorization'].filter((name) => headers[name] !== undefined);
      const asked = /[?&]email=.*&token=/.test(url) ? [...named, 'query'] : named;
      assert.equal(asked.join(', '), expected);
    });
  }

  it('zoomconnect: refuses a sender with its sentence, and the next message goes', async () => {
    const { sandbox, account } = await start('zoomconnect');
    const node = { type: 'sms-send', provider: account.id, sender: 'from', senderType: 'msg' };
    const flow = await load(node, [account]);
    flow.give({ to: phone('0000'), payload: 'one', from: 'Plant' });
    flow.give({ to: phone('0000'), payload: 'two' });
    await flow.until(() => flow.out[0].length === 1 && flow.errors.length === 1);
    assert.deepEqual(flow.errors.map(codeOf), ['SMS_UNSUPPORTED']);
    assert.match(sentenceOf(flow.errors[0]), /ZoomConnect chooses the number/);
    assert.deepEqual(
      sandbox.messages().map(({ text }) => text),
      ['two'],
    );
  });
});

describe('a fallback at another provider', () => {
  const { load } = flows();
  const start = vendors();
  const wrong = { credentials: { clientSecret: 'wrong' } };

  it('takes over from an account that is refused, without the options and the sender of the first', async () => {
    const [first, second] = [await start('enco', wrong), await start('zoomconnect')];
    const node = {
      type: 'sms-send',
      provider: first.account.id,
      fallback: [second.account.id],
      sender: '666',
      senderType: 'str',
      options: '{"forceCharacterLimit":true}',
      optionsType: 'json',
    };
    const flow = await load(node, [first.account, second.account]);
    flow.give({ to: phone('0000'), payload: 'Hello' });
    await flow.until(() => flow.out[0].length === 1);
    const { provider, accountName, sender } = receiptOf(flow.out[0][0]);
    assert.deepEqual([provider, accountName, sender], ['zoomconnect', 'zoomconnect', null]);
    const { log } = second.sandbox.requests('zoomconnect.sms.send');
    assert.doesNotMatch(log.map(({ url, body }) => url + body).join(), /forceCharacterLimit|666/);
    assert.equal(first.sandbox.messages().length, 0);
  });

  it('that would leave characters out otherwise sends the text as Unicode, whole', async () => {
    const [first, second] = [await start('enco', wrong), await start('digitaleo')];
    const node = { type: 'sms-send', provider: first.account.id, fallback: [second.account.id] };
    const flow = await load(node, [first.account, second.account]);
    const texts = ['Le garçon appelle', 'Plain'];
    for (const payload of texts) flow.give({ to: phone(payload === 'Plain' ? '0000' : '1111'), payload });
    await flow.until(() => flow.out[0].length === 2);
    assert.deepEqual(
      second.sandbox
        .messages()
        .map(({ text }) => text)
        .sort(),
      texts,
    );
    const alphabets = flow.out[0].map((message) => `${receiptOf(message).text} ${receiptOf(message).alphabet}`);
    assert.deepEqual(alphabets.sort(), ['Le garçon appelle UCS-2', 'Plain GSM-7']);
  });
});
