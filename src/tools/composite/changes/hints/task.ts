import { isMissing } from '../../../../api/errors.ts';
import { type Json, recordIn, textIn } from '../../../../lib/json.ts';
import { mayRead } from '../../../core/permissions.ts';
import { pickFields, rowOf } from '../../../core/row-shape.ts';
import { getContactTask } from '../../../tasks.ts';
import { searchTasksPage, taskRow } from '../../location-tasks/task-search.ts';
import { type Kept, MAX_KEPT } from '../kept.ts';
import { readAllTasks, TASK_CHARACTERS, type TaskSnapshot, taskDigest } from '../sources/task-changes.ts';
import type { Hint } from './hints.ts';
import { isReportedDeleted, type LookAt, type LookScope, reportRow } from './look.ts';

/** The tasks of the whole location where they are kept, else those that were announced. */
const keptTasks = ({ tasks, events }: Kept): TaskSnapshot => tasks ?? events?.tasks ?? {};

function keep(kept: Kept, id: string, now: TaskSnapshot[string] | undefined): Kept {
  const others = Object.entries(keptTasks(kept)).filter(([each]) => each !== id);
  const all = [...others, ...(now ? [[id, now] as const] : [])];
  if (kept.tasks) return { ...kept, tasks: Object.fromEntries(all) };
  return { ...kept, events: kept.events && { ...kept.events, tasks: Object.fromEntries(all.slice(-MAX_KEPT)) } };
}

/** Undefined where it does not exist; `unknown` where its contact is not known, without which it cannot be read. */
async function read({ id, contactId }: Hint, { context, once }: LookScope): Promise<Json | 'unknown' | undefined> {
  if (contactId === undefined) {
    const all = mayRead(searchTasksPage, context.access) ? await once('tasks', () => readAllTasks(context)) : undefined;
    return all ? all.get(id) : 'unknown';
  }
  try {
    const answer = await context.call(getContactTask, { contactId, taskId: id }, 'bulk', { fresh: true });
    return { ...rowOf.task(recordIn(answer, 'task') ?? {}, context.clock.now()), contactId };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A task that is edited is not announced, only its creation, completion and deletion. */
export const lookAtTask: LookAt = async (hint, scope) => {
  const { id, contactId, types } = hint;
  const task = await read(hint, scope);
  if (task === 'unknown') {
    scope.onUnknown('task');
    return undefined;
  }
  return (kept, room) => {
    const old = keptTasks(kept)[id];
    if (!task) {
      const isNews = !isReportedDeleted(kept, id) && (old !== undefined || types.has('TaskDelete'));
      const row = isNews ? { change: 'deleted', id, contactId: old?.[1] ?? contactId } : undefined;
      return reportRow('changedTasks', row, kept, keep(kept, id, undefined), room);
    }
    const now = [taskDigest(task), textIn(task, 'contactId') ?? ''] as const;
    const change = old ? 'changed' : types.has('TaskCreate') ? 'created' : 'changed';
    const row = pickFields({ change, ...taskRow(task, scope.context.clock.now()) }, TASK_CHARACTERS);
    return reportRow('changedTasks', old?.[0] === now[0] ? undefined : row, kept, keep(kept, id, now), room);
  };
};
