/** The providers: one line each. Each is loaded when an account of its first needs it: a start with one pays for one. */
import { SmsError } from '../sms/errors';
import type { Provider } from './provider';

/** By their ids, in the order in which the editor lists them. */
const LOAD: Readonly<Record<string, () => Provider>> = {
  enco: () => (require('./enco') as typeof import('./enco')).enco,
  digitaleo: () => (require('./digitaleo') as typeof import('./digitaleo')).digitaleo,
  callr: () => (require('./callr') as typeof import('./callr')).callr,
  zoomconnect: () => (require('./zoomconnect') as typeof import('./zoomconnect')).zoomconnect,
};

let all: Provider[] | undefined;

/** The one list of them, to which one may be added. */
export function allProviders(): Provider[] {
  all ??= Object.values(LOAD).map((load) => load());
  return all;
}

/** @throws SmsError SMS_CONFIG */
export function providerOf(id: string): Provider {
  if (Object.hasOwn(LOAD, id)) return (LOAD[id] as () => Provider)();
  const found = all?.find((provider) => provider.id === id);
  if (found) return found;
  const ids = allProviders().map((provider) => provider.id);
  throw new SmsError('SMS_CONFIG', `There is no provider '${String(id).slice(0, 40)}'; there are ${ids.join(', ')}.`);
}
