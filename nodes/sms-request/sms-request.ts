/** Runs any documented operation of the vendor. */
import type { Node, NodeAPI } from 'node-red';
import { migrated } from '../../src/runtime/migrate';
import type { RequestDef } from '../../src/runtime/request';
import { takeLater } from '../../src/runtime/started';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-request', function (this: Node, config: RequestDef) {
    RED.nodes.createNode(this, config);
    takeLater(RED, this, () => {
      const { operationRequest } = require('../../src/runtime/request') as typeof import('../../src/runtime/request');
      return operationRequest(RED, this, migrated(config));
    });
  });
};
