/** The health of a store: whoever is told of it may break, and nothing else ends with that. */
import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Health } from '../../dist/src/delivery/health.js';

describe('the health of a store', () => {
  it('is looked after when those who are told of it throw', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const unhandled: unknown[] = [];
    const noticed = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', noticed);
    try {
      let isWell = false;
      const told: string[] = [];
      const health = new Health({
        store: {},
        probe: async () => assert(isWell, 'disk full'),
        troubled: ({ code }) => {
          told.push(code);
          throw new Error('the log is full, too');
        },
        recovered: () => {
          told.push('recovered');
          throw new Error('still');
        },
      });
      health.noticed(Object.assign(new Error('disk full'), { code: 'SMS_STORE' }));
      health.failed(new Error('disk full'));
      health.heard(new Error('something else'));
      await clock.tickAsync(1000);
      isWell = true;
      await clock.tickAsync(1000);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual([told.at(0), told.at(-1), unhandled], ['SMS_STORE', 'recovered', []]);
      health.close();
    } finally {
      process.off('unhandledRejection', noticed);
      clock.restore();
    }
  });
});
