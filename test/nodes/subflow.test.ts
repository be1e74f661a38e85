/** Nodes in a subflow whose account is a property of the subflow: each instance has its own. */
import assert from 'node:assert/strict';
import type { Receipt } from '../../dist/src/sms/types.js';
import { account, codeOf, type Entry, flows, payloadOf } from './support.ts';

/** As Node-RED writes a property of a subflow where a node is chosen. */
const CHOSEN = '$' + '{ACCOUNT}';

const SUBFLOW: Entry[] = [
  {
    id: 'alarm',
    type: 'subflow',
    name: 'Alarm',
    in: [{ wires: [{ id: 'inside' }] }],
    out: [{ wires: [{ id: 'inside', port: 0 }] }, { wires: [{ id: 'inside', port: 1 }] }],
    env: [
      { name: 'ACCOUNT', type: 'sms-provider', value: 'account', ui: { type: 'conf-types' } },
      { name: 'PHONE', type: 'str', value: '+32470120000' },
    ],
  },
  {
    id: 'inside',
    type: 'sms-send',
    version: '1',
    z: 'alarm',
    provider: CHOSEN,
    fallback: [CHOSEN],
    to: 'PHONE',
    toType: 'env',
    text: 'payload',
    textType: 'msg',
    wires: [[], []],
  },
];

describe('sms-send in a subflow', () => {
  const { load, sandbox: start } = flows();

  it('sends by the account of its instance', async () => {
    const sandbox = await start();
    const accounts = [account(sandbox), account(sandbox, { id: 'night', name: 'Night' })];
    const env = [{ name: 'ACCOUNT', type: 'conf-type', value: 'night' }];
    const flow = await load({ type: 'subflow:alarm', env }, accounts, SUBFLOW);
    flow.give({ payload: 'Pump 3 stands still.' });
    await flow.until(() => flow.out[0].length > 0);
    const { accountName, to } = payloadOf<Receipt>(flow.out[0][0]);
    assert.deepEqual([accountName, to], ['Night', '+32470120000']);
  });

  it('says that the account of its instance is not there', async () => {
    const env = [{ name: 'ACCOUNT', type: 'conf-type', value: 'gone' }];
    const flow = await load({ type: 'subflow:alarm', env }, [account(await start())], SUBFLOW);
    flow.give({ payload: 'Pump 3 stands still.' });
    await flow.until(() => flow.errors.length > 0);
    assert.deepEqual(flow.errors.map(codeOf), ['SMS_CONFIG']);
  });
});
