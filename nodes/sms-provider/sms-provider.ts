/** An account at a vendor: its credentials, its line, its outbox. */
import type { NodeAPI } from 'node-red';
import { CREDENTIALS } from '../../src/runtime/credentials';
import { migrated } from '../../src/runtime/migrate';
import type { ProviderNode } from '../../src/runtime/nodes';
import type { ProviderDef } from '../../src/runtime/provider';
import { beginLater, onFirstRequest } from '../../src/runtime/started';

module.exports = (RED: NodeAPI): void => {
  function provider(this: ProviderNode, config: ProviderDef) {
    RED.nodes.createNode(this, config);
    beginLater(RED, this, () => {
      const { setUp } = require('../../src/runtime/provider') as typeof import('../../src/runtime/provider');
      setUp(RED, this, migrated(config));
    });
  }
  RED.nodes.registerType<ProviderNode, ProviderDef, object, Record<string, string>>('sms-provider', provider, {
    credentials: CREDENTIALS,
  });
  onFirstRequest(RED, ['/sms', '/sms-provider'], () => {
    const { serveProviderAdmin } = require('../../src/runtime/admin') as typeof import('../../src/runtime/admin');
    serveProviderAdmin(RED);
  });
};
