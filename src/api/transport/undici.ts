import { Pool } from 'undici';
import type { Transport } from './types.ts';

/** Connections to one host; further requests wait. */
const CONNECTIONS = 32;

/** Pools of keep-alive connections, one for each origin. They follow no redirects, so the token is sent to no other origin. */
export function openPools(): Transport {
  const pools = new Map<string, Pool>();
  return async ({ url, method, headers, body, signal }) => {
    const path = url.indexOf('/', 'https://'.length);
    const origin = url.slice(0, path);
    let pool = pools.get(origin);
    if (!pool) {
      pool = new Pool(origin, { connections: CONNECTIONS });
      pools.set(origin, pool);
    }
    const response = await pool.request({
      path: url.slice(path),
      method: method as 'GET',
      headers,
      body: body ?? null,
      signal,
    });
    const flat: Record<string, string> = {};
    for (const name in response.headers) flat[name] = String(response.headers[name]);
    return { status: response.statusCode, headers: flat, body: response.body, text: () => response.body.text() };
  };
}
