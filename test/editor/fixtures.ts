/** A flow with every node of the package, and a provider that exists nowhere: the dialogs may know it only from the catalog. */

/** What the operation of sms-request demands. */
export const REQUEST_PARAMS = '{"message": "Hello", "destinations": ["+32470120000"]}';

export const ACCOUNT = 'account';
export const OTHER_ACCOUNT = 'other';
export const STORE = 'store';
export const ACTION_TYPES = [
  'sms-send',
  'sms-length',
  'sms-status',
  'sms-inbound-poll',
  'sms-status-queue',
  'webhook-in',
  'sms-request',
] as const;

/** The id of a node in the flow is its type. Each has as little as a flow written by hand may have. */
export const flow = [
  // Only the editor is looked at: the runtime would miss the invented providers.
  { id: 'tab', type: 'tab', label: 'SMS', disabled: true },
  { id: ACCOUNT, type: 'sms-provider', name: '', provider: 'acme', sandbox: true },
  { id: OTHER_ACCOUNT, type: 'sms-provider', name: 'Pigeons', provider: 'pigeon', sandbox: true },
  { id: STORE, type: 'sms-store', name: '' },
  ...ACTION_TYPES.map((type, index) => ({
    id: type,
    type,
    z: 'tab',
    x: 200,
    y: 80 + 60 * index,
    provider: ACCOUNT,
    ...(type === 'sms-request' && {
      operation: 'acme.messages.send',
      params: REQUEST_PARAMS,
      paramsType: 'json',
    }),
    wires: [],
  })),
];

const everything = {
  send: true,
  schedule: true,
  sender: true,
  personalised: true,
  status: true,
  cancel: true,
  inbound: true,
  statusQueue: true,
  lookup: true,
  quote: true,
  length: true,
  senders: true,
  balance: true,
  callback: true,
};

export const ACME_NOTE = 'Acme ends this API on 2031-12-31.';
export const WHY_NOTHING = 'Letters tell nothing back.';
export const NO_SENDER_OF_ACME = 'is no sender of Acme.';
export const WHY_NO_SENDER = 'Pigeons carry no sender.';

