import { Agent, request } from 'undici';
import type { Transport } from './transport.ts';

/** Connections to one host; more calls than that wait their turn. */
const CONNECTIONS = 32;

/** A pool of kept-alive connections. It follows no redirects, so the token goes nowhere else. */
export function openPool(): Transport {
  const dispatcher = new Agent({ connections: CONNECTIONS });
  return async ({ url, method, headers, body, signal }) => {
    const answer = await request(url, { method: method as 'GET', headers, body: body ?? null, signal, dispatcher });
    const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value ?? '')]);
    return { status: answer.statusCode, headers: Object.fromEntries(flat), body: answer.body };
  };
}
