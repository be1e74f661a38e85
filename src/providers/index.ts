/** The providers, all of them loaded. Who wants one only is better off with providerOf of ./known, which loads no other. */
import { allProviders } from './known';

export const providers = allProviders();

export { capabilitiesOf } from './capabilities';
export { providerOf } from './known';
export type * from './provider';
export { Session, type SessionOptions } from './session';
