import type { Json } from './endpoint.ts';
import type { Log } from './log.ts';

/** What conversations go on from, by name: small, and lost without harm. */
export interface Memory {
  read(name: string): Promise<Json | undefined>;
  write(name: string, value: Json): Promise<void>;
}

/** The part of a memory that belongs to one location: a server may be signed in to another by the next call. */
export const ofLocation = (memory: Memory, locationId: () => string | undefined): Memory => ({
  read: (name) => memory.read(`${name} ${locationId() ?? ''}`.trim()),
  write: (name, value) => memory.write(`${name} ${locationId() ?? ''}`.trim(), value),
});

/** Forgotten with the process. */
export function shortMemory(): Memory {
  const kept = new Map<string, Json>();
  return {
    read: async (name) => kept.get(name),
    write: async (name, value) => void kept.set(name, value),
  };
}

/**
 * A JSON file of the owner's alone, replaced as a whole, so that several servers can share it: the last word counts.
 * What cannot be kept is kept for the process at least, and logged.
 */
export function fileMemory(path: string, log: Log): Memory {
  const process = shortMemory();
  const load = async (): Promise<Json> => {
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(path, 'utf8').catch(() => '{}');
    try {
      return JSON.parse(text) as Json;
    } catch {
      return {};
    }
  };
  /** Names whose last value never reached the file. */
  const unkept = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  const store = async (name: string, value: Json): Promise<void> => {
    const [{ mkdir, rename, writeFile }, { dirname }] = await Promise.all([
      import('node:fs/promises'),
      import('node:path'),
    ]);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const whole = { ...(await load()), [name]: value };
    const beside = `${path}.${globalThis.process.pid}`;
    await writeFile(beside, JSON.stringify(whole), { mode: 0o600 });
    await rename(beside, path);
  };
  return {
    read: async (name) => (unkept.has(name) ? process.read(name) : ((await load())[name] as Json | undefined)),
    async write(name, value) {
      await process.write(name, value);
      last = last
        .then(() => store(name, value))
        .then(() => unkept.delete(name))
        .catch((error: Error) => {
          unkept.add(name);
          log('warn', 'memory', { path, error: error.message });
        });
      await last;
    },
  };
}
