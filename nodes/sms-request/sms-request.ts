/** Runs any documented operation of the vendor. */
import type { Node, NodeAPI } from 'node-red';
import { migrated } from '../../src/runtime/migrate';
import { operationRequest, type RequestDef } from '../../src/runtime/request';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-request', function (this: Node, config: RequestDef) {
    RED.nodes.createNode(this, config);
    operationRequest(RED, this, migrated(config));
  });
};
