/** What a person chose for an account, and what the process gives it. */
import type { Provider } from '../providers/provider';
import type { SessionOptions } from '../providers/session';
import type { SmsError } from '../sms/errors';
import type { Store } from '../store';

export interface AccountSettings {
  id: string;
  name: string;
  provider: Provider;
  /** The provider is a sandbox: no SMS gets to a phone. */
  sandboxed?: boolean;
  /** Default sender ID; null for the vendor's choice. */
  sender: string | null;
  /** ISO country of national numbers; empty for international numbers only. */
  region: string;
  /** Messages a second; 0 for no limit. */
  rate: number;
  /** Milliseconds a call may take. */
  timeout: number;
  uncertain: 'hold' | 'resend' | 'drop';
  /** Seconds. */
  lookups: readonly number[];
  /** Seconds. */
  failoverAfter: number;
  /** Hours. */
  finalWithin: number;
  store: Store;
  /** Where the vendor is and with which credentials; asked once, on first use. */
  connect: () => Promise<Pick<SessionOptions, 'baseUrl' | 'tokenUrl' | 'credentials' | 'settings'>>;
  /**
   * Told of troubles that belong to no message, such as a store that fails: once for each that it says.
   * @param isFirst false when another account of that store was told the same
   */
  troubled?: (error: SmsError, isFirst: boolean) => void;
  /** Told when a store that failed (SMS_STORE) is well again. */
  recovered?: () => void;
}
