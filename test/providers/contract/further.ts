/** What is demanded of the verbs that only some vendors have: several at once, taking back, queue, history, price, balance. */
import assert from 'node:assert/strict';
import { capabilitiesOf, verbOf } from '../../../dist/src/providers/capabilities.js';
import type { Provider } from '../../../dist/src/providers/provider.js';
import { SmsError } from '../../../dist/src/sms/errors.js';
import { measure } from '../../../dist/src/sms/segments.js';
import { failure, outgoing, phone } from '../support.ts';
import { lines, type Start } from './lines.ts';
import { finalOf } from './statuses.ts';

export function describeSendMany(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('sends several messages and answers each in its place', async () => {
    const { sandbox, line } = await connect();
    const wanted = ['0000', '4321', '0004'].map((digits) =>
      outgoing(phone(digits), { text: digits, reference: digits }),
    );
    const answers = await verbOf(provider, 'sendMany')(line, wanted);
    const byNumber = new Map(sandbox.messages().map(({ to, id }) => [to, id]));
    assert.deepEqual(
      answers.map((answer) => (answer instanceof SmsError ? answer.message : answer.id)),
      wanted.map(({ to }) => byNumber.get(to)),
    );
  });
}

export function describeCancel(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('takes back a message that has not left, and says so of one that it cannot take back', async () => {
    const { sandbox, line } = await connect();
    const cancel = verbOf(provider, 'cancel');
    const unknown = await failure(cancel(line, '999999999'));
    assert.equal(unknown.outcome, 'not-sent');
    if (capabilitiesOf(provider).schedule !== true) return;
    const at = new Date(Date.now() + 3600_000);
    const { id, status } = await provider.verbs.send(line, outgoing(phone('0000'), { at }));
    assert.equal(status, 'scheduled');
    await cancel(line, id);
    assert.notEqual(sandbox.messages().find((message) => message.id === id)?.status, 'scheduled');
  });
}

export function describeHistory(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('tells every status that a message had, oldest first, the last one final', async () => {
    const { sandbox, line } = await connect();
    const { id } = await provider.verbs.send(line, outgoing(phone('0000')));
    await finalOf(sandbox, id);
    const history = await verbOf(provider, 'history')(line, id);
    assert.ok(history.length > 0);
    const times = history.map(({ updatedAt }) => updatedAt);
    assert.deepEqual(times, [...times].sort());
    assert.deepEqual([history.at(-1)?.status, history.at(-1)?.final], ['delivered', true]);
  });
}

export function describeStatusQueue(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('takes each piece of news out of the queue once', async () => {
    const { sandbox, line } = await connect();
    const drain = verbOf(provider, 'statusQueue');
    const { id } = await provider.verbs.send(line, outgoing(phone('0000')));
    await finalOf(sandbox, id);
    const news: string[] = [];
    for (let round = 0; round < 5; round++) {
      for (const report of await drain(line, 100)) news.push(`${report.id} ${report.status}`);
    }
    assert.deepEqual(
      news.filter((one) => one === `${id} delivered`),
      [`${id} delivered`],
    );
  });
}

export function describeQuote(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('counts the parts of what it quotes as we do, and its price is a number', async () => {
    const { line } = await connect();
    const text = 'x'.repeat(161);
    const { parts, cost = 0 } = await verbOf(provider, 'quote')(line, phone('0000'), text);
    assert.equal(parts, measure(text).parts);
    assert.ok(Number.isFinite(cost) && cost >= 0);
  });
}

export function describeBalance(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('tells the balance as a number of something', async () => {
    const { line } = await connect();
    const { amount, unit } = await verbOf(provider, 'balance')(line);
    assert.ok(Number.isFinite(amount));
    assert.match(unit, /\S/);
  });
}
