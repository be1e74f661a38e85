/** Two services that the document names without a call: what can be done about them here. */
import { SmsError } from '../../sms/errors';
import { toE164 } from '../../sms/phone';
import type { Operation } from '../provider';

/** "This is the address of the Texteo Monitor website", §6.1. */
const MONITOR_URL = 'https://monitor.texteo.net/';

export const localOperations: readonly Operation[] = [
  {
    id: 'digitaleo.numberCheck',
    title: 'Check the form of a number (here: the document names the service and no call)',
    method: 'LOCAL',
    path: '/number',
    params: (t) =>
      t.Object(
        {
          number: t.String({ minLength: 1, description: 'A phone number' }),
          region: t.Optional(t.String({ description: 'ISO country of a number that is written the national way' })),
        },
        { additionalProperties: false },
      ),
    result: (t) =>
      t.Object({ number: t.Union([t.String(), t.Null()]), possible: t.Boolean(), reason: t.Optional(t.String()) }),
    writes: false,
    source: 'API SMS, table of services',
    run: async (_session, { number, region }) => check(String(number), region === undefined ? '' : String(region)),
  },
  {
    id: 'digitaleo.monitor',
    title: 'The address of the Texteo Monitor web site, where a person can look at what was sent',
    method: 'LOCAL',
    path: '/monitor',
    params: (t) => t.Object({}, { additionalProperties: false }),
    result: (t) => t.Object({ url: t.String() }),
    writes: false,
    source: 'API SMS §6',
    run: async () => ({ url: MONITOR_URL }),
  },
];

/** Whether the number can be one, which does not say that a phone has it. */
function check(number: string, region: string): { number: string | null; possible: boolean; reason?: string } {
  try {
    return { number: toE164(number, region || undefined), possible: true };
  } catch (error) {
    if (error instanceof SmsError && error.code === 'SMS_INVALID_NUMBER') {
      return { number: null, possible: false, reason: error.message };
    }
    throw error;
  }
}
