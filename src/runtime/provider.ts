/** Makes an account out of an `sms-provider` node: its properties, its credentials, or its sandbox. */
import { randomUUID } from 'node:crypto';
import type { NodeAPI, NodeDef } from 'node-red';
import { Account } from '../delivery/account';
import type { AccountSettings } from '../delivery/account-settings';
import { endGone } from '../delivery/gone';
import { OptOuts } from '../delivery/opt-outs';
import { enrol } from '../delivery/roster';
import { providerOf } from '../providers/known';
import type { Provider, Settings } from '../providers/provider';
import { SmsError, toSmsError } from '../sms/errors';
import type { Store } from '../store';
import { SandboxLine, VendorLine } from './line';
import { numberOr, type ProviderNode } from './nodes';
import { type StoreChoice, type UsedStore, use } from './open-stores';
import { sharedOf } from './registry';
import { whenStarted } from './started';
import { storeOf } from './stores';

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
  /** The id of the `sms-store` node; empty for the embedded store of this Node-RED. */
  store: string;
  uncertain: string;
  lookups: string;
  failoverAfter: number | string;
  finalWithin: number | string;
}

/** Gives the node its account, or the trouble that stands in the way; the rest of the flow runs either way. */
export function setUp(RED: NodeAPI, node: ProviderNode, config: ProviderDef): void {
  const { accounts, troubles } = sharedOf(RED);
  node.definition = config;
  node.sandboxed = config.sandbox === true;
  node.publicUrl = config.publicUrl ?? '';
  let used: UsedStore | undefined;
  try {
    const own = ownSettings(config, providerOf(config.provider));
    node.settings = own;
    const provider = providerFor(config.provider, own);
    const line = config.sandbox ? sandboxLine(RED, node, provider.id) : new VendorLine(RED, node, config);
    if (line instanceof SandboxLine) node.pushTo = (address) => line.pushTo(address);
    const settings = settingsOf(config, provider);
    const choice = storeOf(RED, config.store);
    const { store, release } = use(choice);
    used = { store, release };
    const account = new Account(
      {
        ...settings,
        sandboxed: node.sandboxed,
        store,
        connect: async () => {
          const { settings: given, ...rest } = await line.connect();
          return { ...rest, settings: { ...own, ...given } };
        },
        troubled: (error, isFirst) => {
          if (isFirst) node.error(`${error.code}: ${error.message}`);
          if (error.code === 'SMS_STORE') troubles.begin(config.id, error);
        },
        recovered: () => troubles.end(config.id),
      },
      accounts,
    );
    node.account = account;
    leaveFormer(RED, node, account, choice);
    accounts.add(account);
    // Whoever is told of what waits in the store must be there first.
    whenStarted(RED, node, () => {
      account.resume().catch((error) => node.error(toSmsError(error, 'SMS_STORE')));
      const settle = () => Promise.all([enrol(account), endGone(store, accounts, ({ message }) => node.warn(message))]);
      // When it is over before the store works, the next start does it.
      account.insist(settle).catch(() => {});
    });
    const warm = warmUp(account);
    node.on('close', (removed: boolean, done: () => void) => {
      clearTimeout(warm);
      accounts.remove(account);
      account
        .close(removed)
        .then(() => (line instanceof SandboxLine ? line.release(removed) : undefined))
        .catch((error) => node.error(error))
        .finally(() => {
          troubles.end(config.id);
          if (removed) accounts.tellTheRest(account).then(release);
          else release();
          done();
        });
    });
  } catch (error) {
    used?.release();
    node.trouble = toSmsError(error);
    node.error(node.trouble);
    node.on('close', accounts.refuse(config.id, config.name ?? '', node.trouble));
  }
}

/**
 * What the store that an account had before holds of it. For messages there is no way from one into another in one piece:
 * what waits there must not be forgotten. Who wants none is taken note of here, too.
 */
