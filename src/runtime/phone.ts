/** The phones of a sandboxed account in the admin API: what they were sent, and what a person writes on one of them. */
import type { Request } from 'express';
import type { NodeAPI } from 'node-red';
import type { InboundRecord, OutboundRecord, Sandbox } from '../sandbox/types';
import { SmsError } from '../sms/errors';
import { toE164 } from '../sms/phone';
import { answer, NotFound, param } from './answer';
import { accountOf } from './desk';
import type { SandboxLine } from './line';
import { sharedOf } from './registry';

/** One message on a phone of the sandbox. */
export interface Bubble {
  id: string;
  /** Whose phone it is, E.164. */
  phone: string;
  /** Whether the phone wrote it. */
  written: boolean;
  text: string;
  at: string;
  /** The last status of one that was sent to the phone; null for one that it wrote. */
  status: string | null;
  /** What the phone wrote reaches the account. */
  routed: boolean;
}

const PHONE = '/sms/accounts/:id/phone';
/** Messages that are told, of each kind the newest. */
const NEWEST = 200;
const LONGEST_TEXT = 1600;

export function servePhoneAdmin(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  httpAdmin.get(
    PHONE,
    auth.needsPermission('sms.read'),
    answer(async (request) => {
      const sandbox = await lineOf(RED, param(request)).running();
      return { messages: sandbox ? bubbles(sandbox) : [] };
    }),
  );
  httpAdmin.post(
    PHONE,
    auth.needsPermission('sms.write'),
    answer((request) => write(RED, request)),
  );
}

function bubbles(sandbox: Sandbox): Bubble[] {
  const all = [...sandbox.messages(NEWEST).map(sent), ...sandbox.inbox(NEWEST).map(written)];
  return all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function sent({ id, to, text, acceptedAt, status }: OutboundRecord): Bubble {
  return { id, phone: to, written: false, text, at: acceptedAt, status, routed: true };
}

function written({ id, from, text, receivedAt, owners }: InboundRecord): Bubble {
  return { id, phone: from, written: true, text, at: receivedAt, status: null, routed: owners.length > 0 };
}

/** @throws SmsError */
async function write(RED: NodeAPI, request: Request): Promise<Bubble> {
  const id = param(request);
  const { from, text } = (request.body ?? {}) as { from?: unknown; text?: unknown };
  if (typeof text !== 'string' || text.trim() === '' || text.length > LONGEST_TEXT) {
    throw new SmsError('SMS_INVALID_TEXT', `What the phone writes is a text of 1 to ${LONGEST_TEXT} characters.`);
  }
  const { region, sender } = accountOf(RED, id).settings;
  const phone = toE164(from, region || undefined);
  const sandbox = await lineOf(RED, id).start();
  return written(reply(sandbox, phone, text, sender));
}

/** To the number that wrote last, as a person does, else to the account's own; one that the sandbox has not gets no answer, the shared one does. */
function reply(sandbox: Sandbox, from: string, text: string, sender: string | null): InboundRecord {
  const last = sandbox.messages(NEWEST).findLast((message) => message.to === from);
  const to = last ? last.from : sender;
  try {
    return sandbox.receive({ from, text, ...(to ? { to } : {}) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return sandbox.receive({ from, text });
  }
}

/** @throws NotFound for an account that is not on the sandbox */
function lineOf(RED: NodeAPI, id: string): SandboxLine {
  accountOf(RED, id);
  const line = sharedOf(RED).sandboxes.get(id);
  if (line) return line;
  throw new NotFound('This account is not on the sandbox: its messages go to real phones.');
}
