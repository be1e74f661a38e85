/** What the editor asks of the runtime: the catalogue of providers, a connection test, sender lists, webhook addresses. */
import type { NodeAPI } from 'node-red';
import { providerOf } from '../providers';
import { verbOf } from '../providers/capabilities';
import { Session } from '../providers/session';
import { SmsError, toSmsError } from '../sms/errors';
import { answer, NotFound, param } from './answer';
import { catalog } from './catalog';
import { serveDeskAdmin } from './desk';
import { type Line, SandboxLine, withEnvironment } from './line';
import { serveMonitorAdmin } from './monitor';
import type { ProviderNode } from './nodes';
import { servePhoneAdmin } from './phone';
import { ownSettings, type ProviderDef, providerFor, settingsOf } from './provider';
import type { WebhookNode } from './webhook';

export function serveProviderAdmin(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  serveDeskAdmin(RED);
  serveMonitorAdmin(RED);
  servePhoneAdmin(RED);
  httpAdmin.get('/sms-provider/catalog', auth.needsPermission('sms-provider.read'), answer(catalog));
  httpAdmin.post(
    '/sms-provider/test',
    auth.needsPermission('sms-provider.write'),
    answer((request) => test(RED, request.body)),
  );
  httpAdmin.get(
    '/sms-provider/:id/senders',
    auth.needsPermission('sms-provider.read'),
    answer((request) => senders(RED, param(request))),
  );
}

export function serveWebhookAdmin(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  const [read, write] = [auth.needsPermission('webhook-in.read'), auth.needsPermission('webhook-in.write')];
  httpAdmin.get(
    '/webhook-in/:id/address',
    read,
    answer((request) => address(RED, param(request), false)),
  );
  httpAdmin.get(
    '/webhook-in/:id/url',
    write,
    answer((request) => address(RED, param(request), true)),
  );
  httpAdmin.post(
    '/webhook-in/:id/test',
    write,
    answer((request) => webhookOf(RED, param(request)).selfTest()),
  );
}

interface TestRequest {
  id?: string;
  config?: Partial<ProviderDef>;
  credentials?: Record<string, string>;
}

/** Calls the vendor with the values of the open dialog, and says in a sentence what answered. */
async function test(RED: NodeAPI, body: unknown): Promise<{ ok: boolean; message: string; detail?: string }> {
  const { id, ...given } = (body ?? {}) as TestRequest;
  const { config, credentials } = { config: given.config ?? {}, credentials: given.credentials ?? {} };
  const stored = RED.nodes.getNode(id ?? '') as ProviderNode | null;
  let close = async () => {};
  try {
    const definition = { ...config, id: id ?? '', name: String(config.name ?? '') } as ProviderDef;
    const own = ownSettings(definition, providerOf(definition.provider));
    const provider = providerFor(definition.provider, own);
    const { timeout } = settingsOf(definition, provider);
    const sandbox = config.sandbox ? new SandboxLine(provider.id) : undefined;
    const known = merged(credentials, stored?.credentials ?? {});
    const line: Line = sandbox
      ? await sandbox.connect()
      : {
          baseUrl: definition.baseUrl,
          tokenUrl: definition.tokenUrl,
          credentials: withEnvironment(RED, stored ?? ({} as ProviderNode), known),
        };
    const session = new Session(provider, { timeout, ...line, settings: { ...own, ...line.settings } });
    close = async () => {
      await session.close();
      await sandbox?.close();
    };
    const detail = await learnt(session);
    return {
      ok: true,
      message: `${provider.label} answered${sandbox ? ' (sandbox)' : ''}: the account works.`,
      detail,
    };
  } catch (error) {
    return { ok: false, message: toSmsError(error).message };
  } finally {
    await close();
  }
}

/** Something that only an account which works is told. @throws SmsError */
async function learnt(session: Session): Promise<string> {
  const { verbs, probe } = session.provider;
  if (verbs.senders) {
    const list = await verbs.senders(session);
    return list.length > 0 ? `Senders of the account: ${list.join(', ')}.` : 'The account has no senders of its own.';
  }
  if (!verbs.balance && probe) return probe(session);
  const { amount, unit } = await verbOf(session.provider, 'balance')(session);
  return `Balance of the account: ${amount} ${unit}.`;
}

/** A password that was not touched travels as a placeholder: the stored one is meant. */
function merged(given: Record<string, string>, stored: Record<string, string>): Record<string, string> {
  const all = { ...stored };
  for (const [name, value] of Object.entries(given)) if (value !== '__PWRD__') all[name] = String(value);
  return all;
}

async function senders(RED: NodeAPI, id: string): Promise<{ senders: string[] }> {
  const node = RED.nodes.getNode(id) as ProviderNode | null;
  if (!node) throw new NotFound('Deploy first: Node-RED does not know this account yet.');
  if (!node.account) throw node.trouble ?? new SmsError('SMS_CONFIG', 'This is not an account.');
  return { senders: await node.account.senders() };
}

function webhookOf(RED: NodeAPI, id: string): WebhookNode {
  const found = (RED.nodes.getNode(id) as { webhook?: WebhookNode } | null)?.webhook;
  if (!found) throw new NotFound('Deploy first: Node-RED does not know this node yet.');
  return found;
}

function address(RED: NodeAPI, id: string, whole: boolean) {
  const { url, masked, note } = webhookOf(RED, id).address();
  return whole ? { url, masked, note } : { masked, note };
}
