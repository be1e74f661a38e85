/** What a vendor's emulator is given, and what it gives back. */
import type { Callbacks } from './callbacks';
import type { Clock } from './clock';
import type { Ids } from './ids';
import type { MessageStore } from './messages';
import type { Handler } from './server';
import type { Hurdle } from './stories';
import type {
  Endpoint,
  FileRecord,
  InboundRecord,
  MailRecord,
  PhoneMessage,
  SandboxOptions,
  SandboxSettings,
} from './types';

export type Emulator = (world: World) => Emulation | Promise<Emulation>;

export interface World {
  options: SandboxOptions;
  /** How many messages are remembered. */
  keep: number;
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  clock: Clock;
  ids: Ids;
  messages: MessageStore;
  callbacks: Callbacks;
  /** What stops this call to this recipient, if anything; asking counts as the call. */
  hurdle(recipient: string): Hurdle | undefined;
}

export interface Emulation extends Handler {
  baseUrl: string;
  tokenUrl?: string;
  credentials: Record<string, string>;
  receive(sms: PhoneMessage): InboundRecord;
  expireTokens(): void;
  /** Absent where the vendor has nothing to set. */
  configure?(settings: SandboxSettings): void;
  /** Where the vendor takes mails and files beside its API. */
  smtp?: Endpoint;
  ftp?: Endpoint;
  mails?(): MailRecord[];
  files?(): FileRecord[];
  /** Ends what the emulator itself has opened; the clock has stopped before. */
  close?(): Promise<void>;
}

/**
 * The defaults with what was given in their place.
 * @param choices the values allowed, for a switch that has a few words
 * @throws RangeError for a name that is none, or a value that the switch cannot have
 */
export function settle<T extends object>(
  defaults: T,
  given: Readonly<Record<string, unknown>> = {},
  choices: { [Name in keyof T]?: readonly unknown[] } = {},
): T {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new RangeError(
        `"${name}" is no assumption of this sandbox; there are: ${Object.keys(defaults).join(', ')}.`,
      );
    }
    const usual = defaults[name as keyof T];
    const allowed = choices[name as keyof T];
    if (typeof value !== typeof usual) throw new RangeError(`"${name}" must be a ${typeof usual}, not ${value}.`);
    if (allowed && !allowed.includes(value)) throw new RangeError(`"${name}" must be one of ${allowed.join(', ')}.`);
  }
  return { ...defaults, ...given };
}
