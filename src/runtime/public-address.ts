/** The address under which the world, or the sandbox on this machine, reaches a path of httpNode. */
import type { AddressInfo } from 'node:net';
import type { NodeAPI } from 'node-red';
import type { ProviderNode } from './nodes';

export interface PublicAddress {
  /** With the secret: for the vendor only. */
  url: string;
  /** The same with dots for the secret. */
  masked: string;
  /** Whether the vendor can reach it, as far as we know. */
  isPublic: boolean;
  /** What a person should know about it. */
  note?: string;
}

/** @param signs the vendor signs with the secret, which then is no part of the address */
export function publicAddress(
  RED: NodeAPI,
  providerId: string,
  path: string,
  secret: string,
  signs: boolean,
): PublicAddress {
  const provider = RED.nodes.getNode(providerId) as ProviderNode | null;
  const given = provider?.publicUrl ?? '';
  const base = given ? given.replace(/\/+$/, '') : localAddress(RED);
  const inAddress = signs ? '' : secret;
  const address = {
    url: `${base}${path}${inAddress ? `/${encodeURIComponent(inAddress)}` : ''}`,
    masked: `${base}${path}${inAddress ? '/••••••' : ''}`,
    isPublic: isServed(RED) && (given !== '' || provider?.sandboxed === true),
  };
  if (!isServed(RED)) return { ...address, note: NOT_SERVED };
  if (secret === '' && provider?.sandboxed !== true) {
    return { ...address, note: 'The account has no webhook secret, so every push is refused: give it one.' };
  }
  if (!address.isPublic)
    return { ...address, note: 'The account has no public URL: this address works on this machine only.' };
  return address;
}

/** Whether this Node-RED answers at the addresses of its nodes at all. */
export function isServed({ settings }: NodeAPI): boolean {
  return (settings.httpNodeRoot as string | false | undefined) !== false;
}

/** What to do when it does not. */
export const NOT_SERVED =
  'This Node-RED takes no pushes: httpNodeRoot is false in its settings. Change that, or have replies and statuses fetched by receive SMS and SMS reports.';

function localAddress(RED: NodeAPI): string {
  const bound = RED.server?.address?.() as AddressInfo | string | null | undefined;
  const port = typeof bound === 'object' && bound !== null ? bound.port : RED.settings.uiPort;
  const scheme = (RED.settings as { https?: unknown }).https ? 'https' : 'http';
  const host =
    typeof bound === 'object' && bound && !['::', '0.0.0.0'].includes(bound.address) ? bound.address : '127.0.0.1';
  const root = (RED.settings.httpNodeRoot || '/').replace(/\/+$/, '');
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${root}`;
}
