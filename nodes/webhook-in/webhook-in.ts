/** Receives what the vendor pushes. */
import type { Node, NodeAPI } from 'node-red';
import { serveWebhookAdmin } from '../../src/runtime/admin';
import { migrated } from '../../src/runtime/migrate';
import { type WebhookDef, WebhookNode } from '../../src/runtime/webhook';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('webhook-in', function (this: Node & { webhook?: WebhookNode }, config: WebhookDef) {
    RED.nodes.createNode(this, config);
    this.webhook = new WebhookNode(RED, this, migrated(config));
  });
  serveWebhookAdmin(RED);
};
