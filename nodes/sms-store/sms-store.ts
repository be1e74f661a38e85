/** Where messages wait and are remembered; accounts use it. */
import type { NodeAPI } from 'node-red';
import { migrated } from '../../src/runtime/migrate';
import { beginLater } from '../../src/runtime/started';
import type { StoreDef, StoreNode } from '../../src/runtime/stores';

module.exports = (RED: NodeAPI): void => {
  function store(this: StoreNode, config: StoreDef) {
    RED.nodes.createNode(this, config);
    beginLater(RED, this, () => {
      const { setUpStore } = require('../../src/runtime/stores') as typeof import('../../src/runtime/stores');
      setUpStore(RED, this, migrated(config));
    });
  }
  RED.nodes.registerType<StoreNode, StoreDef, object, Record<string, string>>('sms-store', store, {
    credentials: { url: { type: 'password' } },
  });
};
