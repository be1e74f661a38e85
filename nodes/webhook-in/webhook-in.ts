/** Receives what the vendor pushes. */
import type { Node, NodeAPI } from 'node-red';
import { migrated } from '../../src/runtime/migrate';
import { beginLater, onFirstRequest } from '../../src/runtime/started';
import type { WebhookDef, WebhookNode } from '../../src/runtime/webhook';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('webhook-in', function (this: Node & { webhook?: WebhookNode }, config: WebhookDef) {
    RED.nodes.createNode(this, config);
    const { serve } = require('../../src/runtime/routes') as typeof import('../../src/runtime/routes');
    // A push may come before this node has begun.
    const route = serve(RED, config.path || `/sms/${this.id}`, () => webhook());
    this.on('close', route.end);
    const webhook = beginLater(RED, this, () => {
      const { WebhookNode } = require('../../src/runtime/webhook') as typeof import('../../src/runtime/webhook');
      this.webhook = new WebhookNode(RED, this, migrated(config), route);
      return this.webhook;
    });
  });
  onFirstRequest(RED, ['/webhook-in'], () => {
    const { serveWebhookAdmin } = require('../../src/runtime/admin') as typeof import('../../src/runtime/admin');
    serveWebhookAdmin(RED);
  });
};
