import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../lib/errors.ts';
import { type Held, locked, Unlockable } from '../../../lib/file-lock.ts';
import type { Json } from '../../../lib/json.ts';
import { KeyedLock } from '../../../lib/keyed-lock.ts';
import { makeFolder } from '../../../lib/make-folder.ts';
import type { ToolContext } from '../../core/tool.ts';

/** What is remembered of a person that search may not show yet. */
export interface Known {
  /** Id of the contact that was found or created; undefined while its creation has no known outcome. */
  readonly id?: string;
  /** Epoch ms. */
  readonly at: number;
}

/** How a call came to work on a person, and whether it is still the only one that does. */
export interface Turn {
  /** True where others held the keys before. */
  readonly waited: boolean;
  /** False where a process was stopped for so long that others may have gone on in its place. */
  readonly lasts: () => boolean;
  /** True where the folder takes no files: another process that works on the person is not waited for. */
  readonly unshared?: true;
}

const ALWAYS = () => true;

/** Where a context keeps what concerns people. */
type Place = Pick<ToolContext, 'hasTime' | 'locationId' | 'peopleFolder'>;

/** Entries kept in memory. */
const KEPT = 2_000;
/** ms after which a file is swept, and between two sweeps. Search shows a new contact long before. */
const FILE_MS = 900_000;
const SWEEP_MS = 600_000;
/** ms a request of a process that was killed is given to arrive, before its work is done over. */
const ARRIVAL_MS = 1_000;

/** Others held the keys until the time of the call was over; nothing was begun. */
export class Taken extends UserError {
  constructor() {
    super(
      'Other calls, or another ghl-contacts-mcp, worked on the same person for all of the time; nothing was written. Call again in a minute.',
    );
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What all calls that may mean the same person agree on: who works on them, and which contact was found or created for
 * them. In this process by memory; among the processes of one owner by files, one for each key and named by a hash of
 * it, so that none of them holds an email or a phone and no two processes ever replace each other's entries.
 */
export class PersonRegistry {
  readonly #locks = new KeyedLock();
  readonly #known = new Map<string, Known>();
  #swept = Number.NEGATIVE_INFINITY;

  /**
   * Runs `work` while no other call works under one of the keys. A call that holds keys may hold a contact's id as well,
   * taken after them and never before: so no two calls wait for each other.
   * @throws Taken
   */
  alone<T>(keys: readonly string[], place: Place, work: (turn: Turn) => Promise<T>): Promise<T> {
    const names = [...new Set(keys.map((key) => nameOf(key, place)))].sort();
    return this.#locks.hold(names, (waited) => {
      if (!place.hasTime()) throw new Taken();
      const { peopleFolder } = place;
      if (peopleFolder === undefined) return work({ waited, lasts: ALWAYS });
      this.#sweep(peopleFolder);
      return holdFiles(peopleFolder, names, place, (turn) => work({ ...turn, waited: waited || turn.waited }));
    });
  }

  async find(key: string, place: Place): Promise<Known | undefined> {
    const name = nameOf(key, place);
    const [own, shared] = [this.#known.get(name), await readKnown(place.peopleFolder, name)];
    return own && shared ? [own, shared].sort((a, b) => b.at - a.at)[0] : (own ?? shared);
  }

  /** To be called while the keys are held. Without an entry they are forgotten. */
  async set(keys: readonly string[], place: Place, known: Known | undefined): Promise<void> {
    for (const key of keys) {
      const name = nameOf(key, place);
      this.#known.delete(name);
      if (known) this.#known.set(name, known);
      await writeKnown(place.peopleFolder, name, known);
    }
    for (const name of this.#known.keys()) {
      if (this.#known.size <= KEPT) return;
      this.#known.delete(name);
    }
  }

  /** Removes what nobody needs any more; each file under its own lock, so that a fresh one is never taken for it. */
  #sweep(folder: string): void {
    const now = performance.now();
    if (now - this.#swept < SWEEP_MS) return;
    this.#swept = now;
    void sweep(folder).catch(() => undefined);
  }
}

/** For `context.own`: the same for all calls of a server. */
export const createRegistry = (): PersonRegistry => new PersonRegistry();

const nameOf = (key: string, { locationId }: Place): string =>
  createHash('sha256')
    .update(`${locationId ?? ''}\n${key}`)
    .digest('hex')
    .slice(0, 32);

/**
 * Takes one file lock after the other, in the order of their names, which is the same in every process. Where the folder
 * takes no files, the locks of this process have to do.
 */
async function holdFiles<T>(
  folder: string,
  names: readonly string[],
  { hasTime }: Place,
  work: (turn: Turn) => Promise<T>,
): Promise<T> {
  let begun = false;
  const begin = (turn: Turn) => {
    begun = true;
    return work(turn);
  };
  const within = async ([name, ...rest]: readonly string[], locks: readonly Held[]): Promise<T> => {
    if (name !== undefined)
      return locked(join(folder, `${name}.lock`), (held) => within(rest, [...locks, held]), hasTime);
    if (locks.some(({ abandoned }) => abandoned)) await wait(ARRIVAL_MS);
    if (!hasTime()) throw new Taken();
    return begin({
      waited: locks.some(({ waited }) => waited),
      lasts: () => locks.every(({ isFresh }) => isFresh()),
    });
  };
  try {
    return await within(names, []);
  } catch (error) {
    if (begun || !(error instanceof UserError)) throw error;
    if (error instanceof Unlockable) return begin({ waited: false, lasts: ALWAYS, unshared: true });
    throw new Taken();
  }
}

async function readKnown(folder: string | undefined, name: string): Promise<Known | undefined> {
  if (folder === undefined) return undefined;
  try {
    const { id, at } = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as Json;
    if (typeof at !== 'number' || !Number.isFinite(at)) return undefined;
    return typeof id === 'string' ? { id, at } : { at };
  } catch {
    return undefined;
  }
}

/** Replaced in one step. What cannot be stored is known to this process at least. */
async function writeKnown(folder: string | undefined, name: string, known: Known | undefined): Promise<void> {
  if (folder === undefined) return;
  const path = join(folder, `${name}.json`);
  const beside = `${path}.${randomUUID().slice(0, 8)}`;
  try {
    if (!known) return await rm(path, { force: true });
    await makeFolder(folder);
    await writeFile(beside, JSON.stringify(known), { mode: 0o600, flag: 'wx' });
    await rename(beside, path);
  } catch {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}

async function sweep(folder: string): Promise<void> {
  const isOld = async (path: string) => Date.now() - (await stat(path)).mtimeMs > FILE_MS;
  // A lock that was left behind goes before the entry it belongs to.
  for (const file of (await readdir(folder)).sort().reverse()) {
    const path = join(folder, file);
    const [name, kind, ...more] = file.split('.');
    try {
      if (!(await isOld(path))) continue;
      if (more.length > 0) await rm(path, { force: true });
      else if (kind === 'json' || kind === 'lock')
        await locked(
          join(folder, `${name}.lock`),
          async () => {
            if (kind === 'json' && (await isOld(path))) await rm(path, { force: true });
          },
          () => false,
        );
    } catch {
      // In use, or gone already.
    }
  }
}
