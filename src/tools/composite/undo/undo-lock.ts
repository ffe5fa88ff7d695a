import { join } from 'node:path';
import { withFileLock } from '../../../lib/file-lock.ts';
import type { ToolContext } from '../../core/context.ts';
import { fileNameOf } from '../onboard/known-people.ts';

/**
 * Runs `work` while no other call, also of another server of this owner, undoes the same run. Its context has no time left
 * once the lock is lost, as in a process that was suspended.
 * @throws UserError if others hold the lock for all of the time
 */
export function withUndoLock<T>(
  key: string,
  context: ToolContext,
  work: (context: ToolContext) => Promise<T>,
): Promise<T> {
  const { state, hasTime } = context;
  const { peopleFolder } = state;
  const name = fileNameOf(key, state);
  return state.personLocks.hold([name], () => {
    if (peopleFolder === undefined) return work(context);
    return withFileLock(
      join(peopleFolder, `${name}.lock`),
      ({ isFresh }) => work({ ...context, hasTime: () => isFresh() && hasTime() }),
      hasTime,
    );
  });
}
