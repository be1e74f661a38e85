/** Which store an account uses: that of an `sms-store` node, else the embedded one of this Node-RED. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { SmsError, toSmsError } from '../sms/errors';
import { embeddedStore, memoryStore, redisStore } from '../store';
import { withEnvironment } from './line';
import { numberOr } from './nodes';
import { forget, type StoreChoice } from './open-stores';

export interface StoreDef extends NodeDef {
  kind: string;
  /** Days for which a message is remembered after its final status, one at least. */
  keepDays: number | string;
}

/** The config node, once it is made; `trouble` says why there is no store. */
export interface StoreNode extends Node<Record<string, string>> {
  choice?: StoreChoice;
  trouble?: SmsError;
}

const KINDS: Record<string, (RED: NodeAPI, node: StoreNode, keepDays: number) => StoreChoice> = {
  embedded: (RED, { id }, keepDays) => embedded(RED, `store-${encodeURIComponent(id)}.sqlite`, keepDays),
  memory: (_RED, { id }) => ({ key: memoryKey(id), settings: '', make: memoryStore, forgetful: true }),
  redis,
};

/** Settles what the store of the node is; nothing is opened before an account uses it. */
export function setUpStore(RED: NodeAPI, node: StoreNode, config: StoreDef): void {
  try {
    const kind = KINDS[config.kind || 'embedded'];
    if (!kind)
      throw new SmsError('SMS_CONFIG', `There is no kind of store '${config.kind}': open the node and choose one.`);
    node.choice = kind(RED, node, numberOr(config.keepDays, KEEP_DAYS));
  } catch (error) {
    node.trouble = toSmsError(error);
    node.error(node.trouble);
  }
  // Another kind was chosen: what the memory held is not looked at any more.
  if (!node.choice?.forgetful) forget(memoryKey(node.id));
  node.on('close', (removed: boolean, done: () => void) => {
    if (removed) forget(memoryKey(node.id));
    done();
  });
}

/** The store of an account. @throws SmsError SMS_CONFIG when its store is gone, disabled or not filled in */
export function storeOf(RED: NodeAPI, id: string | undefined): StoreChoice {
  if (!id) return embedded(RED, 'messages.sqlite', KEEP_DAYS);
  const node = RED.nodes.getNode(id) as StoreNode | null;
  if (node?.choice) return node.choice;
  throw (
    node?.trouble ??
    new SmsError('SMS_CONFIG', 'The store of this account is missing or disabled: open the account and choose one.')
  );
}

function embedded(RED: NodeAPI, name: string, keepDays: number): StoreChoice {
  const file = resolve(userDirOf(RED), 'sms', name);
  const make = () => embeddedStore({ file, keepDays });
  return { key: file, settings: String(keepDays), make, isGone: () => !existsSync(file) };
}

/** @throws SmsError SMS_CONFIG */
function redis(RED: NodeAPI, node: StoreNode, keepDays: number): StoreChoice {
  const { url } = withEnvironment(RED, node, { url: node.credentials?.url ?? '' });
  if (!url) {
    const sentence =
      'The store has no address: open it and give the URL of the Redis server, such as redis://127.0.0.1:6379.';
    throw new SmsError('SMS_CONFIG', sentence);
  }
  const make = () => redisStore({ url, keepDays, warn: (sentence) => node.warn(sentence) });
  // The address holds a password: a digest stands for it.
  const settings = createHash('sha256').update(url).digest('hex');
  return { key: `redis ${node.id} ${settings} ${keepDays}`, settings: '', make };
}

/** As Node-RED itself finds it, for one that was given no folder. */
function userDirOf({ settings }: NodeAPI): string {
  return settings.userDir || join(homedir(), '.node-red');
}

function memoryKey(id: string): string {
  return `memory ${id}`;
}

const KEEP_DAYS = 30;
