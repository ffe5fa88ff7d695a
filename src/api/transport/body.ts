import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Json } from '../../lib/json.ts';
import type { HttpResponse } from './types.ts';

/** Bytes of one response after decompression; the rest of a longer one is not read. */
export const MAX_RESPONSE_BYTES = 10_000_000;

const DECOMPRESS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
} as const;

const decoder = new TextDecoder();

/** The body as text, or undefined if it is too long. Compression is not requested, but the network edge may use it. */
export async function readBody({ headers, body }: HttpResponse, max = MAX_RESPONSE_BYTES): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const chunks = decompressed(headers['content-encoding'], body);
  const take = (part: Uint8Array) => {
    size += part.byteLength;
    parts.push(part);
    return size <= max;
  };
  // Without waiting for each chunk, where they are all here.
  if (Array.isArray(chunks)) for (const part of chunks) take(part);
  else for await (const part of chunks) if (!take(part)) return undefined;
  return size > max ? undefined : decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
}

function decompressed(encoding: string | undefined, body: HttpResponse['body']): HttpResponse['body'] {
  const create = DECOMPRESS[encoding?.trim().toLowerCase() as keyof typeof DECOMPRESS];
  // The decompressed stream reports the errors of the body as well.
  return create ? pipeline(body, create(), () => {}) : body;
}

/** Levels of nesting: recursion over a deeper value would overflow the stack. */
const MAX_LEVELS = 100;

/** JSON, or undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeperThan(MAX_LEVELS, value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Whether a value has more levels; it looks no deeper. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (levels === 0) return true;
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) if (isDeeperThan(levels - 1, (value as Json)[key])) return true;
  return false;
}
