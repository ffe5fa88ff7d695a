import type { Json } from './json.ts';
import type { Log } from './log.ts';
import { makeFolder } from './make-folder.ts';

/** What conversations go on from, by name: small, and lost without harm. */
export interface StateStore {
  /** What is kept, in any state: the file may hold anything, so that whoever reads it checks it. */
  read(name: string): Promise<unknown>;
  /** Replaces what is kept by what `change` makes of it, while no other process does. */
  update(name: string, change: (kept: unknown) => Json): Promise<void>;
}

/** The part of a memory that belongs to one location. */
export const scopedToLocation = (stateStore: StateStore, locationId: string | undefined): StateStore => ({
  read: (name) => stateStore.read(`${name} ${locationId ?? ''}`.trim()),
  update: (name, change) => stateStore.update(`${name} ${locationId ?? ''}`.trim(), change),
});

/** Forgotten with the process. */
export function inMemoryStore(): StateStore {
  const kept = new Map<string, Json>();
  return {
    read: async (name) => kept.get(name),
    update: async (name, change) => void kept.set(name, change(kept.get(name))),
  };
}

/** Bytes of the file; a longer one is no file of ours, and what was changed longest ago makes room. */
const MAX_BYTES = 4_000_000;
/** ms to wait for another process that writes; then it is written all the same, and the last word counts. */
const LOCK_MS = 1_000;

/**
 * A JSON file of the owner's alone, replaced as a whole by one process at a time, so that several servers can share it.
 * What cannot be kept is kept for the process at least, and logged.
 */
export function fileStateStore(path: string, log: Log): StateStore {
  const process = inMemoryStore();
  /** Names whose last value never reached the file. */
  const unkept = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  const read = async (name: string): Promise<unknown> =>
    unkept.has(name) ? process.read(name) : (await load(path))[name];
  const update = async (name: string, change: (kept: unknown) => Json): Promise<void> => {
    let made = false;
    const make = async (kept: unknown): Promise<Json> => {
      const value = change(unkept.has(name) ? await process.read(name) : kept);
      await process.update(name, () => value);
      made = true;
      return value;
    };
    try {
      // Of what stands there while nobody else writes.
      await alone(path, async () => {
        const { [name]: kept, ...others } = await load(path);
        await save(path, { ...others, [name]: await make(kept) });
      });
      unkept.delete(name);
    } catch (error) {
      if (!made) await make((await load(path))[name]);
      unkept.add(name);
      log('warn', 'memory', { path, error: (error as Error).message });
    }
  };
  return {
    read,
    async update(name, change) {
      const done = last.then(() => update(name, change));
      last = done.catch(() => undefined);
      await done;
    },
  };
}

/** What the file holds by name; nothing where it is not what this server writes. */
async function load(path: string): Promise<Json> {
  const { readFile, stat } = await import('node:fs/promises');
  try {
    const found = await stat(path);
    // A pipe or a device may give nothing for ever, or never end.
    if (!found.isFile() || found.size > MAX_BYTES) return bare({});
    const whole: unknown = JSON.parse(await readFile(path, 'utf8'));
    return bare(typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? whole : {});
  } catch {
    return bare({});
  }
}

/** With the names it holds and no others. */
const bare = (whole: object): Json => Object.assign(Object.create(null), whole);

/** In one step: whoever reads sees the old or the new. @throws where there is no room for it */
async function save(path: string, whole: Json): Promise<void> {
  const { rename, rm, writeFile } = await import('node:fs/promises');
  const beside = `${path}.${globalThis.process.pid}`;
  try {
    await writeFile(beside, fitting(whole), { mode: 0o600 });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The last name is what was changed last. */
function fitting(whole: Json): string {
  const rest = { ...whole };
  for (const name of Object.keys(whole)) {
    const text = JSON.stringify(rest);
    if (Buffer.byteLength(text) <= MAX_BYTES) return text;
    delete rest[name];
  }
  throw new Error(`What is to be kept takes more than ${MAX_BYTES} bytes.`);
}

async function alone(path: string, work: () => Promise<void>): Promise<void> {
  const [{ dirname }, { withFileLock }] = await Promise.all([import('node:path'), import('./file-lock.ts')]);
  await makeFolder(dirname(path));
  const until = performance.now() + LOCK_MS;
  let begun = false;
  const once = () => {
    begun = true;
    return work();
  };
  try {
    await withFileLock(`${path}.lock`, once, () => performance.now() < until);
  } catch (error) {
    if (begun) throw error;
    await once();
  }
}
