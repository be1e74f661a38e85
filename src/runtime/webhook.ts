/** The work of webhook-in: what the vendor pushes, checked, stored, answered and told once. */
import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import type { Node, NodeAPI } from 'node-red';
import type { Account } from '../delivery/account';
import { INBOUND } from '../delivery/inbox';
import type { Letter } from '../delivery/post';
import { parsePush, REPORT, takePush } from '../delivery/push';
import type { WebhookEvents, WebhookRequest } from '../providers/provider';
import { isSame } from '../providers/same';
import { SmsError, toSmsError } from '../sms/errors';
import type { InboundMessage, StatusReport } from '../sms/types';
import { Running } from '../store/running';
import { accountIfAny, accountOf } from './account-of';
import { describe } from './fail';
import type { AccountNodeDef, Message, ProviderNode } from './nodes';
import { isServed, NOT_SERVED, type PublicAddress, publicAddress } from './public-address';
import { sharedOf } from './registry';
import { MAX_BODY_BYTES, type Route, type Served } from './routes';
import { whenStarted } from './started';
import { StatusLine } from './status';

export interface WebhookDef extends AccountNodeDef {
  path: string;
}

/** Names the query parameter in which our reference travels out and back. */
const REFERENCE = 'ref';
const SELF_TEST = 'selftest';

export class WebhookNode implements Served {
  readonly path: string;
  #RED: NodeAPI;
  #node: Node;
  #config: WebhookDef;
  #status: StatusLine;
  #selfTests = new Set<string>();
  #running = new Running();

  constructor(RED: NodeAPI, node: Node, config: WebhookDef, { path, taken }: Pick<Route, 'path' | 'taken'>) {
    this.#RED = RED;
    this.#node = node;
    this.#config = config;
    this.#status = new StatusLine(RED, node);
    this.path = path;
    const account = accountIfAny(RED, config);
    const endFeeding = account ? this.#feed(account) : undefined;
    node.on('close', (_removed: boolean, done: () => void) => {
      endFeeding?.();
      this.#running.over().then(() => done());
    });
    // Who is told comes after this node: what a crash left untold is told when all are there.
    whenStarted(RED, node, () => {
      const leaveAccounts = sharedOf(RED).accounts.attend(node.id, (letter) => this.#read(letter));
      node.on('close', leaveAccounts);
    });
    this.#showState();
    const isTaken = `Another webhook-in node has the path ${this.path}, too: give this one a path of its own.`;
    if (!isServed(RED)) this.#refused(new SmsError('SMS_CONFIG', NOT_SERVED));
    else if (taken) this.#refused(new SmsError('SMS_CONFIG', isTaken));
  }

  /** Where the vendor reaches this node: the whole address, and the one that may be shown. */
  address(): PublicAddress {
    return publicAddress(this.#RED, this.#config.provider, this.path, this.#secret(), this.#signs());
  }

  /** Calls the address as the vendor would. */
  async selfTest(): Promise<{ ok: boolean; message: string }> {
    const nonce = randomUUID();
    const { url, masked } = this.address();
    this.#selfTests.add(nonce);
    try {
      const answer = await fetch(`${url}?${SELF_TEST}=${nonce}`, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(10_000),
      });
      const ok = answer.ok && (await answer.text()) === nonce;
      if (ok) return { ok, message: `${masked} reaches this node.` };
      return {
        ok,
        message: `${masked} answered ${answer.status}, but not as this node: something else is in the way.`,
      };
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
      return {
        ok: false,
        message: `${masked} cannot be reached (${cause}). Check the public address of the account and the proxy before Node-RED.`,
      };
    } finally {
      this.#selfTests.delete(nonce);
    }
  }

  /**
   * What becomes of the messages of this account is pushed here: the address goes out with each message where the
   * vendor takes one, and is given to the vendor by a person (to the sandbox by us) where it does not.
   */
  #feed(account: Account): () => void {
    if (!account.provider.webhook) return () => {};
    let known: PublicAddress | undefined;
    const makeUrl = (reference: string) => {
      // Another account, or other settings of it, would make this a new node; the port is there when the server is.
      const { url, isPublic } = known ?? this.address();
      if (this.#RED.server?.listening) known ??= this.address();
      return isPublic ? `${url}?${REFERENCE}=${reference}` : null;
    };
    if (account.vendor.can('callback')) account.callbackUrl = makeUrl;
    const { url, isPublic } = this.address();
    const end = isPublic ? account.tracker.addFeeder('push') : () => {};
    const { pushTo } = this.#providerNode() ?? {};
    pushTo?.(isPublic ? url : null);
    return () => {
      end();
      pushTo?.(null);
      if (account.callbackUrl === makeUrl) account.callbackUrl = null;
    };
  }

  #secret(): string {
    const provider = this.#providerNode();
    return provider?.credentials?.webhookSecret ?? '';
  }

