/** An account at a vendor: its credentials, its line, its outbox. */
import type { NodeAPI } from 'node-red';
import { serveProviderAdmin } from '../../src/runtime/admin';
import { CREDENTIALS } from '../../src/runtime/credentials';
import { migrated } from '../../src/runtime/migrate';
import type { ProviderNode } from '../../src/runtime/nodes';
import { type ProviderDef, setUp } from '../../src/runtime/provider';

module.exports = (RED: NodeAPI): void => {
  function provider(this: ProviderNode, config: ProviderDef) {
    RED.nodes.createNode(this, config);
    setUp(RED, this, migrated(config));
  }
  RED.nodes.registerType<ProviderNode, ProviderDef, object, Record<string, string>>('sms-provider', provider, {
    credentials: CREDENTIALS,
  });
  serveProviderAdmin(RED);
};
