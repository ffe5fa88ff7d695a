import type { Context } from 'hono';
import { badRequest, payloadTooLarge } from './http-error.ts';

/** The default of Nest; whether HighLevel raises it is not known. */
const MAX_BODY_BYTES = 100 * 1024;

/** Reads JSON whatever the content type says (curl sends `form` by default), or a form where the route accepts one. */
export async function readBody(c: Context, form: boolean): Promise<unknown> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return {};
  const text = await c.req.text();
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw payloadTooLarge();
  if (text.trim() === '') return {};
  if (form && c.req.header('Content-Type')?.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}
