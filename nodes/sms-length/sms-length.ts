/** Tells what a text costs in SMS parts. */
import type { Node, NodeAPI } from 'node-red';
import { type LengthDef, lengthRequest } from '../../src/runtime/length';
import { migrated } from '../../src/runtime/migrate';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-length', function (this: Node, config: LengthDef) {
    RED.nodes.createNode(this, config);
    lengthRequest(RED, this, migrated(config));
  });
};
