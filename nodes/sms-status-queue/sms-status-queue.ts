/** Fetches news of the messages that are on their way. */
import type { Node, NodeAPI } from 'node-red';
import { migrated } from '../../src/runtime/migrate';
import type { QueueDef } from '../../src/runtime/queue';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-status-queue', function (this: Node, config: QueueDef) {
    RED.nodes.createNode(this, config);
    const { statusQueue } = require('../../src/runtime/queue') as typeof import('../../src/runtime/queue');
    statusQueue(RED, this, migrated(config));
  });
};
