import type { NodeAPI } from 'node-red';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('sms-send', function (this: import('node-red').Node, config: import('node-red').NodeDef) {
    RED.nodes.createNode(this, config);
  });
};
