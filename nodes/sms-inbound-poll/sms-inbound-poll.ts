/** Fetches what phones wrote. */
import type { Node, NodeAPI } from 'node-red';
import type { InboundDef } from '../../src/runtime/inbound';
import { migrated } from '../../src/runtime/migrate';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-inbound-poll', function (this: Node, config: InboundDef) {
    RED.nodes.createNode(this, config);
    const { inboundPoll } = require('../../src/runtime/inbound') as typeof import('../../src/runtime/inbound');
    inboundPoll(RED, this, migrated(config));
  });
};
