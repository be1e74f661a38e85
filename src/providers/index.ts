/** The providers: one line each. */
import { SmsError } from '../sms/errors';
import { callr } from './callr';
import { digitaleo } from './digitaleo';
import { enco } from './enco';
import type { Provider } from './provider';
import { zoomconnect } from './zoomconnect';

export const providers: Provider[] = [enco, digitaleo, callr, zoomconnect];

/** @throws SmsError SMS_CONFIG */
export function providerOf(id: string): Provider {
  const found = providers.find((provider) => provider.id === id);
  if (found) return found;
  throw new SmsError(
    'SMS_CONFIG',
    `There is no provider '${String(id).slice(0, 40)}'; there are ${providers.map((p) => p.id).join(', ')}.`,
  );
}

export { capabilitiesOf } from './capabilities';
export type * from './provider';
export { Session, type SessionOptions } from './session';
