/** What the drop-downs of the dialogs ask: what an account has for a field, whether it is deployed or still being written. */
import type { NodeAPI } from 'node-red';
import { choicesFor } from '../providers/choices';
import type { Choice } from '../providers/provider';
import { answer, param } from './answer';
import { accountOf } from './desk';
import { withDraft } from './draft';

interface Choices {
  choices: Choice[];
}

export function serveChoices(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  httpAdmin.get(
    '/sms-provider/:id/choices/:name',
    auth.needsPermission('sms-provider.read'),
    answer((request) => ofAccount(RED, param(request), param(request, 'name'))),
  );
  // With settings and credentials that somebody has typed, Node-RED calls whatever address they name.
  httpAdmin.post(
    '/sms-provider/choices/:name',
    auth.needsPermission('sms-provider.write'),
    answer((request) => ofDraft(RED, request.body, param(request, 'name'))),
  );
}

async function ofAccount(RED: NodeAPI, id: string, name: string): Promise<Choices> {
  const account = accountOf(RED, id);
  return { choices: await choicesFor(account.provider, account.vendor, name) };
}

async function ofDraft(RED: NodeAPI, draft: unknown, name: string): Promise<Choices> {
  return { choices: await withDraft(RED, draft, (session) => choicesFor(session.provider, session, name)) };
}
