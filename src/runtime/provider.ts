/** Makes an account out of an `sms-provider` node: its properties, its credentials, or its sandbox. */
import type { NodeAPI, NodeDef } from 'node-red';
import { Account, type AccountSettings } from '../delivery/account';
import { providerOf, providers } from '../providers';
import type { Provider, Settings } from '../providers/provider';
import { SmsError, toSmsError } from '../sms/errors';
import { SandboxLine, VendorLine } from './line';
import { numberOr, type ProviderNode } from './nodes';
import { sharedOf } from './registry';
import { whenStarted } from './started';

export interface ProviderDef extends NodeDef {
  provider: string;
  sandbox: boolean;
  baseUrl: string;
  tokenUrl: string;
  sender: string;
  region: string;
  rate: number | string;
  timeout: number | string;
  publicUrl: string;
  uncertain: string;
  lookups: string;
  failoverAfter: number | string;
  finalWithin: number | string;
}

/** Gives the node its account, or the trouble that stands in the way; the rest of the flow runs either way. */
export function setUp(RED: NodeAPI, node: ProviderNode, config: ProviderDef): void {
  const { accounts, store } = sharedOf(RED);
  node.sandboxed = config.sandbox === true;
  node.publicUrl = config.publicUrl ?? '';
  try {
    const own = ownSettings(config, providerOf(config.provider));
    node.settings = own;
    const provider = providerFor(config.provider, own);
    const line = config.sandbox ? new SandboxLine(provider.id, node.credentials) : new VendorLine(RED, node, config);
    if (line instanceof SandboxLine) node.pushTo = (address) => line.pushTo(address);
    const settings = settingsOf(config, provider);
    const account = new Account(
      {
        ...settings,
        store,
        connect: async () => {
          const { settings: given, ...rest } = await line.connect();
          return { ...rest, settings: { ...own, ...given } };
        },
        troubled: (error) => node.error(error),
      },
      accounts,
    );
    node.account = account;
    accounts.add(account);
    // Whoever is told of what waits in the store must be there first.
    whenStarted(RED, node, () => {
      account.resume().catch((error) => node.error(toSmsError(error, 'SMS_STORE')));
    });
    const warm = warmUp(account);
    node.on('close', (_removed: boolean, done: () => void) => {
      clearTimeout(warm);
      accounts.remove(account);
      account
        .close()
        .then(() => line.close())
        .catch((error) => node.error(error))
        .finally(done);
    });
  } catch (error) {
    node.trouble = toSmsError(error);
    node.error(node.trouble);
  }
}

/** The credentials that any provider has; secrets never reach the browser. */
export function credentialTypes(): Record<string, { type: 'text' | 'password' }> {
  const fields = providers.flatMap((provider) => provider.fields).filter(({ kind }) => kind === 'credential');
  return Object.fromEntries(fields.map(({ name, secret }) => [name, { type: secret ? 'password' : 'text' }]));
}

/** The provider as an account with these settings has it. @throws SmsError SMS_CONFIG */
export function providerFor(id: string, settings: Settings): Provider {
  const provider = providerOf(id);
  return provider.withSettings?.(settings) ?? provider;
}

/** The settings that only this provider has, such as the transport. */
export function ownSettings(config: ProviderDef, { fields }: Provider): Settings {
  const all = config as unknown as Settings;
  return Object.fromEntries(fields.filter(({ kind }) => kind === 'setting').map(({ name }) => [name, all[name]]));
}

/** The settings of an account out of what the editor stores. @throws SmsError SMS_CONFIG */
export function settingsOf(config: ProviderDef, provider: Provider): Omit<AccountSettings, 'store' | 'connect'> {
  const { id, name, sender, region } = config;
  return {
    id,
    name: name || provider.label,
    provider,
    sender: sender || null,
    region: (region ?? '').toUpperCase(),
    rate: Math.max(0, numberOr(config.rate, provider.rate)),
    timeout: Math.max(1, numberOr(config.timeout, 10_000)),
    uncertain: choice(config.uncertain),
    lookups: seconds(config.lookups),
    failoverAfter: numberOr(config.failoverAfter, 30),
    finalWithin: numberOr(config.finalWithin, 72),
  };
}

function choice(uncertain: string): AccountSettings['uncertain'] {
  return uncertain === 'resend' || uncertain === 'drop' ? uncertain : 'hold';
}

/** @throws SmsError SMS_CONFIG */
function seconds(list: string): number[] {
  const given = (list ?? '').trim() === '' ? '2,5,15,30,60' : list;
  const numbers = given.split(',').map(Number);
  if (numbers.every((n) => Number.isFinite(n) && n >= 0)) return numbers.sort((a, b) => a - b);
  throw new SmsError(
    'SMS_CONFIG',
    `The look-ups of the account must be seconds with commas between, such as 2,5,15,30,60.`,
  );
}

/** axios and undici take a while to load: when Node-RED has nothing to do, rather than under the first message. */
function warmUp(account: Account): NodeJS.Timeout {
  const timer = setTimeout(() => {
    account
      .session()
      .then((session) => session.http.warm())
      // An account without credentials says so when it is used.
      .catch(() => {});
  }, WARM_UP_AFTER);
  return timer.unref();
}

const WARM_UP_AFTER = 3000;
