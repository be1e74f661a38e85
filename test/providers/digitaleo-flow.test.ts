/** Digitaleo in a flow: texts as the phone shows them, mails and files by the account's setting, replies from an e-mail node. */
import assert from 'node:assert/strict';
import type { InboundMessage, Measurement, Receipt } from '../../dist/src/sms/types.js';
import { codeOf, flows, type Message, payloadOf, unload } from '../nodes/support.ts';
import { mobile } from './digitaleo-support.ts';

describe('Digitaleo in a flow', () => {
  const { load } = flows();
  const account = (more: object = {}) => ({
    id: 'account',
    type: 'sms-provider',
    name: 'Trial',
    provider: 'digitaleo',
    sandbox: true,
    region: 'FR',
    ...more,
  });

  it('digitaleo.charset: sms-length with this account tells what the phone will show', async () => {
    const flow = await load({ type: 'sms-length', provider: 'account' }, [account()]);
    for (const payload of ['L’hôtel…', 'garçon']) flow.give({ payload });
    await flow.until(() => flow.out[0].length === 2);
    const measured = flow.out[0].map((message) => payloadOf<Measurement>(message));
    assert.deepEqual(
      measured.map(({ text, alphabet, unicode }) => [text, alphabet, unicode.at(-1)?.replacement]),
      [
        ["L'hotel...", 'GSM-7', '...'],
        ['garon', 'GSM-7', null],
      ],
    );
  });

  it('digitaleo.charset: sms-send refuses what would be lost, and sends it where unicode is chosen', async () => {
    const refused = await load({ type: 'sms-send', provider: 'account' }, [account()]);
    refused.give({ to: mobile('0000'), payload: 'garçon' });
    await refused.until(() => refused.errors.length === 1);
    assert.equal(codeOf(refused.errors[0] as Message), 'SMS_INVALID_TEXT');
    await unload();
    const unicode = await load({ type: 'sms-send', provider: 'account', alphabet: 'unicode' }, [account()]);
    unicode.give({ to: '06 96 30 00 00', payload: 'garçon' });
    await unicode.until(() => unicode.out[0].length === 1);
    const { text, alphabet, to } = payloadOf<Receipt>(unicode.out[0][0]);
    assert.deepEqual([text, alphabet, to], ['garçon', 'UCS-2', mobile('0000')]);
  });

  for (const transport of ['smtp', 'ftp']) {
    it(`digitaleo.${transport === 'smtp' ? 'smtp.send' : 'ftp.upload'}: an account with this transport sends by it, and the id is our reference`, async () => {
      const flow = await load({ type: 'sms-send', provider: 'account' }, [account({ transport })]);
      flow.give({ to: [mobile('0000'), mobile('1111')], payload: 'Hello' });
      await flow.until(() => flow.out[0].length === 2);
      for (const message of flow.out[0]) {
        const receipt = payloadOf<Receipt>(message);
        assert.deepEqual([receipt.id, receipt.status, receipt.providerStatus], [receipt.reference, 'queued', null]);
      }
    });
  }

  it('digitaleo.replyMail: a mail of the e-mail node that is wired into sms-inbound-poll comes out as the SMS, once', async () => {
    const flow = await load({ type: 'sms-inbound-poll', provider: 'account', interval: 0 }, [account()]);
    const mail = {
      topic: 'Response from 06 96 30 00 56 to SMS #121905361',
      payload: 'SMS: Open day\nResponse: Yes',
      html: '',
      from: 'sms@ecosms.fr',
      date: new Date('2026-03-04T12:00:00Z'),
      header: { 'message-id': '<1@ecosms.fr>' },
    };
    flow.give({ ...mail });
    flow.give({ ...mail });
    flow.give({ ...mail, topic: 'Invoice' });
    await flow.until(() => flow.errors.length === 1 && flow.completed.length === 2);
    assert.equal(codeOf(flow.errors[0] as Message), 'SMS_BAD_RESPONSE');
    assert.equal(flow.out[0].length, 1);
    const sms = payloadOf<InboundMessage>(flow.out[0][0]);
    assert.deepEqual(
      [sms.from, sms.text, sms.inReplyTo, sms.receivedAt, sms.provider],
      ['+33696300056', 'Yes', '121905361', '2026-03-04T12:00:00.000Z', 'digitaleo'],
    );
    assert.equal(flow.out[0][0]?.topic, '+33696300056');
  });
});
