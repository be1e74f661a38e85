/** Orders by file: the FTP server of Digitaleo's sandbox. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { Client } from 'basic-ftp';
import type { Sandbox } from '../../dist/src/sandbox/index.js';
import { converse, number } from './digitaleo-support.ts';
import { next, sandboxes } from './support.ts';

const order = (to: string, text = 'été'): string => `U-SANDBOX\r\nT-${text}\r\n#-${to}\r\n`;
const TO = number('4321');

describe('sandbox: Digitaleo by file', () => {
  const { start } = sandboxes('digitaleo');
  let clients: Client[] = [];
  afterEach(() => {
    for (const client of clients) client.close();
    clients = [];
  });

  async function open({ ftp, credentials }: Sandbox, password = credentials.ftpPass): Promise<Client> {
    const client = new Client(2000);
    clients.push(client);
    await client.access({ host: ftp?.host, port: ftp?.port, user: credentials.ftpUser, password });
    return client;
  }
  const put = (client: Client, text: string | Buffer, name: string): Promise<unknown> =>
    client.uploadFrom(Readable.from([Buffer.from(text)]), name);

  it('takes a file when it is renamed from a temporary name, shows its bytes, and takes it away', async () => {
    const sandbox = await start({ pace: 0.1 });
    const client = await open(sandbox);
    await put(client, order(TO), 'a.txt.tmp');
    assert.equal(await client.size('a.txt.tmp'), Buffer.byteLength(order(TO)));
    assert.equal(sandbox.messages().length, 0);
    const taken = next(sandbox, 'file');
    await client.rename('a.txt.tmp', 'a.txt');
    const { path, user, content, messages, ignored } = await taken;
    assert.deepEqual([path, user, ignored], ['/a.txt', 'sandbox', undefined]);
    assert.deepEqual(Buffer.from(content), Buffer.from(order(TO)));
    const [message] = sandbox.messages();
    assert.deepEqual([message?.id, message?.to, message?.text], [messages[0], TO, 'été']);
    await next(sandbox, 'status');
    assert.deepEqual(await client.list(), []);
    assert.deepEqual(sandbox.files(), [await taken]);
  });

  it('takes a file with another name at once, in Windows’ charset too', async () => {
    const sandbox = await start();
    const client = await open(sandbox);
    await put(client, Buffer.from(order(TO), 'latin1'), 'b.txt');
    assert.equal(sandbox.messages()[0]?.text, 'été');
  });

  it('lets files be listed, read, removed and put in directories', async () => {
    const sandbox = await start({ pace: 100 });
    const client = await open(sandbox);
    assert.equal(await client.pwd(), '/');
    await client.ensureDir('out/été 1');
    assert.equal(await client.pwd(), '/out/été 1');
    await put(client, order(TO), 'a.tmp');
    await client.appendFrom(Readable.from(['more']), 'a.tmp');
    await client.cdup();
    assert.deepEqual(
      (await client.list()).map(({ name, isDirectory }) => [name, isDirectory]),
      [['été 1', true]],
    );
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    await client.downloadTo(sink, 'été 1/a.tmp');
    assert.equal(Buffer.concat(chunks).toString(), `${order(TO)}more`);
    assert.ok((await client.lastMod('/out/été 1/a.tmp')).getTime() <= Date.now());
    await assert.rejects(client.removeEmptyDir('été 1'), { code: 550 });
    await client.remove('été 1/a.tmp');
    await client.removeEmptyDir('été 1');
    assert.deepEqual(await client.list(), []);
    await assert.rejects(client.size('nothing'), { code: 550 });
    await assert.rejects(client.cd('/nowhere'), { code: 550 });
    await assert.rejects(put(client, 'x', '/nowhere/a.txt'), { code: 553 });
    assert.deepEqual(sandbox.files(), []);
  });

  it('ignores a file that is no order, and says why here only', async () => {
    const sandbox = await start();
    await put(await open(sandbox), 'nonsense', 'a.txt');
    assert.match(sandbox.files()[0]?.ignored ?? '', /no account code/);
  });

  it('tells the stories that a file can tell', async () => {
    const sandbox = await start();
    const upload = async (digits: string): Promise<unknown> =>
      put(await open(sandbox), order(number(digits)), `${digits}.txt`);
    for (const digits of ['0006', '0006', '0007']) await assert.rejects(upload(digits), { code: 451 });
    for (const digits of ['0006', '0007', '0005', '0012']) await upload(digits);
    for (const digits of ['0008', '0009']) await assert.rejects(upload(digits));
    assert.deepEqual(
      sandbox.messages().map(({ story }) => story),
      ['0006', '0007', '0005', '0012', '0008'],
    );
    const client = await open(sandbox);
    await put(client, order(number('0008')), 'c.tmp');
    await assert.rejects(client.rename('c.tmp', 'c.txt'));
    assert.equal(sandbox.messages().length, 6);
  });

  it('lets nobody in without the right password, nor by TLS', async () => {
    const sandbox = await start();
    await assert.rejects(open(sandbox, 'other'), { code: 530 });
    const { ftp = { host: '', port: 0 } } = sandbox;
    const answers = await converse(ftp, ['PWD', 'STOR a.txt', 'AUTH TLS', 'FEAT', 'NONSENSE', 'QUIT']);
    const codes = answers.map((line) => line.slice(0, 3)).filter((code) => code !== ' EP');
    assert.deepEqual(
      [codes[0], codes[1], codes[2], codes[3], codes.at(-2), codes.at(-1)],
      ['220', '530', '530', '502', '502', '221'],
    );
  });

  it('transfers by PASV too, and says when there is nothing to transfer on', async () => {
    const sandbox = await start();
    const { ftp = { host: '', port: 0 } } = sandbox;
    const login = ['USER sandbox', 'PASS sandbox-ftp'];
    const answers = await converse(ftp, [
      ...login,
      'STOR a.txt',
      'RNTO b.txt',
      'RNFR b.txt',
      'PORT 127,0,0,1,0,21',
      'PASV',
      'ABOR',
      'TYPE E',
      'QUIT',
    ]);
    assert.deepEqual(
      answers.slice(3).map((line) => line.slice(0, 3)),
      ['425', '503', '550', '502', '227', '226', '504', '221'],
    );
    const control = connect(ftp.port, ftp.host);
    let said = '';
    const heard = (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve) => {
        const look = (): void => {
          const match = pattern.exec(said);
          if (match) resolve(match);
          else control.once('data', () => setImmediate(look));
        };
        look();
      });
    control.on('data', (chunk) => {
      said += chunk;
    });
    control.write(`${login.join('\r\n')}\r\nPASV\r\n`);
    const [, high, low] = await heard(/227 .*\(127,0,0,1,(\d+),(\d+)\)/);
    const data = connect(Number(high) * 256 + Number(low), '127.0.0.1');
    control.write('STOR a.txt\r\n');
    data.end(order(TO));
    await Promise.all([heard(/226 /), textOf(data)]);
    assert.equal(sandbox.messages().length, 1);
    control.write('EPSV\r\n');
    const [, port] = await heard(/229 .*\(\|\|\|(\d+)\|\)/);
    const broken = connect(Number(port), '127.0.0.1');
    control.write('STOR b.txt\r\n');
    broken.write(order(TO), () => setTimeout(() => broken.resetAndDestroy(), 20));
    await heard(/426 /);
    assert.equal(sandbox.messages().length, 1);
    control.destroy();
  });

  it('takes no file whose transfer breaks off', async () => {
    const sandbox = await start();
    const client = await open(sandbox);
    const broken = new Readable({
      read() {
        this.push(order(TO));
        setTimeout(() => client.close(), 5);
      },
    });
    await assert.rejects(client.uploadFrom(broken, 'a.txt'));
    assert.deepEqual([sandbox.files(), sandbox.messages()], [[], []]);
  });

  it('closes with connections open', async () => {
    const sandbox = await start();
    const client = await open(sandbox);
    await sandbox.close();
    await assert.rejects(client.pwd());
  });
});
