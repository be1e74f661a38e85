/** What a provider can do, and the sentence for what it cannot: the same in the editor and in the error. */
import { SmsError } from '../sms/errors';
import type { Capability, Provider, Verbs } from './provider';

/** True for those that are verbs: a provider that has the function can do it. */
const ALL: Readonly<Record<Capability, boolean>> = {
  send: true,
  sendMany: true,
  schedule: false,
  sender: false,
  personalised: false,
  status: true,
  history: true,
  cancel: true,
  inbound: true,
  statusQueue: true,
  lookup: true,
  quote: true,
  length: true,
  senders: true,
  balance: true,
  callback: false,
};

/** Each capability with true, or the reason why not. */
export function capabilitiesOf(provider: Provider): Record<string, true | string> {
  return Object.fromEntries(
    (Object.keys(ALL) as Capability[]).map((capability) => [capability, reasonAgainst(provider, capability) ?? true]),
  );
}

/**
 * A verb of the provider.
 * @throws SmsError SMS_UNSUPPORTED with the provider's own sentence
 */
export function verbOf<V extends keyof Verbs>(provider: Provider, verb: V): NonNullable<Verbs[V]> {
  const found = provider.verbs[verb];
  if (found) return found as NonNullable<Verbs[V]>;
  throw new SmsError(
    'SMS_UNSUPPORTED',
    reasonAgainst(provider, verb as Capability) ?? `${provider.label} cannot do this.`,
  );
}

export function isAble(provider: Provider, capability: Capability): boolean {
  return reasonAgainst(provider, capability) === undefined;
}

/** @throws SmsError SMS_UNSUPPORTED */
export function demand(provider: Provider, capability: Capability): void {
  const reason = reasonAgainst(provider, capability);
  if (reason !== undefined) throw new SmsError('SMS_UNSUPPORTED', reason);
}

function reasonAgainst(provider: Provider, capability: Capability): string | undefined {
  const { cannot, verbs, webhook, label } = provider;
  const said = cannot[capability];
  if (said !== undefined) return said;
  const has = ALL[capability]
    ? verbs[capability as keyof Verbs] !== undefined
    : capability !== 'callback' || webhook !== undefined;
  return has ? undefined : `${label} has no such call (${capability}).`;
}
