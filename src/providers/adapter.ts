/** An axios adapter over what carries requests. */
import type { Carry } from './exchange';

type AxiosAdapter = import('axios', { with: { 'resolution-mode': 'import' }}).AxiosAdapter;
type InternalAxiosRequestConfig = Parameters<AxiosAdapter>[0];

export function adapterOver(carry: Carry): AxiosAdapter {
  return async (config) => {
    const { status, headers, body } = await carry({
      url: config.url ?? '',
      method: (config.method ?? 'GET').toUpperCase(),
      headers: sentHeaders(config),
      body: config.data as string | undefined,
    });
    return { data: body, status, statusText: '', headers, config };
  };
}

function sentHeaders(config: InternalAxiosRequestConfig): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(config.headers)) {
    // axios proposes a form content type for a POST without a body.
    if (config.data === undefined && name.toLowerCase() === 'content-type') continue;
    if (value !== undefined && value !== null && value !== false) headers[name] = String(value);
  }
  return headers;
}
