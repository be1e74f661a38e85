/** Asks what became of a message. */
import type { Node, NodeAPI } from 'node-red';
import type { StatusDef } from '../../src/runtime/ask';
import { migrated } from '../../src/runtime/migrate';
import { takeLater } from '../../src/runtime/started';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-status', function (this: Node, config: StatusDef) {
    RED.nodes.createNode(this, config);
    takeLater(RED, this, () => {
      const { statusRequest } = require('../../src/runtime/ask') as typeof import('../../src/runtime/ask');
      return statusRequest(RED, this, migrated(config));
    });
  });
};
