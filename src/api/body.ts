import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { HttpAnswer } from './transport.ts';

/** Bytes of one answer, unpacked; what goes on beyond is not read. */
export const MAX_ANSWER_BYTES = 10_000_000;

const UNPACK = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
} as const;

/** The answer's body as text, or undefined where it is over the cap. Nobody asks for packed answers; edges pack all the same. */
export async function readBody({ headers, body }: HttpAnswer, max = MAX_ANSWER_BYTES): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of unpacked(headers['content-encoding'], body)) {
    size += part.byteLength;
    if (size > max) return undefined;
    parts.push(part);
  }
  return new TextDecoder().decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
}

async function* unpacked(encoding: string | undefined, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const make = UNPACK[encoding as keyof typeof UNPACK];
  if (!make) return yield* body;
  const unpacker = make();
  const fed = (async () => {
    for await (const part of body) unpacker.write(part);
    unpacker.end();
  })().catch((error: Error) => unpacker.destroy(error));
  for await (const part of unpacker) yield part as Uint8Array;
  await fed;
}

/** JSON, or undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
