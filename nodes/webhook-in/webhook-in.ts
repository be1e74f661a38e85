/** Receives what the vendor pushes. */
import type { Node, NodeAPI } from 'node-red';
import { onFirstRequest } from '../../src/runtime/first-request';
import { migrated } from '../../src/runtime/migrate';
import type { WebhookDef, WebhookNode } from '../../src/runtime/webhook';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('webhook-in', function (this: Node & { webhook?: WebhookNode }, config: WebhookDef) {
    RED.nodes.createNode(this, config);
    const { WebhookNode } = require('../../src/runtime/webhook') as typeof import('../../src/runtime/webhook');
    this.webhook = new WebhookNode(RED, this, migrated(config));
  });
  onFirstRequest(RED, ['/webhook-in'], () => {
    const { serveWebhookAdmin } = require('../../src/runtime/admin') as typeof import('../../src/runtime/admin');
    serveWebhookAdmin(RED);
  });
};