  #providerNode(): ProviderNode | null {
    return this.#config.provider ? (this.#RED.nodes.getNode(this.#config.provider) as ProviderNode | null) : null;
  }

  /** The vendor signs its pushes: the address carries no secret, each push proves itself. */
  #signs(): boolean {
    return accountIfAny(this.#RED, this.#config)?.provider.webhook?.verify !== undefined;
  }

  opens(given: string | undefined): boolean {
    const secret = this.#secret();
    if (secret !== '' && !this.#signs()) return given !== undefined && isSame(given, secret);
    return (secret !== '' || this.#providerNode()?.sandboxed === true) && given === undefined;
  }

  #isSigned(account: Account, request: WebhookRequest): boolean {
    const secret = this.#secret();
    if (secret === '') return true;
    return account.provider.webhook?.verify?.(request, secret, this.#providerNode()?.settings ?? {}) ?? true;
  }

  #showState(): void {
    if (!accountIfAny(this.#RED, this.#config)) this.#status.failed(new SmsError('SMS_CONFIG', ''));
    else if (this.#secret() === '' && this.#providerNode()?.sandboxed !== true) {
      this.#node.warn(
        'The account has no webhook secret: every push is refused with 401. Open the account and give it one.',
      );
      this.#status.show('noSecret');
    } else this.#status.show('listening');
  }

  tooLarge(): void {
    this.#refused(tooLarge());
  }

  handle(request: WebhookRequest, response: Response): void {
    const { [SELF_TEST]: nonce } = request.query;
    if (nonce !== undefined) {
      response
        .status(this.#selfTests.has(nonce) ? 200 : 404)
        .type('text/plain')
        .end(this.#selfTests.has(nonce) ? nonce : '');
      return;
    }
    let account: Account;
    let events: WebhookEvents;
    try {
      account = accountOf(this.#RED, this.#config);
      if (!this.#isSigned(account, request)) {
        answer(response, 401);
        return;
      }
      events = parsePush(account, request);
    } catch (thrown) {
      answer(response, 400);
      this.#refused(toSmsError(thrown));
      return;
    }
    const taken = takePush(account, this.#node.id, events, request.query[REFERENCE])
      .then((letters) => {
        answer(response, 200);
        for (const letter of letters) account.post.give(letter);
      })
      .catch((thrown) => {
        // The vendor may push it again; what is stored is not told twice.
        if (!response.headersSent) answer(response, 500);
        this.#refused(toSmsError(thrown, 'SMS_STORE'));
      });
    this.#running.begin(taken);
  }

  #read({ kind, body }: Letter): void {
    if (kind === REPORT) this.#send(0, { payload: body }, (body as StatusReport).status);
    else if (kind === INBOUND) this.#send(1, { topic: (body as InboundMessage).from, payload: body }, 'received');
    else this.#send(2, { payload: body }, 'done');
  }

  #send(output: number, content: object, word: Parameters<StatusLine['show']>[0]): void {
    const outputs: (Message | null)[] = [null, null, null];
    outputs[output] = { _msgid: this.#RED.util.generateId(), ...content };
    this.#status.show(word);
    this.#node.send(outputs);
  }

  #refused(error: SmsError): void {
    this.#status.failed(error);
    const account = accountIfAny(this.#RED, this.#config);
    this.#node.error(error, describe({ _msgid: this.#RED.util.generateId() }, error, { account }));
  }
}

function answer(response: Response, status: number): void {
  response.status(status).type('text/plain').end();
}

function tooLarge(): SmsError {
  return new SmsError(
    'SMS_BAD_RESPONSE',
    `A push of more than ${MAX_BODY_BYTES / 1024 / 1024} MB came in and was refused with 413; no vendor sends that much.`,
  );
}
