/** Fetches news of the messages that are on their way. */
import type { Node, NodeAPI } from 'node-red';
import { migrated } from '../../src/runtime/migrate';
import type { QueueDef } from '../../src/runtime/queue';
import { takeLater } from '../../src/runtime/started';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-status-queue', function (this: Node, config: QueueDef) {
    RED.nodes.createNode(this, config);
    takeLater(RED, this, () => {
      const { statusQueue } = require('../../src/runtime/queue') as typeof import('../../src/runtime/queue');
      return statusQueue(RED, this, migrated(config));
    });
  });
};
