import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '../../../lib/file-lock.ts';
import type { Json } from '../../../lib/json.ts';
import { writeFileAtomic } from '../../../lib/write-file-atomic.ts';
import type { ToolContext } from '../../core/context.ts';
import type { KnownPerson, LocationState } from '../../core/location-state.ts';

type WithState = Pick<ToolContext, 'state'>;

/** ms after which a file has expired (search shows a new contact long before), and between two sweeps. */
const EXPIRY_MS = 900_000;
const SWEEP_INTERVAL_MS = 600_000;

/** A hash, so that no file name holds an email or a phone. */
export const fileNameOf = (key: string, { locationId }: LocationState): string =>
  createHash('sha256')
    .update(`${locationId ?? ''}\n${key}`)
    .digest('hex')
    .slice(0, 32);

/** The contact that was found or created for a key, by this process or another one: whichever is newer. */
export async function findKnownPerson(key: string, { state }: WithState): Promise<KnownPerson | undefined> {
  const name = fileNameOf(key, state);
  const [own, shared] = [state.knownPeople.get(name), await readEntry(state.peopleFolder, name)];
  return own && shared ? (own.at >= shared.at ? own : shared) : (own ?? shared);
}

/** Stores the person under each key, or deletes them. Call while the keys are locked. */
export async function setKnownPerson(
  keys: readonly string[],
  { state }: WithState,
  person: KnownPerson | undefined,
): Promise<void> {
  for (const key of keys) {
    const name = fileNameOf(key, state);
    if (person) state.knownPeople.set(name, person);
    else state.knownPeople.delete(name);
    await writeEntry(state.peopleFolder, name, person);
  }
}

async function readEntry(folder: string | undefined, name: string): Promise<KnownPerson | undefined> {
  if (folder === undefined) return undefined;
  try {
    const { id, at } = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as Json;
    if (typeof at !== 'number' || !Number.isFinite(at)) return undefined;
    return typeof id === 'string' ? { id, at } : { at };
  } catch {
    return undefined;
  }
}

/** An entry that cannot be stored is known to this process only. */
async function writeEntry(folder: string | undefined, name: string, person: KnownPerson | undefined): Promise<void> {
  if (folder === undefined) return;
  const path = join(folder, `${name}.json`);
  await (person ? writeFileAtomic(path, JSON.stringify(person)) : rm(path, { force: true })).catch(() => undefined);
}

/** Deletes expired files in the background, at most once in ten minutes. */
export function sweepExpired(state: LocationState, folder: string): void {
  const now = performance.now();
  if (now - state.peopleSweptAt < SWEEP_INTERVAL_MS) return;
  state.peopleSweptAt = now;
  void sweep(folder).catch(() => undefined);
}

/** Deletes each entry under its own lock, so that no fresh one is deleted in its place. */
async function sweep(folder: string): Promise<void> {
  const isExpired = async (path: string) => Date.now() - (await stat(path)).mtimeMs > EXPIRY_MS;
  // Reverse order, so that an abandoned lock is deleted before the entry that it blocks.
  for (const file of (await readdir(folder)).sort().reverse()) {
    const path = join(folder, file);
    const [name, kind, ...more] = file.split('.');
    try {
      if (!(await isExpired(path))) continue;
      if (more.length > 0) await rm(path, { force: true });
      else if (kind === 'json' || kind === 'lock')
        await withFileLock(
          join(folder, `${name}.lock`),
          async () => {
            if (kind === 'json' && (await isExpired(path))) await rm(path, { force: true });
          },
          () => false,
        );
    } catch {
      // In use, or deleted by another process.
    }
  }
}
