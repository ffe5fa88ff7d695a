import type { promises } from 'node:fs';

const CHUNK_BYTES = 65_536;
const LINE_END = 0x0a;

/** A line without its end, and the byte after its end. A line of more than `maxBytes` has no text. */
export interface EndedLine {
  readonly text: string | undefined;
  readonly end: number;
}

/**
 * The lines of a file from the byte `start` on, empty ones left out. What follows the last line end is still being written,
 * and is left out too. Memory is bounded by `maxBytes`, whatever the file holds.
 */
export async function* linesForward(
  file: Pick<promises.FileHandle, 'read'>,
  start: number,
  maxBytes: number,
): AsyncGenerator<EndedLine> {
  let line: Buffer[] = [];
  let length = 0;
  for (let position = start; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    const chunk = buffer.subarray(0, bytesRead);
    for (let from = 0; from < bytesRead; ) {
      const at = chunk.indexOf(LINE_END, from);
      const part = chunk.subarray(from, at < 0 ? bytesRead : at);
      length += part.length;
      if (length > maxBytes) line = [];
      else line.push(part);
      if (at < 0) break;
      const text = length > maxBytes ? undefined : Buffer.concat(line).toString('utf8');
      if (length > 0) yield { text, end: position + at + 1 };
      line = [];
      length = 0;
      from = at + 1;
    }
    position += bytesRead;
  }
}
