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
        process.emitWarning(error instanceof Error ? error : String(error));
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

/**
 * Cuts bytes into lines without their ends, each with one character per byte.
 * @param line is told of each, and may have the bytes that follow taken by someone else through `rest`
 * @throws RangeError for a line that has no end
 */
export function createLines(line: (line: string) => void): { take(chunk: Buffer): void; rest(): Buffer } {
  let held: Buffer = Buffer.alloc(0);
  return {
    take(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      for (let end = held.indexOf(10); end >= 0; end = held.indexOf(10)) {
        const text = held.toString('latin1', 0, end).replace(/\r$/, '');
        held = held.subarray(end + 1);
        line(text);
      }
      if (held.length > MAX_LINE) throw new RangeError('A line has no end');
    },
    rest() {
      const bytes = held;
      held = Buffer.alloc(0);
      return bytes;
    },
  };
}
