import { ApiError } from '../errors.ts';
import type { HttpAnswer } from './transport.ts';

/** Bytes of one answer; larger ones are refused without being held in memory. */
const MAX_ANSWER_BYTES = 10_000_000;

/** The answer's body as text. @throws ApiError over the cap */
export async function readBody(answer: HttpAnswer): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body) {
    size += part.byteLength;
    if (size > MAX_ANSWER_BYTES)
      throw new ApiError(
        `The answer is larger than ${MAX_ANSWER_BYTES} bytes and was not read. Ask for fewer rows.`,
        answer.status,
      );
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** JSON, or undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
