/**
 * Addresses under httpNode whose body is wanted as it came. Depending on httpAdminRoot the editor's body parser sits
 * before our route or not at all; so the bytes are taken in front of everything, for our own addresses only.
 */
import type { Application, NextFunction, Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import type { WebhookRequest } from '../providers/provider';

/** What is behind an address. */
export interface Served {
  /** Whether this secret opens the address; undefined when the request has none. */
  opens(secret: string | undefined): boolean;
  /** Answers what came through; must not throw. */
  handle(request: WebhookRequest, response: Response): void;
  /** Told of a body that is too large; the response has been given. */
  tooLarge(): void;
}

export interface Route {
  /** Under httpNode, with a leading slash and none at the end. */
  path: string;
  /** Whether others have that path, too. */
  taken: boolean;
  end: () => void;
}

/** Asked for at each request. */
type Behind = () => Served;

export const MAX_BODY_BYTES = 1024 * 1024;
/** Milliseconds within which a body has to be there. */
const BODY_WITHIN = 30_000;

/** A body, or why there is none. */
type Body = Buffer | 'too large' | 'too slow';

interface Gate {
  /** What is behind each path, the newest first, which is the one that answers. */
  routes: Map<string, Behind[]>;
}

const gates = new WeakMap<object, Gate>();

/** Serves an address until `end` is called. Of several on one path the newest answers. */
export function serve(RED: NodeAPI, address: string, behind: Behind): Route {
  const { routes } = gateOf(RED);
  const path = `/${address.replace(/^\/+|\/+$/g, '')}`;
  const others = routes.get(path) ?? [];
  routes.set(path, [behind, ...others]);
  const end = () => {
    const left = (routes.get(path) ?? []).filter((one) => one !== behind);
    if (left.length > 0) routes.set(path, left);
    else routes.delete(path);
  };
  return { path, taken: others.length > 0, end };
}

interface TakenRequest extends Request {
  smsBody?: Body;
  _body?: boolean;
  skipRawBodyParser?: boolean;
}

function gateOf(RED: NodeAPI): Gate {
  const { httpNode } = RED;
  let gate = gates.get(httpNode);
  if (!gate) {
    gate = { routes: new Map<string, Behind[]>() };
    gates.set(httpNode, gate);
    takeBodiesFirst(RED, gate);
    httpNode.use(answerer(gate));
  }
  return gate;
}

/** The last segment is the path's own, or the secret behind it. */
function match({ routes }: Gate, path: string): { served: Served; secret: string | undefined } | undefined {
  const clean = withoutLastSlashes(decoded(path));
  const [exact] = routes.get(clean) ?? [];
  if (exact) return { served: exact(), secret: undefined };
  const cut = clean.lastIndexOf('/');
  const [behind] = routes.get(clean.slice(0, cut)) ?? [];
  return behind && { served: behind(), secret: clean.slice(cut + 1) };
}

/** In one pass: anybody may ask for sixteen thousand slashes. */
function withoutLastSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The route of an address, and whether its secret, in the path or as `?key=`, opens it. */
function opened(gate: Gate, path: string, key: unknown): { served: Served; allowed: boolean } | undefined {
  const found = match(gate, path);
  if (!found) return undefined;
  const { served, secret } = found;
  return { served, allowed: served.opens(secret ?? (typeof key === 'string' ? key : undefined)) };
}

function answerer(gate: Gate) {
  return (request: TakenRequest, response: Response, next: NextFunction) => {
    const isPush = request.method === 'GET' || request.method === 'POST';
    const found = isPush ? opened(gate, request.path, request.query.key) : undefined;
    if (!found) return next();
    if (!found.allowed) return refuse(response, 401);
    const { method } = request;
    const push = { method, headers: headersOf(request), query: queryOf(request) };
    const give = (body: Body) => {
      if (Buffer.isBuffer(body)) return found.served.handle({ ...push, body }, response);
      if (body === 'too slow') return refuse(response, 408);
      refuse(response, 413);
      found.served.tooLarge();
    };
    // A request that breaks off has nobody left to answer.
    if (request.smsBody !== undefined) give(request.smsBody);
    else bodyOf(request).then(give, () => response.destroy());
  };
}

function refuse(response: Response, status: number): void {
  response.status(status).set('connection', 'close').end();
}

/** Moves to the front of the root application what reads the body of an address of ours, once its secret is right. */
function takeBodiesFirst(RED: NodeAPI, gate: Gate): void {
  const root = rootOf(RED.httpNode as unknown as Application & { parent?: Application });
  const nodeRoot = (RED.settings.httpNodeRoot || '/').replace(/\/+$/, '');
  const take = (request: TakenRequest, response: Response, next: NextFunction) => {
    // Express has not prepared the request yet: there is its bare url and no more.
    const [pathname = '', search] = request.url.split('?', 2);
    const below = pathname.startsWith(nodeRoot) ? pathname.slice(nodeRoot.length) : undefined;
    const found =
      request.method === 'POST' && below !== undefined
        ? opened(gate, below, new URLSearchParams(search).get('key'))
        : undefined;
    if (!found) return next();
    // Whoever parses bodies later finds this one done.
    request._body = true;
    request.skipRawBodyParser = true;
    if (!found.allowed) return next();
    bodyOf(request).then(
      (body) => {
        request.smsBody = body;
        next();
      },
      () => response.destroy(),
    );
  };
  root.use(take);
  const stack = (root as unknown as { _router?: { stack: { handle: unknown }[] } })._router?.stack;
  const at = stack?.findIndex(({ handle }) => handle === take) ?? -1;
  if (stack && at > 0) stack.unshift(...stack.splice(at, 1));
}

function rootOf(app: Application & { parent?: Application }): Application {
  return app.parent ? rootOf(app.parent as Application & { parent?: Application }) : app;
}

/** The bytes as they came; where somebody has parsed them already, what can be had of them. Rejects when they break off. */
function bodyOf(request: TakenRequest): Promise<Body> {
  if (request.readableEnded) {
    const parsed: unknown = request.body;
    if (Buffer.isBuffer(parsed)) return Promise.resolve(parsed);
    return Promise.resolve(Buffer.from(typeof parsed === 'string' ? parsed : JSON.stringify(parsed ?? '')));
  }
  return new Promise<Body>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => resolve('too slow'), BODY_WITHIN);
    request.on('close', () => clearTimeout(timer));
    request.on('end', () => clearTimeout(timer));
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      // The rest flows by unread, so that the answer can be heard.
      else resolve('too large');
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the request broke off')));
  });
}

function headersOf(request: Request): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
}

/** Of a parameter that is given twice, the last one: as in a form. */
function queryOf(request: Request): Record<string, string> {
  const last = Object.entries(request.query).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.at(-1) : value,
  ]);
  return Object.fromEntries(last.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}
