import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { type FileLock, LockUnavailable, withFileLock } from '../../lib/file-lock.ts';
import type { ToolContext } from '../core/context.ts';
import { fileNameOf, sweepExpired } from './onboard/known-people.ts';

/** ms that a request of a killed process is given to arrive before its work is done again. */
const ARRIVAL_MS = 1_000;

const NOT_SHARED =
  'The state folder takes no files (full or read-only), so this server cannot wait for another ghl-contacts-mcp: what two of them write for the same person at the same time may be written twice. Tell the owner.';

/** Others held the keys until the time of the call was over; nothing was written. */
class RecordsBusy extends UserError {
  constructor() {
    super(
      'Other calls, or another ghl-contacts-mcp, worked on the same records for all of the time; nothing was written. Call again in a minute.',
    );
  }
}

type LockContext = Pick<ToolContext, 'hasTime' | 'state' | 'notify'>;

/**
 * What runs under a lock. Its context has no time left once the lock is lost, as in a process that was suspended. `waited`:
 * others held the keys before.
 */
type LockedWork<C, T> = (context: C, waited: boolean) => Promise<T>;

/**
 * Runs `work` while no other call holds one of the keys: locks in memory within this process, and one lock file for each
 * key among the processes of one owner. A call may lock a contact's id while it holds keys of a person, never the other
 * way round, so that no two calls wait for each other.
 * @throws RecordsBusy
 */
export function withSharedLock<C extends LockContext, T>(
  keys: readonly string[],
  context: C,
  work: LockedWork<C, T>,
): Promise<T> {
  const { state } = context;
  const { peopleFolder } = state;
  const names = [...new Set(keys.map((key) => fileNameOf(key, state)))].sort();
  return state.personLocks.hold(names, (waited) => {
    if (!context.hasTime()) throw new RecordsBusy();
    if (peopleFolder === undefined) return work(context, waited);
    sweepExpired(state, peopleFolder);
    const paths = names.map((name) => join(peopleFolder, `${name}.lock`));
    return withFileLocks(paths, context, (locked, others) => work(locked, waited || others));
  });
}

/**
 * Two calls may reach one contact by different keys: one at a time compares and writes its records. A call that gets no
 * lock in time runs `work` with no time left, so that every part of it reports that.
 */
export async function withContactLock<C extends LockContext, T>(
  contactId: string,
  context: C,
  work: LockedWork<C, T>,
): Promise<T> {
  try {
    return await withSharedLock([`contact ${contactId}`], context, work);
  } catch (error) {
    if (!(error instanceof RecordsBusy)) throw error;
    return work({ ...context, hasTime: () => false }, true);
  }
}

/** Takes the locks in the given order, the same in every process. Runs `work` without them if the folder takes no files. */
async function withFileLocks<C extends LockContext, T>(
  paths: readonly string[],
  context: C,
  work: LockedWork<C, T>,
): Promise<T> {
  let isStarted = false;
  const start = (locks: readonly FileLock[]) => {
    isStarted = true;
    const hasTime = () => locks.every(({ isFresh }) => isFresh()) && context.hasTime();
    return work(
      { ...context, hasTime },
      locks.some(({ waited }) => waited),
    );
  };
  const take = async ([path, ...rest]: readonly string[], locks: readonly FileLock[]): Promise<T> => {
    if (path !== undefined) return withFileLock(path, (lock) => take(rest, [...locks, lock]), context.hasTime);
    if (locks.some(({ abandoned }) => abandoned)) await new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
    if (!context.hasTime()) throw new RecordsBusy();
    return start(locks);
  };
  try {
    return await take(paths, []);
  } catch (error) {
    if (isStarted || !(error instanceof UserError)) throw error;
    if (!(error instanceof LockUnavailable)) throw new RecordsBusy();
    context.notify(NOT_SHARED);
    return start([]);
  }
}
