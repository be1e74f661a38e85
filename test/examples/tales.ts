/** What each example is for: the buttons to press, and what its debug nodes then show. */
import { AT_WORK } from './tales-at-work.ts';

export interface Tale {
  press?: string[];
  /** The debug node's name, and the fields that one of the things it shows has; a text or a pattern is the whole of it. */
  shows: [debug: string, fields: object | string][];
  /** What is pressed when all that was shown, and what is shown then. */
  next?: Tale;
}

const DELIVERED = { status: 'delivered', final: true };
const FAILED = { status: 'failed', final: true };

/** By the name in the menu. Those under a provider's name are the same for each provider, but for `Special`. */
export const TALES: Readonly<Record<string, Tale>> = {
  ...AT_WORK,
  'Send and follow': {
    press: ['one that arrives', 'one that fails', 'in two minutes'],
    shows: [
      ['receipt', { text: 'Pump 3 stands still.', parts: 1 }],
      ['delivered', DELIVERED],
      ['not delivered', FAILED],
    ],
  },
  'Personalised mailing': {
    press: ['three people'],
    shows: [
      [
        'all receipts',
        {
          0: { text: 'Hello An, we expect you tomorrow at 9:00.' },
          1: { text: 'Hello Bert, we expect you tomorrow at 9:30.' },
          2: { text: 'Hello Chloé, we expect you tomorrow at 10:00.' },
        },
      ],
      ['report', DELIVERED],
    ],
  },
  'Reply loop': {
    press: ['pump 3 fails', 'another answer'],
    shows: [
      ['taken', { text: 'Thank you, pump 3 is yours.' }],
      ['wants no more', { text: 'STOP' }],
      ['for a person to read', { text: 'Who is this?' }],
      // The phone answers OK to the thanks as well.
      ['taken already', { text: 'OK' }],
    ],
  },
  'Status reports for a database': {
    press: ['three messages'],
    shows: [
      ['row', { status: 'delivered', final: true, reply: null }],
      ['row', { status: 'failed', final: true, reply: null }],
    ],
  },
  'Count before sending': {
    press: ['short text', 'long text'],
    shows: [
      ['parts', { parts: 1 }],
      ['report', DELIVERED],
      ['too long, not sent', { parts: 3 }],
    ],
  },
  'Quote before sending': {
    press: ['short text', 'long text'],
    shows: [
      ['parts and cost', { parts: 1 }],
      ['report', DELIVERED],
      ['too long, not sent', { parts: 3 }],
    ],
  },
  'Alert when a message fails': {
    press: ['one that fails', 'one that is refused'],
    shows: [
      ['alert', { text: /^SMS to \+\d+0002 did not arrive: failed\.$/ }],
      // A vendor that takes several in one call may take this one with the other, and then it fails.
      ['alert', { text: /^SMS to \+\d+0005 did not arrive: (SMS_REJECTED|failed)\.$/ }],
      ['operator was told', DELIVERED],
    ],
  },
  'Alarm, delivery and reply': {
    press: ['alarm'],
    shows: [
      ['receipt', { parts: 1 }],
      ['what became of it', DELIVERED],
      ['reply', { text: 'OK' }],
      ['pushed report', DELIVERED],
    ],
  },
  'Send an SMS and follow it': {
    press: ['delivered', 'fails', 'provider down, then accepted', 'not a number', 'two people, by name'],
    shows: [
      ['receipt', { to: '+32470120006' }],
      ['receipt', { text: 'Hello Bert, pump 3 stands still.' }],
      ['report', FAILED],
      ['error', { code: 'SMS_INVALID_NUMBER' }],
    ],
  },
  'Count the parts of a text': {
    press: ['curly apostrophe'],
    shows: [
      ['as it is', { alphabet: 'UCS-2', parts: 2 }],
      ['GSM only', { alphabet: 'GSM-7', parts: 1 }],
      ["provider's count", { parts: 2 }],
    ],
  },
  'Ask what became of a message': {
    press: ['send', 'an id that nobody knows'],
    shows: [
      ['final status', DELIVERED],
      ['error', { code: 'SMS_REJECTED' }],
    ],
  },
  'Receive SMS': {
    press: ['send', 'ask now'],
    shows: [['accepted', { payload: { text: 'OK' } }]],
  },
  'Collect the status reports of an account': {
    press: ['one that arrives', 'one that fails', 'ask now'],
    shows: [
      ['report', DELIVERED],
      ['report', FAILED],
    ],
  },
  'Take what the provider pushes': {
    press: ['send'],
    shows: [['report', DELIVERED]],
  },
  'Messages held for a person': {
    press: ['an answer gets lost'],
    shows: [['mail to the operator', /^Nobody knows .*\n.*, to \+32470120009: "Pump 3 stands still\."$/]],
    next: {
      press: ['mark as sent'],
      shows: [
        ['decided', { done: { length: 1 } }],
        ['receipt', { to: '+32470120009', status: 'sent' }],
      ],
    },
  },
  'A message that outlives a restart': {
    press: ['at once', 'in a minute'],
    shows: [
      ['receipt, with its order', { order: 4711, payload: { to: '+32470120000' } }],
      ['report, with its order', { order: 4711, payload: DELIVERED }],
    ],
  },
  'Who wants no messages': {
    press: ['no more to An'],
    shows: [['entered', { 0: { to: '+32470120077', source: 'operator' } }]],
    next: {
      press: ['send to An', 'the whole list'],
      shows: [
        ['refused', { code: 'SMS_OPTED_OUT' }],
        ['numbers', { 0: { to: '+32470120077' } }],
      ],
      next: { press: ['An wants them again'], shows: [['taken out', { 0: '+32470120077' }]] },
    },
  },
  'Make any call of the provider': {
    press: ['my addresses', 'count a text', 'parameters from msg'],
    shows: [
      ['addresses', {}],
      ['length', {}],
      ['answer', {}],
    ],
  },
};

const COST = /^\d+(\.\d+)?$/;
const SCHEDULED = { text: 'Pump 3 runs again.', status: 'scheduled' };

/** What one provider's example shows beside that, by its path. */
export const SPECIAL: Readonly<Record<string, Tale>> = {
  'Digitaleo ecoSMS/1 - Send and follow.json': { shows: [['receipt', SCHEDULED]] },
  'ZoomConnect/1 - Send and follow.json': { shows: [['receipt', SCHEDULED]] },
  'Digitaleo ecoSMS/2 - Personalised mailing.json': {
    shows: [['all receipts', { 0: { batch: /^\d+$/ }, 2: { batch: /^\d+$/ } }]],
  },
  'Digitaleo ecoSMS/4 - Status reports for a database.json': { shows: [['row', { provider_status: 'on' }]] },
  'Digitaleo ecoSMS/5 - Count before sending.json': {
    press: ['curly text'],
    shows: [['on the phone', "L'oeuvre Etre  5 €"]],
  },
  'CALLR/5 - Quote before sending.json': { shows: [['parts and cost', { cost: COST }]] },
  'ZoomConnect/5 - Quote before sending.json': { shows: [['parts and cost', { cost: COST }]] },
};
