/** The shapes of this package's nodes and of the messages that pass them. */
import type { Node, NodeDef, NodeMessage } from 'node-red';
import type { Account } from '../delivery/account';
import type { Settings } from '../providers/provider';
import type { SmsError } from '../sms/errors';
import type { ProviderDef } from './provider';

export interface Message extends NodeMessage {
  [property: string]: unknown;
}

export type Send = (message: Message | (Message | null)[]) => void;
export type Done = (error?: Error) => void;
/** What Node-RED calls for each message that comes in. */
export type TakesInput = (message: Message, send: Send, done: Done) => void;

/** A node of ours that uses an account. */
export interface AccountNodeDef extends NodeDef {
  /** The id of the `sms-provider` node. */
  provider: string;
}

/** The config node, once it is made; `trouble` says why there is no account. */
export interface ProviderNode extends Node<Record<string, string>> {
  account?: Account;
  sandboxed?: boolean;
  /** As it was deployed. */
  definition?: ProviderDef;
  /** The settings that are the provider's own. */
  settings?: Settings;
  /** What the world reaches httpNode at; empty when nobody said. */
  publicUrl?: string;
  /** Tells the sandbox where to push, as a person would tell the vendor; only there. */
  pushTo?: (address: string | null) => void;
  trouble?: SmsError;
}

/** A number out of an editor field: text or number, empty for the default. */
export function numberOr(value: unknown, standard: number): number {
  const number = value === '' || value === undefined || value === null ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : standard;
}
