/** What a vendor repeats of a secret is in no answer and in no error: not in its sentence, stack, causes or hidden properties. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { providers } from '../../dist/src/providers/index.js';
import { Session } from '../../dist/src/providers/session.js';
import { SmsError } from '../../dist/src/sms/errors.js';
import { sample } from '../providers/contract/samples.ts';
import { everythingShownOf, outgoing } from '../providers/support.ts';
import { assertNoCanary, canaries, type Echo, echo } from './canary.ts';

describe('an answer or an error', function () {
  this.timeout(20_000);
  let at: Echo;
  before(async () => {
    at = await echo();
  });
  after(() => at.close());

  for (const provider of providers) {
    it(`has nothing secret in it, whatever the vendor repeats: ${provider.id}`, async () => {
      const line = { baseUrl: `${at.origin}/api`, tokenUrl: `${at.origin}/token` };
      for (const authentication of ['headers', 'basic', 'query']) {
        const credentials = canaries(provider.id, provider.id);
        const session = new Session(provider, { timeout: 2000, ...line, credentials, settings: { authentication } });
        const calls = provider.operations
          .filter(({ method }) => !['SMTP', 'FTP', 'LOCAL'].includes(method))
          .map((operation) => async () => session.call(operation.id, await sample(operation)));
        const sends = Array.from({ length: 9 }, () => () => provider.verbs.send(session, outgoing('+32470123456')));
        let errors = 0;
        for (const call of [...calls, ...sends]) {
          try {
            assertNoCanary(everythingShownOf(await call()), `an answer of ${provider.id}`);
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error;
            errors += 1;
            assert.ok(error instanceof SmsError, inspect(error));
            assertNoCanary(everythingShownOf(error), `an error of ${provider.id}`);
          }
        }
        assert.ok(errors > 5);
        assertNoCanary(everythingShownOf(session), 'the session');
        await session.close();
        assertNoCanary(everythingShownOf(session), 'the closed session');
      }
    });
  }
});
