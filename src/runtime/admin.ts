/** What the editor asks of the runtime: the catalogue of providers, a connection test, what there is to choose from, webhook addresses. */
import type { NodeAPI } from 'node-red';
import { verbOf } from '../providers/capabilities';
import type { Session } from '../providers/session';
import { toSmsError } from '../sms/errors';
import { answer, NotFound, param } from './answer';
import { catalog } from './catalog';
import { serveChoices } from './choices';
import { serveDeskAdmin } from './desk';
import { withDraft } from './draft';
import { serveMonitorAdmin } from './monitor';
import { servePhoneAdmin } from './phone';
import type { WebhookNode } from './webhook';

export function serveProviderAdmin(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  serveDeskAdmin(RED);
  serveMonitorAdmin(RED);
  servePhoneAdmin(RED);
  serveChoices(RED);
  httpAdmin.get('/sms-provider/catalog', auth.needsPermission('sms-provider.read'), answer(catalog));
  httpAdmin.post(
    '/sms-provider/test',
    auth.needsPermission('sms-provider.write'),
    answer((request) => test(RED, request.body)),
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

/** Calls the vendor with the values of the open dialog, and says in a sentence what answered. */
async function test(RED: NodeAPI, draft: unknown): Promise<{ ok: boolean; message: string; detail?: string }> {
  try {
    return await withDraft(RED, draft, async (session, sandbox) => {
      const { label } = session.provider;
      const detail = await learnt(session);
      return { ok: true, message: `${label} answered${sandbox ? ' (sandbox)' : ''}: the account works.`, detail };
    });
  } catch (error) {
    return { ok: false, message: toSmsError(error).message };
  }
}

/** What only an account which works is told: its senders and its balance, or else what its provider knows to ask. @throws SmsError */
async function learnt(session: Session): Promise<string> {
  const { verbs, probe } = session.provider;
  if (!verbs.senders && !verbs.balance && probe) return probe(session);
  const told: string[] = [];
  if (verbs.senders) told.push(sendersOf(await verbs.senders(session)));
  if (verbs.balance || !verbs.senders) {
    const { amount, unit } = await verbOf(session.provider, 'balance')(session);
    told.push(`Balance of the account: ${amount} ${unit}.`);
  }
  return told.join(' ');
}

function sendersOf(list: readonly string[]): string {
  return list.length > 0 ? `Senders of the account: ${list.join(', ')}.` : 'The account has no senders of its own.';
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
