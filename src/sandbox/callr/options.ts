/** SMS.Options: what may go with a message. The document names the object; its fields are those of the SDKs' READMEs. */
import type { Callr } from './account';
import { object, optional, text, word } from './check';
import { wrongType, wrongValue } from './rpc';
import type { Encoding } from './text';
import { ENCODINGS } from './text';
import type { Hook } from './webhooks';
import { readHook } from './webhooks';

export interface SmsOptions {
  flash_message?: boolean;
  force_encoding?: Encoding;
  nature?: 'ALERTING' | 'MARKETING';
  user_data?: string;
  /** Takes the status updates of this message. */
  webhook?: Hook;
}

/** The push settings of an older generation are ignored, as the vendor does by now. */
const OLD = ['push_dlr_enabled', 'push_dlr_url', 'push_dlr_url_auth', 'push_mo_enabled', 'push_mo_url'];
const KNOWN = ['flash_message', 'force_encoding', 'nature', 'user_data', 'webhook', ...OLD];

/** "Send NULL to use default values." @throws RpcError naming the field that is wrong */
export function readOptions(value: unknown, callr: Callr): SmsOptions | null {
  if (value === null || value === undefined) return null;
  const { assume } = callr;
  const given = object(value, 'options', assume.unknownFieldsRefused ? KNOWN : undefined);
  const options: SmsOptions = {
    flash_message: optional(given.flash_message, (flash) => boolean(flash, 'flash_message')),
    force_encoding: optional(given.force_encoding, (force) => word(force, 'force_encoding', ENCODINGS)),
    nature: optional(given.nature, (nature) => word(nature, 'nature', ['ALERTING', 'MARKETING'])),
    user_data: optional(given.user_data, (data) => text(data, 'user_data')),
    webhook: optional(given.webhook, (hook) => readHook(hook, callr)),
  };
  const { userDataLimit } = assume;
  if (userDataLimit > 0 && (options.user_data?.length ?? 0) > userDataLimit) throw wrongValue('user_data');
  return options;
}

function boolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw wrongType(name);
  return value;
}
