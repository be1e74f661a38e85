/** The vendors' wires on loopback: no account, no network, the vendor's own paths, answers and quirks. */
import { createCallbacks } from './callbacks';
import { startCallr } from './callr';
import { createClock } from './clock';
import { startDigitaleo } from './digitaleo';
import { startEnco } from './enco';
import { createIds } from './ids';
import { createMessages, snapshot } from './messages';
import { createRequestLog } from './requests';
import type { Answer, Handler } from './server';
import { startServer } from './server';
import { createHurdles } from './stories';
import type { Sandbox, SandboxOptions, SandboxSettings } from './types';
import type { Emulation, Emulator, World } from './world';
import { startZoomConnect } from './zoomconnect';

export type { CallrAssumptions } from './callr/assumptions';
export type { DigitaleoAssumptions } from './digitaleo/assumptions';
export type { EncoAssumptions } from './enco/assumptions';
export { STORIES } from './stories';
export type * from './types';
export type { ZoomConnectAssumptions } from './zoomconnect/assumptions';

/** One line per vendor. */
export const EMULATORS: Record<string, Emulator> = {
  enco: startEnco,
  digitaleo: startDigitaleo,
  callr: startCallr,
  zoomconnect: startZoomConnect,
};

/** The providers that have a sandbox. */
export const SANDBOX_PROVIDERS: readonly string[] = Object.keys(EMULATORS);

const DEFAULT_KEEP = 100_000;
const DEFAULT_HANG = 20_000;

/**
 * Starts one vendor's emulator on 127.0.0.1, with a message store of its own.
 * @param provider one of {@link SANDBOX_PROVIDERS}
 * @throws RangeError for a provider without emulator, a port that is none, or an unknown assumption;
 *   the system's error (EADDRINUSE …) when the port cannot be had
 */
export async function startSandbox(provider: string, options: SandboxOptions = {}): Promise<Sandbox> {
  const emulator = Object.hasOwn(EMULATORS, provider) ? EMULATORS[provider] : undefined;
  if (!emulator) {
    throw new RangeError(
      `There is no sandbox for "${provider}"; there is one for: ${Object.keys(EMULATORS).join(', ')}.`,
    );
  }
  const { port = 0, hang = DEFAULT_HANG, latency = 0, keep = DEFAULT_KEEP } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`A port is a whole number from 0 to 65535, not ${port}.`);
  }
  const world = createWorld(options, keep);
  const requests = createRequestLog(Math.ceil(keep / 10));
  const door = createDoor();
  const server = await startServer({ port, hang, latency }, world.clock, requests, door);
  let opened: Emulation | undefined;
  try {
    opened = await emulator({ ...world, origin: `http://127.0.0.1:${server.port}` });
    if (options.settings) configure(opened, provider, options.settings);
  } catch (error) {
    await Promise.all([opened?.close?.(), server.close()]);
    throw error;
  }
  const emulation = opened;
  door.open(emulation);

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    world.clock.stop();
    await Promise.all([world.callbacks.close(), emulation.close?.()]);
    await server.close();
  }

  const { baseUrl, tokenUrl, smtp, ftp, credentials, receive, expireTokens, mails, files } = emulation;
  const { messages, callbacks } = world;
  return {
    provider,
    baseUrl,
    tokenUrl,
    smtp,
    ftp,
    credentials,
    messages: (limit) => newest(messages.outbound, limit).map(snapshot),
    inbox: (limit) => structuredClone(newest(messages.inbound, limit)),
    receive: (sms) => structuredClone(receive(sms)),
    configure: (settings) => configure(emulation, provider, settings),
    requests: requests.report,
    connections: server.connections,
    callbacks: callbacks.records,
    mails: mails ?? (() => []),
    files: files ?? (() => []),
    expireTokens,
    on: messages.on,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function newest<T>(records: ReadonlyMap<string, T>, limit = records.size): T[] {
  return limit > 0 ? [...records.values()].slice(-limit) : [];
}

/** @throws RangeError when the vendor has nothing to set */
function configure(emulation: Emulation, provider: string, settings: SandboxSettings): void {
  if (!emulation.configure) throw new RangeError(`The sandbox of ${provider} has nothing to configure.`);
  emulation.configure(settings);
}

function createWorld(options: SandboxOptions, keep: number): Omit<World, 'origin'> {
  const clock = createClock(options.now, options.pace);
  const messages = createMessages(clock, keep);
  const callbacks = createCallbacks(clock, Math.ceil(keep / 10), (record) => messages.emit('callback', record));
  return { options, keep, clock, messages, callbacks, ids: createIds(options.seed), hurdle: createHurdles() };
}

/** The server listens before the emulator knows its address: who knocks in between is told to come back. */
function createDoor(): Handler & { open(emulation: Emulation): void } {
  const starting: Answer = { status: 503, headers: { 'Retry-After': '1' }, body: '' };
  let inside: Handler = { handle: () => starting, refuse: () => starting };
  return {
    open(emulation) {
      inside = emulation;
    },
    handle: (request) => inside.handle(request),
    refuse: (status, sentence, request) => inside.refuse(status, sentence, request),
  };
}
