/** Sends an SMS to each recipient and tells what became of it. */
import type { Node, NodeAPI } from 'node-red';
import { migrated } from '../../src/runtime/migrate';
import type { SendDef } from '../../src/runtime/send-input';
import { takeLater } from '../../src/runtime/started';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-send', function (this: Node, config: SendDef) {
    RED.nodes.createNode(this, config);
    takeLater(RED, this, () => {
      const { SendNode } = require('../../src/runtime/send') as typeof import('../../src/runtime/send');
      const sender = new SendNode(RED, this, migrated(config));
      return (message, send, done) => sender.take({ message, send, done });
    });
  });
};
