import { Pool } from 'undici';
import type { Transport } from './types.ts';

/** Connections to one host; more calls than that wait their turn. */
const CONNECTIONS = 32;

/** Pools of kept-alive connections, one an origin. They follow no redirects, so the token goes nowhere else. */
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
    const answer = await pool.request({
      path: url.slice(path),
      method: method as 'GET',
      headers,
      body: body ?? null,
      signal,
    });
    const flat: Record<string, string> = {};
    for (const name in answer.headers) flat[name] = String(answer.headers[name]);
    return { status: answer.statusCode, headers: flat, body: answer.body, text: () => answer.body.text() };
  };
}
