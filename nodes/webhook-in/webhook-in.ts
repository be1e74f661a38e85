import type { NodeAPI } from 'node-red';

module.exports = (RED: NodeAPI): void => {
  RED.nodes.registerType('webhook-in', function (this: import('node-red').Node, config: import('node-red').NodeDef) {
    RED.nodes.createNode(this, config);
  });
};
