/** How the admin API answers: JSON, or the status and the code of what went wrong. */
import type { Request, RequestHandler, Response } from 'express';
import { SmsError, toSmsError } from '../sms/errors';

/** Thrown where there is nothing of that name; answered with 404. */
export class NotFound extends SmsError {
  constructor(message: string, code: SmsError['code'] = 'SMS_CONFIG') {
    super(code, message);
  }
}

/** Work that has answered by itself returns nothing. */
export function answer(work: (request: Request, response: Response) => unknown): RequestHandler {
  return async (request, response) => {
    try {
      const result = await work(request, response);
      if (result !== undefined) response.json(result);
    } catch (thrown) {
      // Whoever has half of an answer must not take it for the whole.
      if (response.headersSent) return void response.destroy();
      const { code, message } = toSmsError(thrown);
      response.status(statusOf(thrown)).json({ code, message });
    }
  };
}

export function param(request: Request, name = 'id'): string {
  return String(request.params[name]);
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof NotFound) return 404;
  return thrown instanceof SmsError && thrown.code === 'SMS_STORE' ? 503 : 400;
}