function leaveFormer(RED: NodeAPI, node: ProviderNode, account: Account, choice: StoreChoice): void {
  const { stores } = sharedOf(RED);
  const { store } = account.settings;
  const former = stores.get(node.id);
  stores.set(node.id, { choice, store });
  node.on('close', (removed: boolean, done: () => void) => {
    if (removed) stores.delete(node.id);
    done();
  });
  if (!former || former.choice.key === choice.key || former.choice.isGone?.()) return;
  const [stays, then] = former.choice.forgetful
    ? ['were in the memory that was its store', 'are not sent']
    : ['stay in the store that it had before', 'go on when it uses that one again'];
  const take = async (left: Store) => {
    if (await areSame(left, store, node.id)) return;
    const known = new OptOuts({ account: node.id, marks: left.marks, statuses: [] });
    await account.optOuts
      .takeOver(known)
      .catch((error) => node.warn(`${OPT_OUTS_STAY} (${toSmsError(error).message})`));
    const { waiting, sending, unknown, held } = await left.outbox.counts(node.id);
    const count = waiting + sending + unknown + held;
    if (count > 0) node.warn(`Messages of this account that ${stays}, and ${then}: ${count}.`);
  };
  // One that was closed meanwhile is opened once more; what is gone with it is still here.
  const used = former.choice.forgetful ? { store: former.store, release: () => {} } : use(former.choice);
  take(used.store)
    .catch(() => {})
    .finally(used.release);
}

/** Whether two servers with different addresses are one: what is written to it in one way is read in the other. */
async function areSame(former: Store, now: Store, account: string): Promise<boolean> {
  if (!former.rates || !now.rates) return false;
  const word = randomUUID();
  await now.marks.set('same', account, word, READ_WITHIN);
  return (await former.marks.get('same', account)) === word;
}

/** Milliseconds. */
const READ_WITHIN = 60_000;
const OPT_OUTS_STAY =
  'Who wants no messages of this account is noted in the store that it had before, and could not be read there: enter those numbers again.';

/** The account's sandbox: the one from before a redeploy, where there is one, with its messages. */
function sandboxLine(RED: NodeAPI, node: ProviderNode, provider: string): SandboxLine {
  const { sandboxes } = sharedOf(RED);
  const known = sandboxes.get(node.id);
  if (known?.take(provider, node.credentials)) return known;
  const line = new SandboxLine(provider, node.credentials, () => {
    if (sandboxes.get(node.id) === line) sandboxes.delete(node.id);
  });
  sandboxes.set(node.id, line);
  return line;
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
  const { id, name } = config;
  const timeout = numberOr(config.timeout, STANDARD_TIMEOUT);
  return {
    id,
    name: name || provider.label,
    provider,
    sender: textOf(config.sender) || null,
    region: textOf(config.region).toUpperCase(),
    rate: Math.max(0, numberOr(config.rate, provider.rate)),
    timeout: timeout > 0 ? Math.min(timeout, LONGEST_TIMEOUT) : STANDARD_TIMEOUT,
    uncertain: choice(config.uncertain),
    lookups: seconds(textOf(config.lookups)),
    failoverAfter: numberOr(config.failoverAfter, 30),
    finalWithin: numberOr(config.finalWithin, 72),
  };
}

const STANDARD_TIMEOUT = 10_000;
const LONGEST_TIMEOUT = 10 * 60_000;

/** A flow that was written by hand may have a number where the editor stores text. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function choice(uncertain: string): AccountSettings['uncertain'] {
  return uncertain === 'resend' || uncertain === 'drop' ? uncertain : 'hold';
}

/** @throws SmsError SMS_CONFIG */
function seconds(list: string): number[] {
  const given = list === '' ? '2,5,15,30,60' : list;
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
    account.vendor
      .session()
      .then((session) => session.http.warm())
      // An account without credentials says so when it is used.
      .catch(() => {});
  }, WARM_UP_AFTER);
  return timer.unref();
}

const WARM_UP_AFTER = 3000;
