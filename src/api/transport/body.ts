import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { HttpResponse } from './types.ts';

/** Bytes of one answer, unpacked; what goes on beyond is not read. */
export const MAX_ANSWER_BYTES = 10_000_000;

const UNPACK = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
} as const;

/** The answer's body as text, or undefined where it is over the cap. Nobody asks for packed answers; edges pack all the same. */
export async function readBody(
  { headers, body, text }: HttpResponse,
  max = MAX_ANSWER_BYTES,
): Promise<string | undefined> {
  // HTTP holds a body to the length it announces, so that this one needs no watching.
  if (text && Number(headers['content-length']) <= max && !headers['content-encoding']) return text();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of unpacked(headers['content-encoding'], body)) {
    size += part.byteLength;
    if (size > max) return undefined;
    parts.push(part);
  }
  return new TextDecoder().decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
}

function unpacked(encoding: string | undefined, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const make = UNPACK[encoding?.trim().toLowerCase() as keyof typeof UNPACK];
  // What goes wrong on the way comes out of the unpacker as well.
  return make ? pipeline(body, make(), () => {}) : body;
}

/** Levels of one answer: what is nested deeper than any record would end whatever walks through it. */
const MAX_LEVELS = 100;

/** JSON, or undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Level by level: recursion is what a deep value breaks. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth < MAX_LEVELS; depth += 1) {
    const below: unknown[] = [];
    for (const each of level)
      if (typeof each === 'object' && each !== null) for (const part of Object.values(each)) below.push(part);
    if (below.length === 0) return false;
    level = below;
  }
  return true;
}
