import type { FileHandle } from 'node:fs/promises';
import type { Json } from '../endpoint.ts';
import type { Log } from '../log.ts';

/** One write, as it went. */
export interface Entry {
  readonly id: string;
  /** ISO time at which the write began. */
  readonly at: string;
  readonly tool: string;
  readonly locationId: string;
  readonly contactId: string | undefined;
  /** Arguments as they were sent. */
  readonly sent: Json;
  /** `refused`: HighLevel said no. `not done`: certainly nothing was written. `unknown`: it could not be settled. */
  readonly outcome: 'done' | 'refused' | 'not done' | 'unknown';
  /** True where the answer was lost and the outcome was found by looking. */
  readonly settled: boolean;
  readonly tries: number;
  /** True where the host had given up before the outcome was known. */
  readonly cancelled: boolean;
  readonly traceId: string | undefined;
  readonly host: string | undefined;
}

/** Keeps an entry; false where it could not. */
export type Journal = (entry: Entry) => Promise<boolean>;

export const noJournal: Journal = async () => true;

/** JSON lines in a file of the owner's alone. Each is one append, so that several servers can share it. */
export function fileJournal(path: string, log: Log): Journal {
  let opened: Promise<FileHandle> | undefined;
  return async (entry) => {
    opened ??= open(path);
    try {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      const { bytesWritten } = await (await opened).write(line);
      return bytesWritten === line.byteLength;
    } catch (error) {
      opened = undefined;
      log('error', 'journal', { path, error: String((error as Error).message) });
      return false;
    }
  };
}

async function open(path: string): Promise<FileHandle> {
  const [{ mkdir, open: openFile }, { dirname }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return openFile(path, 'a', 0o600);
}