export const catalog = {
  providers: [
    {
      id: 'acme',
      label: 'Acme Messaging',
      note: ACME_NOTE,
      capabilities: everything,
      webhook: 'signed',
      mail: false,
      options: ['validity', 'nature'],
      senderRule: { pattern: '^[a-z0-9]{1,11}$', refusal: NO_SENDER_OF_ACME },
      choices: ['sender', 'address', 'code', 'destinations'],
      variants: [],
      fields: [
        { name: 'clientId', kind: 'credential', required: true },
        { name: 'clientSecret', kind: 'credential', secret: true, required: true },
        { name: 'tokenUrl', kind: 'setting' },
        { name: 'hmacAlgorithm', kind: 'setting', type: 'select', options: ['SHA256', 'SHA512'] },
        { name: 'smtpSecure', kind: 'setting', type: 'checkbox' },
        { name: 'webhookSecret', kind: 'credential', secret: true },
      ],
      operations: [
        {
          id: 'acme.messages.send',
          title: 'Send a message',
          writes: true,
          pages: false,
          source: 'the documentation of Acme, page 1',
          params: {
            type: 'object',
            required: ['message', 'destinations'],
            properties: {
              message: { type: 'string', description: 'The text; a line break is written \\n.' },
              destinations: {
                type: 'array',
                items: { type: 'string' },
                description: 'Numbers in the international form.',
              },
              nature: { enum: ['ALERTING', 'MARKETING'], default: 'ALERTING', description: 'What the message is for.' },
              flash: { type: 'boolean', description: 'Show it without storing it.' },
              validity: { type: 'integer', minimum: 1, description: 'Minutes.' },
              meta: { type: 'object', description: 'Anything of your own.' },
              tags: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], description: 'Tags.' },
              ages: { type: 'array', items: { type: 'integer' }, description: 'Whole numbers.' },
              at: { type: 'string', format: 'date-time', description: 'When.' },
              code: {
                anyOf: [{ type: 'string', pattern: '^[A-Z]{2}$' }, { type: 'null' }],
                description: 'Two letters.',
              },
              people: {
                type: 'array',
                description: 'To whom.',
                items: {
                  type: 'object',
                  required: ['name'],
                  additionalProperties: false,
                  properties: {
                    name: { type: 'string', description: 'What they are called.' },
                    age: { type: 'integer', minimum: 0 },
                  },
                },
              },
            },
            additionalProperties: false,
          },
          result: { type: 'object' },
        },
        {
          id: 'acme.messages.post',
          title: 'Post a message',
          writes: true,
          pages: false,
          source: 'the documentation of Acme, page 0',
          deprecated: 'Acme takes it away soon; use acme.messages.send.',
          params: {
            type: 'object',
            required: ['message'],
            properties: { message: { type: 'string' }, colour: { type: 'string' } },
            additionalProperties: false,
          },
          result: { type: 'object' },
        },
        {
          id: 'acme.messages.list',
          title: 'List messages',
          writes: false,
          pages: true,
          source: 'the documentation of Acme, page 2',
          params: { type: 'object', properties: { limit: { type: 'integer', default: 50 } } },
          result: { type: 'object' },
        },
        {
          id: 'acme.balance',
          title: 'Credit left',
          writes: false,
          pages: false,
          source: 'the documentation of Acme, page 3',
          params: { type: 'object', properties: {} },
          result: { type: 'object' },
        },
      ],
    },
    {
      id: 'pigeon',
      label: 'Pigeon Post',
      capabilities: {
        ...everything,
        sender: WHY_NO_SENDER,
        schedule: 'Pigeons fly at once.',
        status: 'Pigeons do not report.',
        inbound: 'Pigeons fly one way.',
        statusQueue: 'Pigeons keep no queue.',
        length: 'Pigeons do not count.',
        senders: 'Pigeons carry no sender.',
        callback: 'Pigeons do not call back.',
      },
      webhook: null,
      mail: true,
      options: [],
      variants: [
        {
          settings: { transport: 'smtp' },
          capabilities: { ...everything, sender: WHY_NOTHING, status: WHY_NOTHING, inbound: WHY_NOTHING },
          webhook: null,
          mail: true,
          options: [],
        },
      ],
      fields: [
        { name: 'email', kind: 'credential', required: true },
        { name: 'transport', kind: 'setting', type: 'select', options: ['https', 'smtp'] },
        { name: 'smtpHost', kind: 'setting', required: true, when: { name: 'transport', is: ['smtp'] } },
      ],
      operations: [],
    },
  ],
  operations: [
    {
      id: 'account.held',
      title: 'What is held',
      writes: false,
      pages: false,
      params: { type: 'object', properties: { to: { type: 'string', description: 'To this number.' } } },
      result: { type: 'array' },
    },
    {
      id: 'account.drop',
      title: 'Drop what is held',
      writes: true,
      pages: false,
      params: { type: 'object', required: ['reference'], properties: { reference: { type: 'string' } } },
      result: { type: 'object' },
    },
  ],
};

export const SECRET_URL = 'http://127.0.0.1:1880/sms/webhook-in/abcdefghijkmnpqrstuvwxyz23456789';
export const MASKED_URL = 'http://127.0.0.1:1880/sms/webhook-in/••••••';

/** What the invented account has to choose from. */
const CHOICES = {
  sender: [{ value: '8888' }, { value: '666', label: 'for alarms' }],
  code: [{ value: 'AB', label: 'Alpha' }],
  destinations: [{ value: '+3211', label: 'Ann' }, { value: '+3222' }],
};

/** What the browser answers in place of the admin API; of choices, as the account is deployed and as a test has changed it. */
export const ANSWERS = {
  'sms-provider/catalog': catalog,
  ...Object.fromEntries(
    Object.entries(CHOICES).flatMap(([name, choices]) =>
      [`sms-provider/${ACCOUNT}/choices/${name}`, `sms-provider/choices/${name}`].map((path) => [path, { choices }]),
    ),
  ),
  'webhook-in/webhook-in/address': { masked: MASKED_URL, note: 'Only this machine reaches it.' },
};
