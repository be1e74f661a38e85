/** A session with the sandbox of any provider, and one with nobody. */
import type { Provider } from '../../../dist/src/providers/provider.js';
import type { Session } from '../../../dist/src/providers/session.js';
import type { Sandbox, SandboxOptions } from '../../../dist/src/sandbox/index.js';
import { workshop } from '../support.ts';

export type Start = (options?: SandboxOptions) => Promise<Sandbox>;

/** A session with the sandbox of the provider, both ended with the test. */
export function lines(provider: Provider, start: Start) {
  const { session, ends } = workshop();
  return async (options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; line: Session }> => {
    const sandbox = await start({ pace: 0.01, hang: 40, ...options });
    ends(() => sandbox.close());
    const { baseUrl, tokenUrl, credentials } = sandbox;
    return { sandbox, line: session({ baseUrl, tokenUrl, credentials }, provider) };
  };
}

/** A line with nobody at the other end, for what must be refused before anything travels. */
export function nowhere(provider: Provider) {
  const { session } = workshop();
  return () => {
    const credentials = Object.fromEntries(needsOf(provider).map((name) => [name, `${name}-of-nobody`]));
    return session({ baseUrl: 'http://127.0.0.1:1', tokenUrl: 'http://127.0.0.1:1/token', credentials }, provider);
  };
}

/** The names of the credentials without which the provider calls nobody, when none is given. */
export function needsOf({ authorisation: { needs } }: Provider): readonly string[] {
  return typeof needs === 'function' ? needs({}, {}) : needs;
}
