/** What the examples for a purpose show: alarms, campaigns, replies, and those operations that look after an account. */
import type { Tale } from './tales.ts';

/** By the name in the menu. */
export const AT_WORK: Readonly<Record<string, Tale>> = {
  'Tell each alarm once': {
    press: ['pump 3 fails', 'pump 3 fails', 'pump 3 runs again', 'pump 4 fails'],
    shows: [
      ['receipt', { text: 'Pump 3 stands still.' }],
      ['told already', { code: 'SMS_DUPLICATE' }],
      ['receipt', { text: 'Pump 3 runs again.' }],
      ['receipt', { text: 'Pump 4 stands still.' }],
      ['report', { status: 'delivered' }],
    ],
  },
  'Quiet at night': {
    press: ['not urgent, at 23:30', 'urgent, at 23:30'],
    shows: [
      ['waits until', /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/],
      ['receipt', { text: 'Water in the cellar!' }],
      ['report', { status: 'delivered' }],
    ],
    next: { press: ['what waits?'], shows: [['waiting', { waiting: 1 }]] },
  },
  'The next person until one replies OK': {
    press: ['pump 3 fails'],
    shows: [
      ['asked', { to: '+27720120000' }],
      ['asked', { to: '+27720120002' }],
      ['asked', { to: '+27720120001' }],
      ['taken by', { to: '+27720120001', text: 'Thank you, it is yours: Pump 3 stands still.' }],
      // The phone answers OK to the thanks as well.
      ['OK, but too late', { text: 'OK' }],
    ],
    next: { press: ['nobody is there'], shows: [['nobody took it', 'Nobody took it: Pump 4 stands still.']] },
  },
  'A text for each person': {
    press: ['five people'],
    shows: [
      ['receipt', { text: 'Hello Chloé, your car is ready on Tuesday.', batch: /^\d+$/ }],
      ['what became of them', '5 people: 1 failed, 1 refused, 3 delivered.'],
    ],
  },
  'Recipients from a CSV list': {
    press: ['the list'],
    shows: [
      ['receipt', { to: '+32470120000', text: 'Hello An, we expect you tomorrow at 9:00.' }],
      ['row with result', /^0470 12 00 00,An,delivered\r?\n$/],
      ['row with result', /^0470 12 00 02,Bert,failed\r?\n$/],
      ['row with result', /^unknown,Dirk,SMS_INVALID_NUMBER\r?\n$/],
    ],
  },
  'Leave out who said STOP': {
    press: ['first mailing'],
    shows: [
      ['report', { to: '+33612340010', status: 'delivered' }],
      ['reply', { from: '+33612340010', text: 'STOP' }],
    ],
    next: {
      press: ['second mailing', 'who has left?'],
      shows: [
        ['left out', { code: 'SMS_OPTED_OUT', to: '+33612340010' }],
        ['receipt', { to: '+33612340000', text: /^Last day/ }],
        ['numbers', { 0: { to: '+33612340010', source: 'reply' } }],
      ],
      next: {
        press: ['a code they asked for', 'let them come back'],
        shows: [
          ['receipt', { to: '+33612340010', text: 'Your code is 4711.' }],
          ['report', { to: '+33612340010', status: 'delivered' }],
          ['taken out', { 0: '+33612340010' }],
        ],
        next: {
          press: ['second mailing'],
          shows: [['receipt', { to: '+33612340010', text: /^Last day/ }]],
        },
      },
    },
  },
  'Keyword menu': {
    press: ['hours', 'PRICE please', 'call', 'hello?'],
    shows: [
      ['answer', { to: '+27720120000', text: /^We are open/ }],
      ['answer', { text: /^A wash is 12 euro/ }],
      ['answer', { text: /^Thank you\. We call you/ }],
      ['call this number', '+27720120000'],
      ['answer', { text: /^Reply with one word/ }],
      ['report', { status: 'delivered' }],
    ],
    // To each number once: another machine may answer that.
    next: { press: ['hello?'], shows: [['no answer', { code: 'SMS_DUPLICATE' }]] },
  },
  'A conversation': {
    press: ['ask An'],
    shows: [['written', { text: /^When may your car come/ }]],
    next: {
      press: ['An writes nonsense', 'An writes 2'],
      shows: [
        ['written', { text: /^Sorry\? When may your car come/ }],
        ['written', { text: /^A in the morning/ }],
      ],
      next: {
        press: ['An writes A'],
        shows: [
          ['written', { text: 'Done: we see you on Tuesday, in the morning.' }],
          ['appointment', { from: '+27720120000', day: 'Tuesday', half: 'morning' }],
        ],
        next: { press: ['An writes A'], shows: [['for a person to read', { text: 'A' }]] },
      },
    },
  },
  'Balance alarm': {
    press: ['ask now'],
    shows: [['balance is fine', /^\d+(\.\d+)?$/]],
    next: {
      press: ['as if little were left'],
      shows: [['operator was told', { text: /^\d+ credits are left, less than 2000000\.$/ }]],
    },
  },
  'Daily report': {
    press: ["a day's work"],
    shows: [['counts of today', { sent: 3, delivered: 1, failed: 1, 'not sent': 1 }]],
    next: {
      press: ['report now'],
      shows: [
        ['mail to the operator', /^(?=.*sent: 3)(?=.*delivered: 1)(?=.*waiting now: 0)(?=.*held for a person: 0)/s],
      ],
    },
  },
};
