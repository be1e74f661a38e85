/** Digitaleo's two ways to send: `sms` to one contact (§3.4, §3.5), `mailing` to many (§3.8). */
import { remember } from '../messages';
import { LOST } from '../server';
import type { Call, Draft, Mailing, Outcome } from './account';
import { badRequest } from './answers';
import { isPersonalised } from './characters';
import type { Order } from './draft';
import { readOrder } from './draft';
import { answerOf, keepRate, passage, refusal } from './hurdles';
import { accept, render } from './outbound';
import { text } from './params';

/** `POST /sms`. */
export function createSms(call: Call): Outcome {
  const order = read(call, 'sms');
  if (order.drafts.length > 1) throw badRequest('An SMS has one contact; many make a mailing');
  return send(call, order, (drafts) => drafts.map((draft) => accept(call.digitaleo, call.account, draft).id)[0]);
}

/** `POST /mailing`. */
export function createMailing(call: Call): Outcome {
  const { digitaleo, account, params } = call;
  const order = read(call, 'mailing');
  return send(call, order, (drafts) => {
    const now = digitaleo.world.clock.now();
    const mailing: Mailing = {
      id: digitaleo.nextMailingId(),
      account,
      name: text(params, 'name') ?? '',
      text: order.text,
      due: order.due ?? now,
      acceptedAt: now,
      replyMail: order.replyMail,
      sms: [],
    };
    remember(digitaleo.mailings, mailing, digitaleo.world.keep);
    for (const draft of drafts) accept(digitaleo, account, draft, mailing);
    return mailing.id;
  });
}

/** The simple and the personalised service have one wire. */
function read(call: Call, resource: 'sms' | 'mailing'): Order {
  const template = call.params.text;
  if (typeof template === 'string' && isPersonalised(template)) {
    call.request.operation = `digitaleo.${resource}.createPersonalized`;
  }
  return readOrder(call);
}

/** "Output: resource created" (§1.4.3), of which the document shows nothing; assumption: 201 and its id, a default property. */
function send(call: Call, { drafts }: Order, create: (drafts: readonly Draft[]) => string | undefined): Outcome {
  for (const draft of drafts) render(call.digitaleo, draft);
  keepRate(call, drafts.length);
  const passed = passage(call.digitaleo, drafts);
  if ('stopped' in passed) {
    if (passed.stopped === 'unanswered') return LOST;
    throw refusal(call, passed.stopped);
  }
  const id = create(passed.drafts);
  const answer = answerOf(drafts);
  return answer === 'lost' ? LOST : { status: 201, value: { id }, malformed: answer === 'malformed' };
}
