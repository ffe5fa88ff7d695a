import type { promises } from 'node:fs';

const CHUNK_BYTES = 65_536;
const LINE_END = 0x0a;

/** A line without its end, and the byte at which it starts. A line of more than `maxBytes` has no text. */
export interface PlacedLine {
  readonly text: string | undefined;
  readonly start: number;
}

/**
 * The lines of a file that end before the byte `end`, the last first, empty ones left out. Memory is bounded by `maxBytes`,
 * whatever the file holds.
 */
export async function* linesBackwards(
  file: Pick<promises.FileHandle, 'read'>,
  end: number,
  maxBytes: number,
): AsyncGenerator<PlacedLine> {
  /** Bytes of the line that starts before `position`, in the order of the file. */
  let line: Buffer[] = [];
  let length = 0;
  const take = (start: number): PlacedLine => {
    const text = length > maxBytes ? undefined : Buffer.concat(line).toString('utf8');
    line = [];
    length = 0;
    return { text, start };
  };
  const keep = (part: Buffer) => {
    length += part.length;
    if (length > maxBytes) line = [];
    else line.unshift(part);
  };
  for (let position = end; position > 0; ) {
    const size = Math.min(CHUNK_BYTES, position);
    position -= size;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, position);
    let until = bytesRead;
    for (let at = buffer.lastIndexOf(LINE_END, until - 1); at >= 0 && until > 0; ) {
      keep(buffer.subarray(at + 1, until));
      if (length > 0) yield take(position + at + 1);
      until = at;
      at = until > 0 ? buffer.lastIndexOf(LINE_END, until - 1) : -1;
    }
    keep(buffer.subarray(0, until));
  }
  if (length > 0) yield take(0);
}
