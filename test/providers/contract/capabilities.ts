/** What is demanded of a provider's word about what it can do. */
import assert from 'node:assert/strict';
import { capabilitiesOf, demand, verbOf } from '../../../dist/src/providers/capabilities.js';
import type { Provider } from '../../../dist/src/providers/provider.js';
import { SmsError } from '../../../dist/src/sms/errors.js';
import { needsOf } from './lines.ts';

const VERBS = [
  'status',
  'inbound',
  'lookup',
  'length',
  'senders',
  'sendMany',
  'cancel',
  'history',
  'statusQueue',
  'quote',
  'balance',
] as const;

export function describeCapabilities(provider: Provider): void {
  const capabilities = capabilitiesOf(provider);

  it('can do each thing, or says in a sentence why not', () => {
    for (const [name, can] of Object.entries(capabilities)) {
      if (can !== true) assert.match(can, /^[A-Z].+\.$/, name);
    }
    assert.equal(capabilities.send, true);
  });

  it('declares the verbs that it has, and refuses the others with its sentence', () => {
    const silent: Provider = { ...provider, verbs: { send: provider.verbs.send } };
    for (const verb of VERBS) {
      const own = provider.verbs[verb];
      assert.equal(capabilities[verb] === true, own !== undefined, verb);
      if (own) assert.equal(verbOf(provider, verb), own);
      const asked = own ? silent : provider;
      const sentence = capabilitiesOf(asked)[verb];
      assert.throws(
        () => verbOf(asked, verb),
        (error) => error instanceof SmsError && error.code === 'SMS_UNSUPPORTED' && error.message === sentence,
      );
    }
  });

  it('refuses what is demanded of it and it cannot do', () => {
    for (const [name, can] of Object.entries(capabilities)) {
      const asked = () => demand(provider, name as Parameters<typeof demand>[1]);
      if (can === true) asked();
      else assert.throws(asked, { code: 'SMS_UNSUPPORTED', message: can });
    }
  });

  it('says which properties are secret among those without which it cannot work', () => {
    const credentials = provider.fields.filter(({ kind }) => kind === 'credential');
    for (const name of needsOf(provider))
      assert.ok(
        credentials.some((field) => field.name === name),
        name,
      );
    assert.ok(credentials.some(({ secret }) => secret));
  });
}
