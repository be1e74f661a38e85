/** CALLR's calls: parameters in their places, webhooks signed with the account's own secret. */
import type { HttpRequest, HttpResponse } from '../http';
import type { AccountFacts, Operation, Params, Wire } from '../provider';
import { smsOptions } from './options';
import { rpcFault, rpcRequest, rpcResult } from './rpc';
import { signed, withoutSecrets } from './signing';
import { inUtc } from './values';

export const wire: Wire = { request, result, fault: rpcFault };

/** @throws SmsError SMS_CONFIG */
function request(operation: Operation, params: Params, baseUrl: string, account: AccountFacts): HttpRequest {
  const whole = COMPLETED[operation.id]?.(params, account) ?? params;
  const positional = (operation.positions ?? []).map((name) => whole[name] ?? null);
  return rpcRequest(operation.path, positional, baseUrl);
}

function result(_operation: Operation, response: HttpResponse, _params: Params, sent: HttpRequest): unknown {
  const answer = rpcResult(response, sent);
  // Few answers have a webhook in them; a long list is not gone over for nothing.
  return response.body.includes('hmac_secret') ? withoutSecrets(answer) : answer;
}

/** What stands in the parameters in another form than in their places. */
const COMPLETED: Record<string, (params: Params, account: AccountFacts) => Params> = {
  // The document demands a sender, which may be empty.
  'callr.sms.send': ({ from = '', ...params }, account) => {
    const options = smsOptions(params);
    return { ...params, from, options: options?.webhook ? { ...options, ...hook(options, account) } : options };
  },
  'callr.sms.getList': ({ from, to, ...params }) => ({ ...params, from: inUtc(from), to: inUtc(to) }),
  'callr.sms.exportAsync': (params, account) => ({ ...params, ...hook(params, account) }),
  'callr.webhooks.subscribe': signed,
};

/** The member `webhook`, signed. */
function hook({ webhook }: Params, account: AccountFacts): Params {
  return typeof webhook === 'object' && webhook !== null ? { webhook: signed(webhook as Params, account) } : {};
}
