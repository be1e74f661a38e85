/** A way to a server of 127.0.0.1 that is cut at a chosen moment: what a server sees of a process that dies. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface Cut {
  port: number;
  /** Chunks of data that came from the client. */
  count: number;
  /**
   * So many chunks get through to the server; the way is cut at the next one.
   * @param isAnswered whether the last of them is answered
   */
  cutAfter(count: number, isAnswered: boolean): void;
  /** The next chunk that has this word in it gets through to the server, and is not answered; the way is cut. */
  cutAt(word: string): void;
  /** No byte passes any more, in either direction, and nobody gets in. */
  cut(): void;
  /** It is as it was at first. */
  mend(): void;
  close(): Promise<void>;
}

/** @see Cut.cutAfter for what is said of the first cut */
export async function cutAfter(port: number, passed = Number.POSITIVE_INFINITY, isAnswered = true): Promise<Cut> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let sign = '';
  const server: Server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      way.count += 1;
      if (sign !== '' && chunk.includes(sign)) [passed, isAnswered, sign] = [way.count, false, ''];
      if (way.count > passed) way.cut();
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      // The server has done it: it answers.
      if (way.count >= passed && !isAnswered) way.cut();
      else client.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  const address = server.address();
  const way: Cut = {
    port: typeof address === 'object' && address ? address.port : 0,
    count: 0,
    cutAfter: (...given) => {
      [passed, isAnswered] = given;
    },
    cutAt: (word) => {
      // As Redis is told it.
      sign = `\r\n${word}\r\n`;
    },
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      [isCut, passed, isAnswered] = [false, Number.POSITIVE_INFINITY, true];
    },
    close: async () => {
      way.cut();
      server.close();
      await once(server, 'close');
    },
  };
  return way;
}
