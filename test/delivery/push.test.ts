/** What a vendor pushes and nobody can file away: told once, as far as it can be known. */
import assert from 'node:assert/strict';
import { takePush } from '../../dist/src/delivery/push.js';
import { rigs } from './support.ts';

describe('another event of the vendor', () => {
  const rig = rigs();
  const events = (eventId?: string) => ({
    reports: [],
    inbound: [],
    other: [{ job: 1 }],
    ...(eventId ? { eventId } : {}),
  });

  it('is told once to each flow, although it is pushed again', async () => {
    const account = rig().account({ baseUrl: 'http://127.0.0.1:1', credentials: {} });
    const told = async (reader: string, eventId?: string) => (await takePush(account, reader, events(eventId))).length;
    assert.deepEqual([await told('a', 'e1'), await told('a', 'e1'), await told('b', 'e1')], [1, 0, 1]);
    assert.deepEqual([await told('a', 'e2'), await told('a'), await told('a')], [1, 1, 1]);
  });
});
