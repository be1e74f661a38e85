/** Tells what a text costs in SMS parts. */
import type { Node, NodeAPI } from 'node-red';
import type { LengthDef } from '../../src/runtime/length';
import { migrated } from '../../src/runtime/migrate';
import { takeLater } from '../../src/runtime/started';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-length', function (this: Node, config: LengthDef) {
    RED.nodes.createNode(this, config);
    takeLater(RED, this, () => {
      const { lengthRequest } = require('../../src/runtime/length') as typeof import('../../src/runtime/length');
      return lengthRequest(RED, this, migrated(config));
    });
  });
};
