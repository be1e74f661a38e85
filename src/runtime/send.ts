/** The node sms-send: with the queue, or without it. */
import type { Node, NodeAPI } from 'node-red';
import { Jobs, KeptJobs } from './jobs';
import { Outcomes } from './outcomes';
import { sharedOf } from './registry';
import { DirectSends } from './send-direct';
import { type Input, type SendContext, type SendDef, SendInput } from './send-input';
import { QueuedSends } from './send-queued';
import { whenStarted } from './started';
import { StatusLine } from './status';

export class SendNode {
  #context: SendContext;
  #sends: QueuedSends | DirectSends;

  constructor(RED: NodeAPI, node: Node, config: SendDef) {
    const begun = Date.now();
    const status = new StatusLine(RED, node);
    const jobs = new Jobs(RED, node, keptJobs(RED, node));
    const outcomes = new Outcomes(RED, node, jobs, status);
    this.#context = { RED, node, config, status, jobs, outcomes };
    const { accounts, troubles } = sharedOf(RED);
    const used = [config.provider, ...(config.fallback ?? [])].filter(Boolean);
    node.on(
      'close',
      troubles.watch(used, (account, trouble) => status.trouble(account, trouble)),
    );
    whenStarted(RED, node, () => {
      const disown = accounts.own(node.id, outcomes);
      node.on('close', disown);
      this.#warnOfStores();
      this.#tellOfWaiting(begun);
    });
    const input = new SendInput(this.#context);
    const Sends = config.queue === false ? DirectSends : QueuedSends;
    this.#sends = new Sends(this.#context, input);
  }

  take(input: Input): void {
    this.#sends.take(input);
  }

  /** What has waited since before a deploy, or a restart, is shown from the start. */
  async #tellOfWaiting(begun: number): Promise<void> {
    const { RED, node, status, outcomes } = this.#context;
    const left = await sharedOf(RED).left.of(node.id, begun);
    if (left > 0) status.show('waiting', outcomes.wait(left));
  }

  /** A message cannot go from one store into another. */
  #warnOfStores(): void {
    const { RED, node, config } = this.#context;
    const { accounts } = sharedOf(RED);
    const store = accounts.get(config.provider)?.settings.store;
    for (const id of config.fallback ?? []) {
      const fallback = accounts.get(id);
      if (!store || !fallback || fallback.settings.store === store) continue;
      const sentence = `The fallback account '${fallback.name}' has another store, so it is never tried: give both accounts the same store.`;
      node.warn(sentence);
    }
  }
}

/** The jobs of this node from before it was deployed again. */
function keptJobs(RED: NodeAPI, node: Node): KeptJobs {
  const { jobs } = sharedOf(RED);
  const known = jobs.get(node.id) ?? new KeptJobs();
  jobs.set(node.id, known);
  node.on('close', (removed: boolean, done: () => void) => {
    if (removed) jobs.delete(node.id);
    done();
  });
  return known;
}
