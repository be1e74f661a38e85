/**
 * The one connection to Redis: made when it is first needed, looked at before it is used, made again by itself. What is
 * asked while there is none fails within seconds; nothing is kept back to be sent later.
 */
import type { RedisClient } from 'bullmq';
import type { Redis } from 'ioredis';
import { SmsError } from '../sms/errors';
import { patience } from './patience';
import { redisError } from './redis-errors';
import { loadRedisModules, type RedisModules } from './redis-load';
import { SCRIPT } from './redis-script';
import { checkServer, placeOf, type RedisPlace, weaknessOf } from './redis-server';

export interface Connection {
  bullmq: RedisModules['bullmq'];
  /** As BullMQ sees it. */
  client: RedisClient;
}

/** Milliseconds to wait for a connection, for an answer, for the other end to say goodbye. */
const [PATIENCE, ANSWER, GOODBYE] = [1000, 2000, 100];
/** Milliseconds between two tries to connect. */
const [SHORTEST, LONGEST] = [50, 1000];

export class RedisLink {
  #url: string;
  #warn: (sentence: string) => void;
  #place: RedisPlace | undefined;
  #redis: Redis | undefined;
  #connection: Promise<Connection> | undefined;
  /** What the connection said last that was wrong with it. */
  #trouble: Error | undefined;
  #warned: string | null = null;
  #closed = false;

  /** @param warn told once of what is no error, and should be known */
  constructor(url: string, warn: (sentence: string) => void) {
    this.#url = url;
    this.#warn = warn;
  }

  /** The connection; of those who wait for it, the first to ask is the first to have it. @throws SmsError SMS_STORE */
  ready(): Promise<Connection> {
    if (!this.#connection) {
      const connection = this.#open();
      this.#connection = connection;
      connection.catch(() => this.#lost(connection));
    }
    return this.#connection;
  }

  /** It is there, and was looked at. */
  get isUp(): boolean {
    return this.#redis?.status === 'ready' && this.#connection !== undefined;
  }

  /**
   * Anything that the client threw. A connection that is not answered any more is left for a new one; so is one to a
   * replica: what is known by that name may be another by now.
   */
  error(thrown: unknown): SmsError {
    const isOfNoUse = thrown instanceof Error && /timed out|READONLY|is a replica/.test(thrown.message);
    // While it connects it is not to be disturbed: it would give up for good.
    if (isOfNoUse && this.#redis?.status === 'ready') this.#redis.disconnect(true);
    return redisError(thrown, this.#place?.address ?? '');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#connection = undefined;
    const redis = this.#redis;
    if (!redis || redis.status === 'end') return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, 2 * GOODBYE);
      redis.once('end', () => {
        clearTimeout(late);
        resolve();
      });
      redis.disconnect();
    });
  }

  async #open(): Promise<Connection> {
    if (this.#closed) throw new SmsError('SMS_STORE', 'The store was closed.');
    this.#place ??= placeOf(this.#url);
    const { bullmq, Redis } = loadRedisModules();
    if (!this.#redis || this.#redis.status === 'end') this.#redis = this.#connect(Redis, this.#place);
    try {
      await this.#up(this.#redis);
      const info = await this.#redis.info();
      checkServer(info, this.#place.address);
      this.#tell(weaknessOf(info, this.#place.address));
    } catch (error) {
      throw this.error(error);
    }
    return { bullmq, client: bullmq.createIORedisClient(this.#redis) };
  }

  #connect(Client: typeof Redis, { host, port, db, username, password, tls }: RedisPlace): Redis {
    class Impatient extends Client {
      override sendCommand(...asked: Parameters<Redis['sendCommand']>): unknown {
        const [command] = asked;
        const answered = patience(ANSWER, () => command.reject(new Error('Command timed out')));
        command.promise.then(answered, answered);
        return super.sendCommand(...asked);
      }
    }
    const redis = new Impatient({
      host,
      port,
      db,
      username,
      password,
      ...(tls ? { tls: {} } : {}),
      connectTimeout: ANSWER,
      disconnectTimeout: GOODBYE,
      retryStrategy: (times) => Math.min(SHORTEST * 2 ** (times - 1), LONGEST),
      // What is under way when it breaks fails, and so does what is asked for before it is there again.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      enableReadyCheck: false,
    });
    redis.defineCommand('sms', { numberOfKeys: 0, lua: SCRIPT });
    redis.on('connect', () => {
      this.#trouble = undefined;
    });
    redis.on('error', (error: Error) => {
      this.#trouble = error;
    });
    redis.on('close', () => this.#lost(this.#connection));
    return redis;
  }

  /** Resolves when it can be used. */
  async #up(redis: Redis): Promise<void> {
    if (redis.status !== 'ready') await settled(redis);
    // Without the database that was asked for it would use another one.
    if (redis.status !== 'ready' || this.#trouble) throw this.#trouble ?? new Error('connect ETIMEDOUT');
  }

  #lost(connection: Promise<Connection> | undefined): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  #tell(weakness: string | null): void {
    if (weakness !== null && weakness !== this.#warned) this.#warn(weakness);
    this.#warned = weakness;
  }
}

/** Waits until it is ready, or Redis refuses it, or for as long as there is patience. */
function settled(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      redis.off('ready', done).off('end', done).off('error', refuse);
      resolve();
    };
    const refuse = ({ name }: Error) => {
      if (name === 'ReplyError') done();
    };
    const stop = patience(PATIENCE, done);
    redis.on('ready', done).on('end', done).on('error', refuse);
  });
}
