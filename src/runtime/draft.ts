/** An account as its open dialog says, deployed or not: a line to its vendor for the length of one question. */
import type { NodeAPI } from 'node-red';
import { providerOf } from '../providers';
import { Session } from '../providers/session';
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
 * Runs `work` on the line of a draft, and closes the line.
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
    const known = merged(credentials, stored?.credentials ?? {});
    const line: Line = sandbox
      ? await sandbox.connect()
      : {
          baseUrl: definition.baseUrl,
          tokenUrl: definition.tokenUrl,
          credentials: withEnvironment(RED, stored ?? ({} as ProviderNode), known),
        };
    session = new Session(provider, { timeout, ...line, settings: { ...own, ...line.settings } });
    return await work(session, sandbox !== undefined);
  } finally {
    await session?.close();
    await sandbox?.close();
  }
}

/** A password that was not touched travels as a placeholder: the stored one is meant. */
function merged(given: Record<string, string>, stored: Record<string, string>): Record<string, string> {
  const all = { ...stored };
  for (const [name, value] of Object.entries(given)) if (value !== '__PWRD__') all[name] = String(value);
  return all;
}
