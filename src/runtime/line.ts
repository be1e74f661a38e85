/** Where an account's vendor is and with which credentials: the real one, or its emulator on this machine. */
import type { Node, NodeAPI } from 'node-red';
import type { SessionOptions } from '../providers/session';
import type { Sandbox } from '../sandbox/types';
import { SmsError } from '../sms/errors';
import type { ProviderNode } from './nodes';

export type Line = Pick<SessionOptions, 'baseUrl' | 'tokenUrl' | 'credentials' | 'settings'>;

/** The vendor's real API, with the credentials of the node. */
export class VendorLine {
  #make: () => Line;

  constructor(RED: NodeAPI, node: ProviderNode, config: { baseUrl: string; tokenUrl: string }) {
    this.#make = () => ({
      baseUrl: config.baseUrl,
      tokenUrl: config.tokenUrl,
      credentials: withEnvironment(RED, node, node.credentials ?? {}),
    });
  }

  connect(): Promise<Line> {
    return Promise.resolve().then(this.#make);
  }
}

/** The emulator of the vendor, on this machine; started when something is first sent. */
export class SandboxLine {
  #provider: string;
  /** What signs the pushes is the account's own, sandbox or not. */
  #own: Record<string, string> = {};
  #ended: () => void;
  #release: NodeJS.Timeout | undefined;
  #closed = false;
  #sandbox: Promise<Sandbox> | undefined;
  #pushTo: string | null = null;

  /** @param ended told when it is closed */
  constructor(provider: string, credentials: Record<string, string> = {}, ended: () => void = () => {}) {
    this.#provider = provider;
    this.#ended = ended;
    this.take(provider, credentials);
  }

  /** Goes on with it after a redeploy; false when it is another vendor's, or closed. */
  take(provider: string, credentials: Record<string, string> = {}): boolean {
    if (this.#closed || provider !== this.#provider) return false;
    clearTimeout(this.#release);
    this.#own = credentials.webhookSecret ? { webhookSecret: credentials.webhookSecret } : {};
    return true;
  }

  /** Its account is closed: for good, or to be there again in a moment, after a redeploy. */
  async release(removed: boolean): Promise<void> {
    if (removed) return this.close();
    this.#release = setTimeout(() => this.close(), KEPT_FOR_REDEPLOY);
  }

  /** The address that a person would give to the vendor by hand, for its pushes. */
  pushTo(address: string | null): void {
    this.#pushTo = address;
    this.#sandbox?.then((sandbox) => tellAddress(sandbox, address)).catch(() => {});
  }

  /** The sandbox itself, if it has been started: nothing was sent before. */
  running(): Promise<Sandbox | undefined> {
    return Promise.resolve(this.#sandbox);
  }

  async connect(): Promise<Line> {
    const { baseUrl, tokenUrl, credentials, smtp, ftp } = await this.start();
    const settings = {
      ...(smtp ? { smtpHost: smtp.host, smtpPort: smtp.port, smtpSecure: false, mailFrom: SANDBOX_MAIL_FROM } : {}),
      ...(ftp ? { ftpHost: ftp.host, ftpPort: ftp.port, ftpSecure: false } : {}),
    };
    return {
      baseUrl,
      ...(tokenUrl === undefined ? {} : { tokenUrl }),
      credentials: { ...credentials, ...this.#own },
      settings,
    };
  }

  /** The sandbox, started if it is not yet. */
  start(): Promise<Sandbox> {
    // Loaded only by those who use it.
    this.#sandbox ??= import('../sandbox/index.js').then(async ({ startSandbox }) => {
      const sandbox = await startSandbox(this.#provider);
      tellAddress(sandbox, this.#pushTo);
      return sandbox;
    });
    return this.#sandbox;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#release);
    this.#ended();
    const sandbox = await this.#sandbox?.catch(() => undefined);
    await sandbox?.close();
  }
}

/** A vendor that is told an address with each message has no page to set one on. */
function tellAddress(sandbox: Sandbox, address: string | null): void {
  try {
    sandbox.configure({ statusUrl: address, inboundUrl: address });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** A redeploy takes less. */
const KEPT_FOR_REDEPLOY = 2000;
const SANDBOX_MAIL_FROM = 'node-red@localhost';

/** A credential may be a whole `${ENV_VAR}`. @throws SmsError SMS_CONFIG when there is no such variable */
export function withEnvironment(RED: NodeAPI, node: Node, given: Record<string, string>): Record<string, string> {
  const resolved = Object.entries(given).map(([name, value]) => {
    const variable = /^\$\{(\w+)\}$/.exec(value ?? '')?.[1];
    if (variable === undefined) return [name, value ?? ''];
    const found = RED.util.evaluateNodeProperty(variable, 'env', node, {}) as string | undefined;
    if (found) return [name, String(found)];
    throw new SmsError(
      'SMS_CONFIG',
      `${node.type === 'sms-store' ? 'The store' : 'The account'} takes ${name} from the environment variable ${variable}, which is not set.`,
    );
  });
  return Object.fromEntries(resolved);
}
