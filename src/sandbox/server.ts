/** The HTTP server that every vendor's emulator shares: on loopback only, bounded, with a log, and nothing left after `close()`. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from './clock';
import type { RequestLog } from './requests';
import type { ConnectionReport } from './types';

export interface WireRequest {
  method: string;
  /** Still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  /** Named by the emulator, for the log. */
  operation: string | null;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The answer never comes: the connection hangs, then breaks. */
export const LOST = Symbol('lost');

export interface Handler {
  handle(request: WireRequest): Answer | typeof LOST;
  /** The vendor's form of a refusal that has nothing to do with an operation: 413, 500. */
  refuse(status: number, sentence: string, request?: WireRequest): Answer;
}

export interface ServerSettings {
  port: number;
  hang: number;
  latency: number;
}

export interface SandboxServer {
  port: number;
  connections(): ConnectionReport;
  close(): Promise<void>;
}

const MAX_BODY = 1024 * 1024;
/** A client that goes on writing after its body was refused is cut off here. */
const MAX_DISCARD = 32 * MAX_BODY;
/** A vendor's token may have 50 000 characters; Node's own limit for all headers is 16 KiB. */
const MAX_HEADERS = 256 * 1024;
/** As nginx: longer than a client keeps an idle connection, so that the client ends it and no call meets a closing socket. */
const KEEP_ALIVE = 75_000;

/** @throws the error of `listen` (EADDRINUSE, EACCES), when the port cannot be had */
export async function startServer(
  settings: ServerSettings,
  clock: Clock,
  log: RequestLog,
  handler: Handler,
): Promise<SandboxServer> {
  const server = createServer({ maxHeaderSize: MAX_HEADERS, keepAliveTimeout: KEEP_ALIVE }, (request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const sockets = countSockets(server);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const wire = toWire(request, body ?? '');
    const entry = log.add(wire, request.url ?? '', clock.iso());
    const answer = body === null ? handler.refuse(413, 'The body is larger than 1 MiB', wire) : answerTo(wire, handler);
    log.name(entry, wire.operation);
    if (answer === LOST) return hangUp(response);
    entry.status = answer.status;
    if (settings.latency > 0) await new Promise<void>((resolve) => clock.after(settings.latency, resolve));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  function hangUp(response: ServerResponse): void {
    const cancel = clock.after(settings.hang, () => response.destroy());
    response.on('close', cancel);
  }

  await listen(server, settings.port);
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => ({ ...sockets }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerTo(wire: WireRequest, handler: Handler): Answer | typeof LOST {
  try {
    return handler.handle(wire);
  } catch (error) {
    return handler.refuse(500, error instanceof Error ? error.message : String(error), wire);
  }
}

function toWire(request: IncomingMessage, body: string): WireRequest {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  return { method: request.method ?? 'GET', path, query, headers: request.headers, body, operation: null };
}

/** The whole body as UTF-8; null when it is too large, of which no more than the limit is ever held. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_DISCARD) throw new RangeError('The body has no end');
    if (size <= MAX_BODY) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > MAX_BODY ? null : Buffer.concat(chunks).toString('utf8');
}

function countSockets(server: Server): ConnectionReport {
  const count = { open: 0, peak: 0, total: 0 };
  server.on('connection', (socket: Socket) => {
    count.open += 1;
    count.total += 1;
    count.peak = Math.max(count.peak, count.open);
    socket.on('close', () => {
      count.open -= 1;
    });
  });
  return count;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
