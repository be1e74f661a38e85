/** An account as its open dialog says, deployed or not: a line to its vendor for the length of one question. */
import type { NodeAPI } from 'node-red';
import { providerOf } from '../providers/known';
import { Session } from '../providers/session';
import { SmsError } from '../sms/errors';
import { type Line, SandboxLine, withEnvironment } from './line';
import type { ProviderNode } from './nodes';
import { ownSettings, type ProviderDef, providerFor, settingsOf } from './provider';

/** What the editor sends of an account. */
export interface Draft {
  id?: string;
  config?: Partial<ProviderDef>;
  credentials?: Record<string, string>;
}

/**
 * Runs `work` on the line of a draft, and closes the line. What is stored of an account goes only where the deployed
 * account goes: nobody learns a password by giving it another address.
 * @throws SmsError SMS_CONFIG for a draft that makes no account
 */
export async function withDraft<T>(
  RED: NodeAPI,
  draft: unknown,
  work: (session: Session, sandbox: boolean) => Promise<T>,
): Promise<T> {
  const { id = '', config = {}, credentials = {} } = (draft ?? {}) as Draft;
  const stored = RED.nodes.getNode(id) as ProviderNode | null;
  const definition = { ...config, id, name: String(config.name ?? '') } as ProviderDef;
  const own = ownSettings(definition, providerOf(definition.provider));
  const provider = providerFor(definition.provider, own);
  const { timeout } = settingsOf(definition, provider);
  const sandbox = config.sandbox ? new SandboxLine(provider.id) : undefined;
  let session: Session | undefined;
  try {
    const line: Line = sandbox
      ? await sandbox.connect()
      : {
          baseUrl: definition.baseUrl,
          tokenUrl: definition.tokenUrl,
          credentials: withEnvironment(RED, stored ?? ({} as ProviderNode), known(credentials, stored, definition)),
        };
    session = new Session(provider, { timeout, ...line, settings: { ...own, ...line.settings } });
    return await work(session, sandbox !== undefined);
  } finally {
    await session?.close();
    await sandbox?.close();
  }
}

/** As the editor shows a password that is stored. */
const UNTOUCHED = '__PWRD__';

/** A password that was not touched travels as a placeholder: the stored one is meant. @throws SmsError SMS_CONFIG */
function known(given: Record<string, string>, stored: ProviderNode | null, draft: ProviderDef): Record<string, string> {
  const typed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== UNTOUCHED));
  const { credentials = {}, definition } = stored ?? {};
  const goesThere = definition?.provider === draft.provider && addressOf(definition) === addressOf(draft);
  if (goesThere) return { ...credentials, ...typed };
  if (Object.keys(typed).length === Object.keys(given).length) return typed;
  throw new SmsError(
    'SMS_CONFIG',
    'The account goes to another address than the one that is deployed: type its passwords again, or deploy first.',
  );
}

/** Where credentials go. Of the provider's own settings those that are chosen from a list name no address. */
function addressOf(definition: ProviderDef): string {
  const { provider, baseUrl, tokenUrl } = definition;
  const { fields } = providerOf(provider);
  const own = Object.entries(ownSettings(definition, providerOf(provider))).filter(
    ([name]) => fields.find((field) => field.name === name)?.type !== 'select',
  );
  const parts = [['', provider], ['baseUrl', baseUrl], ['tokenUrl', tokenUrl], ...own];
  return JSON.stringify(parts.map(([name, value]) => [name, String(value ?? '').trim()]));
}
