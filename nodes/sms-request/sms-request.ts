/** Runs any documented operation of the vendor. */
import type { Node, NodeAPI } from 'node-red';
import { migrated } from '../../src/runtime/migrate';
import type { RequestDef } from '../../src/runtime/request';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-request', function (this: Node, config: RequestDef) {
    RED.nodes.createNode(this, config);
    const { operationRequest } = require('../../src/runtime/request') as typeof import('../../src/runtime/request');
    operationRequest(RED, this, migrated(config));
  });
};
