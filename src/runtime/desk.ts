/** The operator's view in the admin API: what waits in each account, what is held, and who wants no messages. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import { Desk } from '../delivery/desk';
import { type Decided, notHeld, type OutboxSummary } from '../delivery/held';
import type { OptOut } from '../delivery/opt-outs';
import { SmsError, toSmsError } from '../sms/errors';
import { answer, NotFound, param } from './answer';
import { csvRow } from './csv';
import type { ProviderNode } from './nodes';
import { sharedOf } from './registry';

/** What can be decided about a held message: the last segment of the address, and the account's own operation. */
const VERDICTS = { 'send-again': 'account.sendAgain', drop: 'account.drop', 'mark-sent': 'account.markSent' };

const ACCOUNTS = '/sms/accounts';
const HELD = `${ACCOUNTS}/:id/held`;
const OPT_OUTS = `${ACCOUNTS}/:id/opt-outs`;

export function serveDeskAdmin(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  const [read, write] = [auth.needsPermission('sms.read'), auth.needsPermission('sms.write')];
  const desk = (work: (at: Desk, request: Request, response: Response, account: Account) => unknown) =>
    answer((request, response) => {
      const account = accountOf(RED, param(request));
      return work(new Desk(account), request, response, account);
    });
  httpAdmin.get(
    ACCOUNTS,
    read,
    answer(() => overview(RED)),
  );
  httpAdmin.get(
    HELD,
    read,
    desk(async (at, { query }) => ({ held: await at.call('account.held', query) })),
  );
  for (const [segment, operation] of Object.entries(VERDICTS)) {
    httpAdmin.post(
      `${HELD}/:reference/${segment}`,
      write,
      desk((at, request, _response, account) => decide(at, operation, param(request, 'reference'), account)),
    );
  }
  httpAdmin.get(OPT_OUTS, read, desk(optOuts));
  httpAdmin.post(
    `${OPT_OUTS}/:number`,
    write,
    desk(async (at, request) => {
      const [entered] = await at.call<OptOut[]>('account.optOut', { to: param(request, 'number') });
      return entered;
    }),
  );
  httpAdmin.delete(
    `${OPT_OUTS}/:number`,
    write,
    desk((at, request) => lift(at, param(request, 'number'))),
  );
}

/** Each account with what is in its outbox, or with what stands in the way of knowing. */
async function overview(RED: NodeAPI) {
  const { accounts } = sharedOf(RED);
  const working = accounts.all().map(async (account) => {
    const { id, name, provider } = account;
    const sandboxed = (RED.nodes.getNode(id) as ProviderNode | null)?.sandboxed === true;
    const outbox = await new Desk(account).call<OutboxSummary>('account.outbox').catch(toSmsError);
    return { id, name, provider: provider.id, sandboxed, ...known(outbox) };
  });
  const refused = accounts.refused().map(({ id, name, error }) => {
    return { id, name, provider: null, sandboxed: null, ...known(error) };
  });
  return { accounts: [...(await Promise.all(working)), ...refused] };
}

function known(outbox: OutboxSummary | SmsError) {
  if (outbox instanceof SmsError) {
    const { code, message } = outbox;
    return { counts: null, oldest: null, age: null, trouble: { code, message } };
  }
  const { oldest, age, ...counts } = outbox;
  return { counts, oldest, age, trouble: null };
}

async function decide(at: Desk, operation: string, reference: string, account: Account): Promise<Decided> {
  const decided = await at.call<Decided>(operation, { reference: [reference] });
  if (decided.done.length > 0) return decided;
  const { code, message } = notHeld(account, reference);
  throw new NotFound(message, code);
}

async function lift(at: Desk, number: string): Promise<{ to: string }> {
  const [to] = await at.call<string[]>('account.optIn', { to: number });
  if (to === undefined) {
    throw new NotFound(`${number.slice(0, 40)} gets messages already: nothing stands in their way.`);
  }
  return { to };
}

/** A page as JSON with the `after` of the next one, or all of them in a file. */
async function optOuts(at: Desk, { query }: Request, response: Response) {
  const { format = 'json', ...asked } = query;
  if (format === 'csv') return sendFile(at.pages<OptOut[]>('account.optOuts', { limit: 1000, ...asked }), response);
  if (format !== 'json') throw new SmsError('SMS_INVALID_OPTION', 'The format is json or csv.');
  const { result, next } = await at.page<OptOut[]>('account.optOuts', asked);
  return { optOuts: result, next: next?.after ?? null };
}

/** The file ends early, visibly, when the store fails on the way. */
async function sendFile(pages: AsyncGenerator<OptOut[]>, response: Response): Promise<undefined> {
  const first = await pages.next();
  async function* rows() {
    yield csvRow(['to', 'since', 'source', 'text']);
    for (let page = first; !page.done; page = await pages.next()) {
      yield page.value.map(({ to, since, source, text = '' }) => csvRow([to, since, source, text])).join('');
    }
  }
  response.attachment('opt-outs.csv');
  await pipeline(Readable.from(rows()), response);
}

/** @throws NotFound, or what stands in the way of the account */
export function accountOf(RED: NodeAPI, id: string): Account {
  const account = sharedOf(RED).accounts.get(id);
  if (account) return account;
  throw (
    (RED.nodes.getNode(id) as ProviderNode | null)?.trouble ??
    new NotFound('There is no such account among those that are deployed.')
  );
}
