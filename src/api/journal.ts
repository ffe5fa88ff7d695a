import type { Json } from '../endpoint.ts';
import { redact } from '../errors.ts';
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

/**
 * JSON lines in a file of the owner's alone. Each is one append, so that several servers can share it, and opens the
 * file anew, so that it may be moved away meanwhile.
 */
export function fileJournal(path: string, log: Log): Journal {
  let torn = false;
  return async (entry) => {
    try {
      const [{ appendFile, mkdir }, { dirname }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await appendFile(path, `${torn ? '\n' : ''}${lineOf(entry)}\n`, { mode: 0o600 });
      torn = false;
      return true;
    } catch (error) {
      // Half a line may stand there: the next one begins on its own.
      torn = true;
      log('error', 'journal', { path, error: (error as Error).message });
      return false;
    }
  };
}

const lineOf = (entry: Entry): string =>
  JSON.stringify(entry, (_, value) => (typeof value === 'string' ? redact(value) : value));
