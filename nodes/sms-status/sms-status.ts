/** Asks what became of a message. */
import type { Node, NodeAPI } from 'node-red';
import type { StatusDef } from '../../src/runtime/ask';
import { migrated } from '../../src/runtime/migrate';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-status', function (this: Node, config: StatusDef) {
    RED.nodes.createNode(this, config);
    const { statusRequest } = require('../../src/runtime/ask') as typeof import('../../src/runtime/ask');
    statusRequest(RED, this, migrated(config));
  });
};
