/** A line-based TCP server on loopback, as SMTP and FTP are: bounded, and nothing left after `close()`. */
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Endpoint } from './types';

export interface TcpServer {
  endpoint: Endpoint;
  close(): Promise<void>;
}

/** Takes the bytes of one connection as they come. */
export type Talk = (socket: Socket) => (chunk: Buffer) => void;

export async function startTcpServer(talk: Talk): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const take = talk(socket);
    socket.on('data', (chunk) => {
      try {
        take(chunk);
      } catch (error) {
        if (!(error instanceof EndlessLine)) process.emitWarning(error instanceof Error ? error : String(error));
        socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: '127.0.0.1', port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const MAX_LINE = 8192;

class EndlessLine extends Error {}

/** Cuts bytes into lines without their ends, each with one character per byte. */
export function createLines(line: (line: string) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let start = 0;
    for (let end = held.indexOf(10); end >= 0; end = held.indexOf(10, start)) {
      const text = held.toString('latin1', start, end).replace(/\r$/, '');
      start = end + 1;
      line(text);
    }
    held = held.subarray(start);
    if (held.length > MAX_LINE) throw new EndlessLine();
  };
}
