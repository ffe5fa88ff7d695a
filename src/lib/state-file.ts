import { promises } from 'node:fs';
import { isRecord, type Json } from './json.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { Log } from './log.ts';

/** Small values by name, such as cursors, that conversations continue from; losing them does no harm. */
export interface StateStore {
  /** The stored value. The file may hold anything, so check what is read. */
  read(name: string): Promise<unknown>;
  /** Replaces the stored value by the result of `change`, while no other process does; false if it ends with this process. */
  update(name: string, change: (stored: unknown) => Json): Promise<boolean>;
}

/** The part of a store that belongs to one location. */
export function scopedToLocation(store: StateStore, locationId: string | undefined): StateStore {
  const scoped = (name: string) => `${name} ${locationId ?? ''}`.trim();
  return {
    read: (name) => store.read(scoped(name)),
    update: (name, change) => store.update(scoped(name), change),
  };
}

/** Ends with the process, as its owner expects: a value counts as stored. */
export function inMemoryStore(): StateStore {
  const values = new Map<string, Json>();
  return {
    read: async (name) => values.get(name),
    update: async (name, change) => values.set(name, change(values.get(name))).has(name),
  };
}

/** Bytes of the file: a larger one was not written here. The values that were changed longest ago are dropped. */
const MAX_BYTES = 10_000_000;
/** ms to wait for another process; then the file is written without the lock, and the last write counts. */
const LOCK_MS = 1_000;

/**
 * A JSON file that only its owner can read, replaced as a whole by one process at a time, so that several servers can share
 * it. A value that cannot be written is stored in memory, and the failure logged.
 */
export function fileStateStore(path: string, log: Log, lockMs = LOCK_MS): StateStore {
  const memory = inMemoryStore();
  /** Names whose latest value is not in the file. */
  const unwritten = new Set<string>();
  const lock = new KeyedLock();

  async function update(name: string, change: (stored: unknown) => Json): Promise<boolean> {
    let changed = false;
    const changedValue = async (stored: unknown): Promise<Json> => {
      const value = change(unwritten.has(name) ? await memory.read(name) : stored);
      await memory.update(name, () => value);
      changed = true;
      return value;
    };
    try {
      await withLock(path, lockMs, async () => {
        const { [name]: stored, ...others } = await load(path);
        const values = { ...others, [name]: await changedValue(stored) };
        const { writeFileAtomic } = await import('./write-file-atomic.ts');
        await writeFileAtomic(path, withinLimit(values));
      });
      unwritten.delete(name);
      return true;
    } catch (error) {
      if (!changed) await changedValue((await load(path))[name]);
      unwritten.add(name);
      log('warn', 'state not stored', { path, error: (error as Error).message });
      return false;
    }
  }
  return {
    read: async (name) => (unwritten.has(name) ? memory.read(name) : (await load(path))[name]),
    update: (name, change) => lock.hold([path], () => update(name, change)),
  };
}

/** The values in the file by name; none if the file is not one that this server writes. */
async function load(path: string): Promise<Json> {
  try {
    const found = await promises.stat(path);
    // Reading a pipe or a device may never end.
    if (!found.isFile() || found.size > MAX_BYTES) return withoutPrototype({});
    const content: unknown = JSON.parse(await promises.readFile(path, 'utf8'));
    return withoutPrototype(isRecord(content) ? content : {});
  } catch {
    return withoutPrototype({});
  }
}

const withoutPrototype = (values: Json): Json => Object.assign(Object.create(null), values);

/** As JSON. The last name is the one that was changed last. */
function withinLimit(values: Json): string {
  const rest = { ...values };
  for (const name of Object.keys(values)) {
    const text = JSON.stringify(rest);
    if (Buffer.byteLength(text) <= MAX_BYTES) return text;
    delete rest[name];
  }
  throw new Error(`The value to be stored takes more than ${MAX_BYTES} bytes.`);
}

/** Runs `work` even if the lock cannot be had. */
async function withLock(path: string, ms: number, work: () => Promise<void>): Promise<void> {
  const { withFileLock } = await import('./file-lock.ts');
  const until = performance.now() + ms;
  let started = false;
  const run = () => {
    started = true;
    return work();
  };
  try {
    await withFileLock(`${path}.lock`, run, () => performance.now() < until);
  } catch (error) {
    if (started) throw error;
    await run();
  }
}
