/** What only the editor asks for is loaded when somebody opens it: a Node-RED that runs by itself does without. */
import type { RequestHandler } from 'express';
import type { NodeAPI } from 'node-red';

/** At the first request below one of `paths` the admin API is given what `serve` adds to it, which then answers that request, too. */
export function onFirstRequest({ httpAdmin }: NodeAPI, paths: string[], serve: () => void): void {
  let isServed = false;
  const handler: RequestHandler = (_request, _response, next) => {
    if (!isServed) {
      isServed = true;
      serve();
    }
    next();
  };
  httpAdmin.use(paths, handler);
}
