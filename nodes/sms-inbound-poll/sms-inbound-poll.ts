/** Fetches what phones wrote. */
import type { Node, NodeAPI } from 'node-red';
import type { InboundDef } from '../../src/runtime/inbound';
import { migrated } from '../../src/runtime/migrate';
import { takeLater } from '../../src/runtime/started';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-inbound-poll', function (this: Node, config: InboundDef) {
    RED.nodes.createNode(this, config);
    takeLater(RED, this, () => {
      const { inboundPoll } = require('../../src/runtime/inbound') as typeof import('../../src/runtime/inbound');
      return inboundPoll(RED, this, migrated(config));
    });
  });
};
