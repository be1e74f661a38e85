/** What is demanded of sending: the class of every story's outcome, and that nothing secret is seen. */
import assert from 'node:assert/strict';
import type { Provider } from '../../../dist/src/providers/provider.js';
import type { SmsError } from '../../../dist/src/sms/errors.js';
import { assertNothingSecret, facts, failure, outgoing, phone, workshop } from '../support.ts';
import { lines, needsOf, type Start } from './lines.ts';
import { STATUSES } from './statuses.ts';

const ACCEPTED = ['0000', '0001', '0002', '0003', '0004', '0010', '0012', '4321'];

/** The class of each story's first attempt, and of those after it. */
const STORIES: Record<string, string[]> = {
  '0005': ['SMS_REJECTED not-sent', 'SMS_REJECTED not-sent'],
  '0006': ['SMS_UNREACHABLE not-sent retryable', 'SMS_UNREACHABLE not-sent retryable', 'accepted'],
  '0007': ['SMS_RATE_LIMITED not-sent retryable', 'accepted'],
  '0008': ['SMS_UNCERTAIN unknown retryable'],
  '0009': ['SMS_UNCERTAIN unknown retryable'],
  '0011': ['SMS_UNCERTAIN unknown retryable'],
};

export function describeSending(provider: Provider, start: Start): void {
  const connect = lines(provider, start);
  const own = workshop();

  it('sends, and knows the id and the status of what was accepted', async () => {
    const { sandbox, line } = await connect();
    const before = Date.now();
    const accepted = await provider.verbs.send(line, outgoing(phone('0000'), { text: 'Ça va: 5 €' }));
    const [message, ...others] = sandbox.messages();
    assert.deepEqual(others, []);
    assert.deepEqual([message?.to, message?.text, message?.id], [phone('0000'), 'Ça va: 5 €', accepted.id]);
    assert.ok(STATUSES.includes(accepted.status));
    // Null for a vendor whose yes carries no status.
    assert.ok([null, message?.life[0]?.providerStatus].includes(accepted.providerStatus));
    assert.ok(accepted.raw);
    assert.equal(new Date(accepted.acceptedAt).toISOString(), accepted.acceptedAt);
    assert.ok(Date.parse(accepted.acceptedAt) >= before - 1000);
  });

  for (const digits of ACCEPTED) {
    it(`accepts the story ${digits} at the first attempt`, async () => {
      const { sandbox, line } = await connect();
      const { id } = await provider.verbs.send(line, outgoing(phone(digits)));
      assert.deepEqual(
        sandbox.messages().map((message) => message.id),
        [id],
      );
    });
  }

  for (const [digits, attempts] of Object.entries(STORIES)) {
    it(`classes the story ${digits} as ${attempts.join(', then ')}`, async () => {
      const { line } = await connect({ retryAfter: 7 });
      for (const [index, expected] of attempts.entries()) {
        const sending = provider.verbs.send(line, outgoing(phone(digits)));
        if (expected === 'accepted') {
          assert.ok((await sending).id);
          continue;
        }
        const error = await failure(sending);
        assert.equal(facts(error), expected, `attempt ${index + 1}`);
        assert.equal(error.accountRefused, false);
        if (digits === '0007') assert.equal(error.retryAfter, 7000);
      }
    });
  }

  it('takes credentials that the vendor refuses for a refusal of the account, and nothing was sent', async () => {
    const sandbox = await start({ pace: 0.01 });
    const { session } = own;
    own.ends(() => sandbox.close());
    // All of them: a vendor may have several ways in.
    const secrets = provider.fields.filter(({ secret, name }) => secret && sandbox.credentials[name]);
    const wrong = Object.fromEntries(secrets.map(({ name }) => [name, 'not-the-secret-of-this-one']));
    const credentials = { ...sandbox.credentials, ...wrong };
    const line = session({ baseUrl: sandbox.baseUrl, tokenUrl: sandbox.tokenUrl, credentials }, provider);
    const error = await failure(provider.verbs.send(line, outgoing(phone('0000'))));
    assert.equal(facts(error), 'SMS_AUTH not-sent');
    assert.equal(error.accountRefused, true);
    assert.deepEqual(sandbox.messages(), []);
    assertNothingSecret(
      error,
      Object.values(credentials).filter((value) => value.startsWith('not-')),
    );
  });

  it('wants every credential that it needs before anything travels', () => {
    const { session } = own;
    for (const missing of needsOf(provider)) {
      const others = needsOf(provider).filter((name) => name !== missing);
      const credentials = Object.fromEntries(others.map((name) => [name, 'given']));
      assert.throws(() => session({ credentials }, provider), { code: 'SMS_CONFIG', message: new RegExp(missing) });
    }
  });
}

export function describeSecrets(provider: Provider, start: Start): void {
  const connect = lines(provider, start);

  it('shows nothing secret in its session, nor in an error or its causes', async () => {
    const { sandbox, line } = await connect();
    const errors: SmsError[] = [];
    for (const digits of ['0005', '0006', '0008', '0011']) {
      errors.push(await failure(provider.verbs.send(line, outgoing(phone(digits)))));
    }
    const secretNames = provider.fields.filter(({ secret }) => secret).map(({ name }) => name);
    const used = sandbox.requests().log.map(({ headers }) => headers.authorization?.split(' ')[1] ?? '');
    const secrets = [...secretNames.map((name) => sandbox.credentials[name] ?? ''), ...used].filter(Boolean);
    assert.ok(secrets.length > 1);
    for (const shown of [line, line.http, ...errors]) assertNothingSecret(shown, secrets);
  });
}
