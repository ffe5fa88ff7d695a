import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../lib/errors.ts';
import { type FileLock, LockUnavailable, withFileLock } from '../../../lib/file-lock.ts';
import type { Json } from '../../../lib/json.ts';
import { makeFolder } from '../../../lib/make-folder.ts';
import type { ToolContext } from '../../core/context.ts';
import type { KnownPerson, LocationState } from '../../core/location-state.ts';

/** The lock of a call on a person. */
export interface PersonLock {
  /** True where others held the keys before. */
  readonly waited: boolean;
  /** False where this process was suspended for so long that others may have taken the lock since. */
  readonly isHeld: () => boolean;
  /** True where the folder takes no files: other processes that work on the person are not locked out. */
  readonly unshared?: true;
}

const ALWAYS = () => true;

type PeopleContext = Pick<ToolContext, 'hasTime' | 'state'>;

/** ms after which a file is swept, and between two sweeps. Search shows a new contact long before. */
const FILE_MS = 900_000;
const SWEEP_MS = 600_000;
/** ms a request of a process that was killed is given to arrive, before its work is done over. */
const ARRIVAL_MS = 1_000;

/** Others held the keys until the time of the call was over; nothing was begun. */
export class PersonBusy extends UserError {
  constructor() {
    super(
      'Other calls, or another ghl-contacts-mcp, worked on the same person for all of the time; nothing was written. Call again in a minute.',
    );
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Runs `work` while no other call works under one of the keys: in this process by locks in memory, among the processes
 * of one owner by lock files, one for each key. Files are named by a hash, so that none holds an email or a phone. A call
 * that holds keys may lock a contact's id as well, after them and never before: so no two calls wait for each other.
 * @throws PersonBusy
 */
export function withPersonLock<T>(
  keys: readonly string[],
  context: PeopleContext,
  work: (lock: PersonLock) => Promise<T>,
): Promise<T> {
  const { hasTime, state } = context;
  const names = [...new Set(keys.map((key) => nameOf(key, state)))].sort();
  return state.personLocks.hold(names, (waited) => {
    if (!hasTime()) throw new PersonBusy();
    if (state.peopleFolder === undefined) return work({ waited, isHeld: ALWAYS });
    sweepNowAndThen(state, state.peopleFolder);
    return holdFiles(state.peopleFolder, names, context, (lock) => work({ ...lock, waited: waited || lock.waited }));
  });
}

/** The contact that was found or created for a key, by this process or another one: whichever is newer. */
export async function findKnownPerson(key: string, { state }: PeopleContext): Promise<KnownPerson | undefined> {
  const name = nameOf(key, state);
  const [own, shared] = [state.knownPeople.get(name), await readKnown(state.peopleFolder, name)];
  return own && shared ? [own, shared].sort((a, b) => b.at - a.at)[0] : (own ?? shared);
}

/** Call while the keys are locked. Without an entry they are forgotten. */
export async function setKnownPerson(
  keys: readonly string[],
  { state }: PeopleContext,
  person: KnownPerson | undefined,
): Promise<void> {
  for (const key of keys) {
    const name = nameOf(key, state);
    if (person) state.knownPeople.set(name, person);
    else state.knownPeople.delete(name);
    await writeKnown(state.peopleFolder, name, person);
  }
}

/** Removes expired files, each under its own lock, so that a fresh one is never mistaken for it. */
function sweepNowAndThen(state: LocationState, folder: string): void {
  const now = performance.now();
  if (now - state.peopleSweptAt < SWEEP_MS) return;
  state.peopleSweptAt = now;
  void sweep(folder).catch(() => undefined);
}

const nameOf = (key: string, { locationId }: LocationState): string =>
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
  { hasTime }: PeopleContext,
  work: (lock: PersonLock) => Promise<T>,
): Promise<T> {
  let begun = false;
  const begin = (lock: PersonLock) => {
    begun = true;
    return work(lock);
  };
  const within = async ([name, ...rest]: readonly string[], locks: readonly FileLock[]): Promise<T> => {
    if (name !== undefined)
      return withFileLock(join(folder, `${name}.lock`), (held) => within(rest, [...locks, held]), hasTime);
    if (locks.some(({ abandoned }) => abandoned)) await wait(ARRIVAL_MS);
    if (!hasTime()) throw new PersonBusy();
    return begin({
      waited: locks.some(({ waited }) => waited),
      isHeld: () => locks.every(({ isFresh }) => isFresh()),
    });
  };
  try {
    return await within(names, []);
  } catch (error) {
    if (begun || !(error instanceof UserError)) throw error;
    if (error instanceof LockUnavailable) return begin({ waited: false, isHeld: ALWAYS, unshared: true });
    throw new PersonBusy();
  }
}

async function readKnown(folder: string | undefined, name: string): Promise<KnownPerson | undefined> {
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
async function writeKnown(folder: string | undefined, name: string, known: KnownPerson | undefined): Promise<void> {
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
        await withFileLock(
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
