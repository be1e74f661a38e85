/** The store in Redis when Redis is not there, not well, or not the one that it should be; and how it leaves. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { redisStore, type Store } from '../../dist/src/store/index.js';
import { redisError } from '../../dist/src/store/redis-errors.js';
import { INSTALL } from '../../dist/src/store/redis-load.js';
import { weaknessOf } from '../../dist/src/store/redis-server.js';
import { cert, key } from '../providers/self-signed.ts';
import { freePort } from '../support/node-red.ts';
import { newPrefix, type RedisServer, soon, startRedis } from '../support/redis.ts';
import { standStill } from '../support/stand-still.ts';
import { ACCOUNT, entry, references } from './sqlite-entries.ts';

const DAY = 24 * 3600_000;
const root = path.join(import.meta.dirname, '../..');

describe('a Redis in trouble', function () {
  this.timeout(20_000);
  let redis: RedisServer;
  const stores: Store[] = [];
  const open = (url: string) => {
    const store = redisStore({ url, prefix: newPrefix() });
    stores.push(store);
    return store;
  };
  before(async function () {
    redis = await startRedis(this, '--requirepass', 'se cret');
  });
  afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));

  const place = () => `127.0.0.1:${redis.port}`;
  const url = (user = ':se%20cret@', db = '') => `redis://${user}${place()}${db}`;
  const admin = (...command: string[]) => redis.cli('-a', 'se cret', '--no-auth-warning', ...command);
  /** It fails within a moment, with a sentence that has the address, and no password, in it. */
  const fails = async (asked: Promise<unknown>, says: RegExp, isRetryable = true) => {
    const start = Date.now();
    await assert.rejects(asked, (error: { code?: string; message: string; retryable?: boolean }) => {
      assert.equal(error.code, 'SMS_STORE');
      assert.match(error.message, says);
      assert.equal(error.retryable, isRetryable);
      assert.doesNotMatch(error.message, /cret/);
      assert.equal(JSON.stringify(error).includes('cret'), false);
      return true;
    });
    assert(Date.now() - start < 3000, `after ${Date.now() - start} ms`);
  };

  it('is not blamed for what this process did not look at: it stood still for longer than an answer may take', async () => {
    const store = open(url());
    const stopSoon = () => setImmediate(() => setImmediate(() => standStill(3000)));
    stopSoon();
    assert.equal(await store.marks.get('scope', 'key'), null, 'while it connected');
    stopSoon();
    assert.equal(await store.marks.add('scope', 'key', DAY, 'value'), true, 'while it was asked');
    assert.equal(await store.marks.get('scope', 'key'), 'value');
  });

  it('that is not there yet: says so, and is used as soon as it is there', async () => {
    await redis.kill();
    const store = open(url());
    const asked = [store.open(), store.outbox.add([entry('+3201')]), store.marks.get('scope', 'key')];
    const here = new RegExp(`^The Redis at ${place()} cannot be reached; see that it runs`);
    await Promise.all(asked.map((one) => fails(one, here)));
    await redis.start();
    await soon(() => store.open());
    assert.deepEqual(await store.outbox.claim(ACCOUNT, Date.now(), 10), []);
  });

  it('that is killed and comes again: refuses in the meantime, and has what it had', async () => {
    const store = open(url());
    const [waiting, claimed] = [entry('+3201', { notBefore: Date.now() + 500 }), entry('+3202')];
    await store.outbox.add([waiting, claimed]);
    const [sending] = await store.outbox.claim(ACCOUNT, Date.now(), 10);
    assert.equal(sending?.reference, claimed.reference);
    await redis.kill();
    const { outbox, rates } = store;
    const calls = [outbox.add([entry('+3203')]), outbox.claim(ACCOUNT, Date.now(), 10), outbox.remove('x')];
    await Promise.all([...calls, rates?.take(ACCOUNT, 10, 1)].map((call) => fails(Promise.resolve(call), /cannot be/)));
    await redis.start();
    await soon(() => store.outbox.remove(claimed.reference));
    await pause(500);
    assert.deepEqual(references(await store.outbox.claim(ACCOUNT, Date.now(), 10)), [waiting.reference]);
    assert.equal((await store.outbox.counts(ACCOUNT)).waiting, 0, 'what was refused is not there');
  });

  it('that hangs: is not waited for, and what was refused is not kept when it goes on', async () => {
    const store = open(url());
    await store.outbox.add([entry('+3201')]);
    redis.process.kill('SIGSTOP');
    const refused = entry('+3202');
    try {
      const asked: Promise<unknown>[] = [store.outbox.add([refused])];
      for (let i = 0; i < 12; i += 1) {
        asked.push(pause(20 * i).then(() => store.outbox.remove('none')));
      }
      await Promise.all(asked.map((one) => fails(one, /does not answer|cannot be reached/)));
      await fails(store.marks.get('scope', 'key'), /does not answer|cannot be reached/);
    } finally {
      redis.process.kill('SIGCONT');
    }
    await soon(() => store.marks.set('scope', 'key', 'value', DAY));
    assert.equal((await store.outbox.claim(ACCOUNT, Date.now(), 10)).length, 1);
    assert.equal(await store.outbox.find(refused.reference), null);
  });

  it('that refuses the user or the password, and takes them when they are right', async () => {
    await fails(open(url('')).open(), /refuses the user or the password of the url/);
    await fails(open(url(':other@')).open(), /refuses the user or the password/);
    await fails(open(url('somebody:se%20cret@')).open(), /refuses the user or the password/);
    const store = open(url(':later@'));
    await fails(store.open(), /refuses the user or the password/);
    admin('acl', 'setuser', 'default', '>later');
    await soon(() => store.open());
    admin('acl', 'setuser', 'default', '<later');
  });

  it('whose user may not do what is needed', async () => {
    admin('acl', 'setuser', 'reader', 'on', '>se cret', '~*', '+@read', '+info', '+hello', '+client');
    await fails(open(url('reader:se%20cret@')).marks.set('scope', 'key', '', DAY), /does not let the user/);
  });

  it('that has no such database, or is not known at all', async () => {
    await fails(open(url(undefined, '/99')).open(), /has no database of that number/);
    await open(url(undefined, '/3')).marks.set('scope', 'key', 'value', DAY);
    assert.equal(admin('-n', '3', 'dbsize'), '3');
    await fails(open('redis://:secret@redis.invalid:6379').open(), /is not known by that name|cannot be reached/);
  });

  it('whose url is none', async () => {
    for (const wrong of [
      '',
      'secret',
      'http://:secret@localhost',
      'redis://:secret@/',
      'redis://h:1/x',
      'redis://h:x',
      'redis://user:123#secret@h:6379',
      'redis://user:123?secret@h:6379/0',
    ]) {
      await fails(open(wrong).open(), /^The url of the Redis is none: it is written redis:/, false);
    }
  });

  it('that speaks TLS, with a certificate that is to be trusted; or does not', async function () {
    const folder = mkdtempSync(path.join(tmpdir(), 'redis-tls-'));
    const [certFile, keyFile] = [path.join(folder, 'cert'), path.join(folder, 'key')];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    const [port, files] = [await freePort(), ['--tls-cert-file', certFile, '--tls-key-file', keyFile]];
    await startRedis(
      this,
      ...files,
      '--tls-ca-cert-file',
      certFile,
      '--tls-auth-clients',
      'no',
      '--tls-port',
      `${port}`,
    );
    await fails(open(`rediss://127.0.0.1:${port}`).open(), /could not be reached by TLS; look at its certificate/);
    await fails(open(`redis://127.0.0.1:${port}`).open(), /cannot be reached|rediss:/);
    const trusting = { ...process.env, NODE_EXTRA_CA_CERTS: certFile };
    const script = `const store = require(${JSON.stringify(path.join(root, 'dist/src/store/index.js'))})
      .redisStore({ url: 'rediss://127.0.0.1:${port}' }); store.open().then(() => store.close());`;
    await promisify(execFile)(process.execPath, ['-e', script], { env: trusting });
    rmSync(folder, { recursive: true });
    await fails(
      open(url().replace('redis:', 'rediss:')).open(),
      /the url begins with rediss:\/\/ if it speaks TLS|could not be reached by TLS|cannot be reached/,
    );
  });

  it('whose password has a % in it, written as it is or as a code', async () => {
    admin('acl', 'setuser', 'half', 'on', '>5% off %se', '~*', '&*', '+@all');
    await open(url('half:5%%20off%20%se@')).open();
    await open(url('half:5%25%20off%20%25se@')).open();
  });

  it('that throws away what it was given when its memory is full, until it does not', async () => {
    admin('config', 'set', 'maxmemory', '100mb', 'maxmemory-policy', 'volatile-lru');
    const store = open(url());
    await fails(
      store.open(),
      /throws messages away .* \(maxmemory-policy volatile-lru\); set maxmemory-policy to noeviction/,
    );
    admin('config', 'set', 'maxmemory-policy', 'noeviction');
    await store.open();
  });

  it('that has no memory left: refuses, changes nothing by half, and goes on when it has', async () => {
    const store = open(url());
    const [first, second] = [entry('+3201'), entry('+3201')];
    await store.outbox.add([first, second]);
    const [claimed] = await store.outbox.claim(ACCOUNT, Date.now(), 1);
    assert(claimed);
    admin('config', 'set', 'maxmemory', '1');
    const full = /has no memory left \(maxmemory\); give it more/;
    await fails(store.outbox.add([entry('+3202')]), full);
    await fails(store.outbox.remove(claimed.reference), full);
    await fails(store.outbox.claim(ACCOUNT, Date.now(), 1), full);
    assert.equal((await store.outbox.counts(ACCOUNT)).sending, 1, 'it can be looked at');
    admin('config', 'set', 'maxmemory', '0');
    await store.outbox.remove(claimed.reference);
    assert.deepEqual(references(await store.outbox.claim(ACCOUNT, Date.now(), 10)), [second.reference]);
  });

  it('that is a replica, or becomes one', async function () {
    const primary = await startRedis(this);
    const store = open(primary.url);
    await store.open();
    primary.cli('replicaof', '127.0.0.1', String(await freePort()));
    await fails(store.marks.set('scope', 'key', '', DAY), /is a replica, which cannot be written to/);
    await fails(open(primary.url).open(), /is a replica, which cannot be written to/);
    primary.cli('replicaof', 'no', 'one');
    await store.marks.set('scope', 'key', '', DAY);
    await primary.kill();
  });

  it('that became a replica, while its name leads to the new primary', async function () {
    const [old, next] = [await startRedis(this), await startRedis(this)];
    let { port } = old;
    const name = createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      client.pipe(upstream).pipe(client);
      for (const socket of [client, upstream]) {
        socket.on('error', () => {});
        socket.on('close', () => [client, upstream].map((one) => one.destroy()));
      }
    }).listen(0, '127.0.0.1');
    await once(name, 'listening');
    const store = open(`redis://127.0.0.1:${(name.address() as AddressInfo).port}`);
    await store.marks.set('scope', 'key', '', DAY);
    old.cli('replicaof', '127.0.0.1', String(next.port));
    await fails(store.marks.set('scope', 'key', '', DAY), /is a replica, which cannot be written to/);
    await pause(100);
    await fails(store.marks.set('scope', 'key', '', DAY), /is a replica, which cannot be written to/);
    ({ port } = next);
    await soon(() => store.marks.set('scope', 'key', '', DAY));
    name.close();
    await Promise.all([store.close(), old.kill(), next.kill()]);
  });

  it('that is still loading its data', async function () {
    const slow = await startRedis(this, '--appendonly', 'no', '--dbfilename', 'slow.rdb');
    slow.cli('eval', "for i = 1, 1200 do redis.call('set', i, i) end", '0');
    slow.cli('save');
    await slow.kill();
    await slow.start('--key-load-delay', '400', '--loading-process-events-interval-bytes', '1024');
    const store = open(slow.url);
    await fails(store.open(), /is still loading its data/);
    await soon(() => store.open());
    await slow.kill();
  });

  it('that forgot the scripts it was given', async () => {
    const store = open(url());
    await store.outbox.add([entry('+3201')]);
    admin('script', 'flush');
    await store.outbox.add([entry('+3202')]);
    admin('script', 'flush');
    assert.equal((await store.outbox.claim(ACCOUNT, Date.now(), 10)).length, 2);
  });

  it('that is older than 6.2', async () => {
    // No such old one is at hand: one that answers as it would.
    const info = '# Server\r\nredis_version:6.0.16\r\n';
    const server = createServer((socket) => {
      socket.on('data', (data) => {
        for (const command of String(data).match(/\*\d+(\r\n[^*\r\n]*)+/g) ?? []) {
          socket.write(
            /info\r\n/.test(command) ? `$${info.length}\r\n${info}\r\n` : "-ERR unknown command 'HELLO'\r\n",
          );
        }
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    server.unref();
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await fails(open(`redis://127.0.0.1:${port}`).open(), /is version 6.0.16; update it to 6.2 or newer/);
    server.close();
  });

  it('that keeps nothing on its disk: is used, and a person is told once', async () => {
    const told: string[] = [];
    admin('config', 'set', 'appendonly', 'no');
    const store = redisStore({ url: url(), prefix: newPrefix(), warn: (sentence) => told.push(sentence) });
    stores.push(store);
    await Promise.all([store.open(), store.open()]);
    admin('client', 'kill', 'type', 'normal');
    await soon(() => store.open());
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /does not write what it is given to its disk at once.* Set appendonly to yes/);
  });

  it('whose clock is not this machine’s: is used, and a person is told', async () => {
    const info = (time: number) => `aof_enabled:1\r\nserver_time_usec:${time * 1000}\r\n`;
    assert.equal(weaknessOf(info(Date.now() - 2000), place()), null);
    assert.equal(weaknessOf('aof_enabled:1', place()), null, 'an old one does not tell');
    for (const apart of [-3600_000, 30_000]) {
      assert.match(weaknessOf(info(Date.now() + apart), place()) ?? '', /^The clocks of this machine .* by NTP\.$/);
    }
  });

  it('has a sentence for what it says in other ways', () => {
    const says = (message: string) => redisError(new Error(message), 'host:1').message;
    assert.match(says('MISCONF Redis is configured to save RDB snapshots'), /cannot write to its disk; look after/);
    assert.match(says('DENIED Redis is running in protected mode'), /is in protected mode/);
    assert.match(says('MOVED 3999 127.0.0.1:6381'), /is a cluster/);
    assert.match(says('self-signed certificate'), /by TLS; look at its certificate/);
    assert.match(says('something else'), /^The Redis at host:1 could not do it\. \(something else\)$/);
    assert.doesNotMatch(says("ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'secret'"), /secret/);
    const withArguments = Object.assign(new Error('WRONGPASS no'), { command: { args: ['secret'] } });
    assert.equal(redisError(withArguments, 'host:1').cause, undefined);
  });
});

describe('a store in Redis, closed', function () {
  this.timeout(20_000);
  let redis: RedisServer;
  before(async function () {
    redis = await startRedis(this);
  });

  const leave = (before: string) => `
    const { redisStore } = require(${JSON.stringify(path.join(root, 'dist/src/store/index.js'))});
    const store = redisStore({ url: '${redis.url}', prefix: 'leave', stalledInterval: 50 });
    process.on('unhandledRejection', (error) => { console.log('unhandled', error); process.exit(1); });
    (async () => {
      await store.outbox.claim('a', Date.now(), 1).catch(() => {});
      ${before}
      await store.close();
      await store.marks.get('a', 'b').catch((error) => console.log(error.code, error.message));
    })();`;

  for (const [when, before, redisDoes] of [
    ['in peace', '', () => {}],
    ['before it was ever used', '', () => redis.kill()],
    ['while Redis hangs', "console.log('now'); await new Promise((r) => setTimeout(r, 300));", 'SIGSTOP'],
    ['while Redis is gone', "console.log('now'); await new Promise((r) => setTimeout(r, 300));", 'SIGKILL'],
  ] as const) {
    it(`leaves nothing that runs: ${when}`, async () => {
      if (typeof redisDoes === 'function') await redisDoes();
      const child = spawn(process.execPath, ['-e', leave(before)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (data) => {
        if (/now/.test(String(data)) && typeof redisDoes === 'string') redis.process.kill(redisDoes);
        output += data;
      });
      const late = setTimeout(() => child.kill('SIGKILL'), 6000);
      const [code] = await once(child, 'exit');
      clearTimeout(late);
      redis.process.kill('SIGCONT');
      assert.equal(code, 0, output);
      assert.match(output, /SMS_STORE The store was closed\./);
      if (redis.process.signalCode !== null) await redis.start();
    });
  }

  it('finishes what was asked for before', async () => {
    const prefix = newPrefix();
    const store = redisStore({ url: redis.url, prefix });
    const writing = store.marks.set('scope', 'key', 'value', DAY);
    await store.close();
    await writing;
    const again = redisStore({ url: redis.url, prefix });
    assert.equal(await again.marks.get('scope', 'key'), 'value');
    await again.close();
  });
});

describe('a store in Redis without BullMQ', () => {
  it('says what to type', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'no-bullmq-'));
    for (const part of ['store', 'sms']) {
      cpSync(path.join(root, 'dist/src', part), path.join(folder, part), { recursive: true });
    }
    const script = `require('./store/index.js').redisStore({ url: 'redis://127.0.0.1' }).open()
      .catch((error) => console.log(error.code, error.retryable, error.message));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder });
    assert(stdout.startsWith(`SMS_STORE true A store in Redis needs BullMQ: type ${INSTALL} in the user`), stdout);
    rmSync(folder, { recursive: true });
  });

  it('says the same everywhere', () => {
    const files = globSync(['README.md', 'docs/**/*.md', 'nodes/**/*.{html,json,js}'], { cwd: root });
    const told = files.filter((file) => readFileSync(path.join(root, file), 'utf8').includes('npm install bullmq'));
    assert(told.length > 2);
    for (const file of told) {
      const commands = readFileSync(path.join(root, file), 'utf8').match(/npm install bullmq[\w@. ]*/g) ?? [];
      for (const command of commands) assert(command.startsWith(INSTALL), `${file}: ${command}`);
    }
  });
});
