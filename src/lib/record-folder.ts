import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, UserError } from './errors.ts';
import { isRecord, type Json } from './json.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

/** Records by name that outlive the process, and that no other part of the state replaces or drops. */
export interface RecordFolder {
  names(): Promise<string[]>;
  /** Undefined if there is none. @throws RecordUnreadable */
  read(name: string): Promise<Json | undefined>;
  /** Resolves when the record is on the disk. @throws RecordUnwritable */
  write(name: string, record: Json): Promise<void>;
  /** @throws RecordUnwritable */
  remove(name: string): Promise<void>;
}

export class RecordUnreadable extends UserError {
  readonly kind = 'state';
}
export class RecordUnwritable extends UserError {
  readonly kind = 'state';
}

/** Ends with the process. */
export function inMemoryRecords(): RecordFolder {
  const records = new Map<string, Json>();
  return {
    names: async () => [...records.keys()],
    read: async (name) => structuredClone(records.get(name)),
    write: async (name, record) => void records.set(name, structuredClone(record)),
    remove: async (name) => void records.delete(name),
  };
}

const ENDING = '.json';

/** One file for each record, which only its owner can read. */
export function recordFolder(folder: string): RecordFolder {
  const pathOf = (name: string) => join(folder, name + ENDING);
  const unwritable = (path: string, error: unknown) =>
    new RecordUnwritable(`${path} cannot be written (${errorCode(error)}).`);
  return {
    async names() {
      const files = await readdir(folder).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return [];
        throw new RecordUnreadable(`The folder ${folder} cannot be read (${errorCode(error)}).`);
      });
      return files.filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length));
    },
    async read(name) {
      const path = pathOf(name);
      try {
        const record: unknown = JSON.parse(await readFile(path, 'utf8'));
        if (isRecord(record)) return record;
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
      }
      throw new RecordUnreadable(`${path} cannot be read, or is damaged.`);
    },
    async write(name, record) {
      const path = pathOf(name);
      await writeFileAtomic(path, JSON.stringify(record), { flush: true }).catch((error: unknown) => {
        throw unwritable(path, error);
      });
    },
    async remove(name) {
      const path = pathOf(name);
      await rm(path, { force: true }).catch((error: unknown) => {
        throw unwritable(path, error);
      });
    },
  };
}
