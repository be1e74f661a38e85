/** Servers that nobody gets through to: nobody there, no name, no place, no certificate that counts. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { cert as ownCert, key as ownKey } from '../providers/self-signed.ts';
import type { Place } from './by-http.ts';
import { elsewhere, expired, key, right } from './certificates.ts';

export interface Spot {
  host: string;
  port: number;
  secure: boolean;
  /** What came that a client should not have said. */
  heard: () => string;
  close(): Promise<void>;
}

const NOWHERE: Spot = { host: '127.0.0.1', port: 1, secure: false, heard: () => '', close: async () => {} };

export function openPlace(place: Place): Promise<Spot> {
  return PLACES[place]();
}

/** The same for who begins in the clear and goes on encrypted. */
export async function openTalkingPlace(place: Place, how: 'smtp' | 'ftp'): Promise<Spot> {
  const begun = BEGUN[place];
  return begun ? talking(how, begun) : openPlace(place);
}

/** What follows once it was agreed to go on encrypted. */
type Begun = (socket: Socket, heard: (said: string) => void) => unknown;

const BEGUN: Partial<Record<Place, Begun>> = {
  'self-signed': encrypted(ownCert, ownKey),
  'wrong name': encrypted(elsewhere, key),
  expired: encrypted(expired, key),
  'no tls': (socket) => socket.write('500 what?\r\n'),
  'tls reset': (socket) => socket.resetAndDestroy(),
  'tls mute': (socket) => socket.resume(),
};

function encrypted(cert: string, keyOf: string): Begun {
  return (socket, heard) => {
    socket.removeAllListeners('data');
    const line = new TLSSocket(socket, { isServer: true, cert, key: keyOf });
    line.on('error', () => socket.destroy());
    line.on('data', (said) => heard(String(said)));
  };
}

const WORDS = {
  smtp: {
    greeting: '220 hello\r\n',
    hello: /^EHLO/,
    offer: '250-hello\r\n250 STARTTLS\r\n',
    ask: /^STARTTLS/,
    yes: '220 go on\r\n',
  },
  ftp: { greeting: '220 hello\r\n', hello: /^NOOP/, offer: '200 ok\r\n', ask: /^AUTH TLS/, yes: '234 go on\r\n' },
};

async function talking(how: 'smtp' | 'ftp', begun: Begun): Promise<Spot> {
  let heard = '';
  const { greeting, hello, offer, ask, yes } = WORDS[how];
  const spot = await plain((socket) => {
    socket.write(greeting);
    socket.on('data', (data) => {
      const said = String(data);
      heard += said;
      if (hello.test(said)) socket.write(offer);
      if (ask.test(said)) {
        socket.write(yes);
        begun(socket, (more) => {
          heard += more;
        });
      }
    });
  });
  return { ...spot, heard: () => heard };
}

const PLACES: Record<Place, () => Promise<Spot>> = {
  nobody: async () => NOWHERE,
  // Longer than a name can be: the system says no by itself, and asks nobody.
  'no name': async () => ({ ...NOWHERE, host: `${'x'.repeat(64)}.example`, port: 80 }),
  backlog: () => blocked(511),
  full: async () => {
    const spot = await blocked(1);
    const sockets = await fill(spot.port);
    return {
      ...spot,
      close: async () => {
        for (const socket of sockets) socket.destroy();
        await spot.close();
      },
    };
  },
  'self-signed': () => tls(ownCert, ownKey),
  'wrong name': () => tls(elsewhere, key),
  expired: () => tls(expired, key),
  'no tls': () => plain((socket) => socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  'tls reset': () => plain((socket) => socket.once('data', () => socket.resetAndDestroy())),
  'tls mute': () => plain((socket) => socket.resume()),
};

/** TLS with a certificate that is in order, before another server. */
export function openFront(port: number): Promise<Spot> {
  return tls(right, key, port);
}

async function tls(cert: string, keyOf: string, onTo?: number): Promise<Spot> {
  let heard = '';
  const server = createTlsServer({ cert, key: keyOf }, (socket) => {
    socket.on('error', () => socket.destroy());
    if (onTo === undefined) socket.on('data', (data) => (heard += String(data)));
    else
      socket
        .pipe(connect(onTo, '127.0.0.1'))
        .on('error', () => socket.destroy())
        .pipe(socket);
  });
  server.on('tlsClientError', () => {});
  return { ...(await listening(server)), secure: true, heard: () => heard };
}

async function plain(greet: (socket: Socket) => void): Promise<Spot> {
  return { ...(await listening(createServer(greet))), secure: true };
}

async function listening(server: Server): Promise<Spot> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return { ...NOWHERE, port: portOf(server), close };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Listens, and never looks: the system takes as many connections as it has places for. */
const BLOCKED = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: workerData }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});`;

async function blocked(backlog: number): Promise<Spot> {
  const worker = new Worker(BLOCKED, { eval: true, workerData: backlog });
  const [port] = await once(worker, 'message');
  return { ...NOWHERE, port, close: async () => void (await worker.terminate()) };
}

/** As many connections as are taken, and some more. */
async function fill(port: number): Promise<Socket[]> {
  const sockets = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(sockets.slice(0, 2).map((socket) => once(socket, 'connect')));
  return sockets;
}
