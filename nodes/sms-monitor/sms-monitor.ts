/** The monitor in the sidebar of the editor. All of it is there; what it asks is answered by the accounts' admin API. */
import type { NodeAPI } from 'node-red';

interface Plugins {
  registerPlugin(id: string, definition: { type: string }): void;
}

module.exports = (RED: NodeAPI): void => {
  const { plugins } = RED as NodeAPI & { plugins: Plugins };
  plugins.registerPlugin('sms-monitor', { type: 'sms-monitor' });
};
