/** Where a Redis is, and whether it is one that messages can be entrusted to. */
import { SmsError } from '../sms/errors';
import { refused } from './redis-errors';

export interface RedisPlace {
  host: string;
  port: number;
  db: number;
  username: string | undefined;
  password: string | undefined;
  tls: boolean;
  /** What may be shown: no user, no password. */
  address: string;
}

const OLDEST = [6, 2];
/** Milliseconds between two clocks that need not be told. */
const APART = 10_000;

/** @throws SmsError SMS_STORE, without the url: there may be a password in it */
export function placeOf(url: string): RedisPlace {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const db = Number(parsed?.pathname.slice(1) || '0');
  const isRedis = parsed && /^rediss?:$/.test(parsed.protocol) && parsed.hostname !== '' && Number.isInteger(db);
  // A password with these in it ends up in the host and the port, which are shown.
  if (!isRedis || parsed.hash !== '' || parsed.search.includes('@')) {
    throw new SmsError(
      'SMS_STORE',
      'The url of the Redis is none: it is written redis://host:6379, redis://user:password@host:6379/0, or rediss:// ' +
        'for TLS. In a user or a password, / is written %2F, # %23, ? %3F, @ %40, : %3A and % %25.',
    );
  }
  const [host, port] = [parsed.hostname.replace(/^\[|\]$/g, ''), Number(parsed.port || 6379)];
  return {
    host,
    port,
    db,
    username: decoded(parsed.username) || undefined,
    password: decoded(parsed.password) || undefined,
    tls: parsed.protocol === 'rediss:',
    address: `${parsed.hostname}:${port}${db === 0 ? '' : `/${db}`}`,
  };
}

/** A % that begins no code stands for itself. */
function decoded(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}

/**
 * @param info what Redis answers to INFO
 * @throws SmsError SMS_STORE for one that is too old, takes no writes, or throws away what it was given
 */
export function checkServer(info: string, address: string): void {
  const facts = factsOf(info);
  const version = facts.get('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw refused(address, `is version ${version}; update it to ${OLDEST.join('.')} or newer.`);
  }
  if (facts.get('loading') === '1') throw refused(address, 'is still loading its data; it is asked again.');
  if (facts.get('cluster_enabled') === '1')
    throw refused(address, 'is a cluster; give the url of one that stands alone.');
  if (facts.get('role') === 'slave') {
    throw refused(address, 'is a replica, which cannot be written to; give the url of the primary.');
  }
  const policy = facts.get('maxmemory_policy') ?? 'noeviction';
  if (policy !== 'noeviction' && facts.get('maxmemory') !== '0') {
    throw refused(
      address,
      `throws messages away when its memory is full (maxmemory-policy ${policy}); set maxmemory-policy to noeviction.`,
    );
  }
}

/** What a person should know of a Redis that is good enough; null for nothing. */
export function weaknessOf(info: string, address: string): string | null {
  const facts = factsOf(info);
  const weaknesses: string[] = [];
  if (facts.get('aof_enabled') === '0') {
    weaknesses.push(
      `The Redis at ${address} does not write what it is given to its disk at once: when it stops, the last messages ` +
        'are lost. Set appendonly to yes.',
    );
  }
  const time = Number(facts.get('server_time_usec') ?? Number.NaN) / 1000;
  if (Math.abs(Date.now() - time) > APART) {
    weaknesses.push(
      `The clocks of this machine and of the Redis at ${address} are not the same: with others that share it, messages ` +
        'may wait too long, or expire too early. Have all machines set their clocks by NTP.',
    );
  }
  return weaknesses.length > 0 ? weaknesses.join(' ') : null;
}

function factsOf(info: string): Map<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
