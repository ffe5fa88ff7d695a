import { isId } from '../../../../api/endpoint.ts';
import { isMissing } from '../../../../api/errors.ts';
import type { Json } from '../../../../lib/json.ts';
import type { ToolContext } from '../../../core/context.ts';
import { SwitchedOff } from '../../../core/permissions.ts';
import { pickFields, rowOf } from '../../../core/row-shape.ts';
import { bytes, MAX_BYTES } from '../../../core/tool-result.ts';
import { getContactTask } from '../../../tasks.ts';
import { iterateTasks, taskRow } from '../../location-tasks/task-search.ts';
import { withoutCache } from '../contact-changes.ts';
import { digestOf } from '../source.ts';

/** Digest and contact id of each task when it was last read, by task id. */
export type TaskSnapshot = Readonly<Record<string, readonly [digest: string, contactId: string]>>;

export interface TaskChanges {
  readonly changes: readonly Json[];
  readonly snapshot: TaskSnapshot;
  /** True where the next call gives more changes. */
  readonly more: boolean;
}

/** A task with an id and the id of its contact. */
export type LocationTask = Json & { readonly contactId: string };

/** Most tasks that are compared; a request gives 100. Most changes of one answer. */
const MAX_TASKS = 3_000;
const MAX_CHANGES = 50;
/** Bytes of changes after which no further one is added, so that the contacts have room as well. */
const ENOUGH_BYTES = MAX_BYTES / 3;
export const TASK_CHARACTERS = 200;

export const taskDigest = ({ title, body, dueDate, completed, assignedTo }: Json): string =>
  digestOf([title, body, dueDate, completed === true, assignedTo]);

/** Every task of the location by id; undefined where there are too many to compare, or not all could be read. */
export async function readAllTasks(context: ToolContext): Promise<ReadonlyMap<string, LocationTask> | undefined> {
  const tasks = new Map<string, LocationTask>();
  let complete = true;
  const onRepeatedPage = () => {
    complete = false;
  };
  for await (const raw of iterateTasks({}, withoutCache(context), onRepeatedPage)) {
    const { id, contactId, ...task } = rowOf.task(raw, context.clock.now());
    // Without both ids a task cannot be identified or read.
    if (!isId(id) || !isId(contactId)) continue;
    tasks.set(id, { id, contactId, ...task });
    if (tasks.size > MAX_TASKS || !context.hasTime()) return undefined;
  }
  return complete ? tasks : undefined;
}

/** Tasks created, changed and deleted since a snapshot; none without a snapshot, where the present tasks become the first. */
export async function taskChanges(
  before: TaskSnapshot | undefined,
  tasks: ReadonlyMap<string, LocationTask>,
  context: ToolContext,
): Promise<TaskChanges> {
  const now = new Map([...tasks].map(([id, task]) => [id, [taskDigest(task), task.contactId] as const]));
  if (!before) return { changes: [], snapshot: Object.fromEntries(now), more: false };
  const written = [...now].filter(([id, [print]]) => before[id]?.[0] !== print).map(([id]) => id);
  const missing = Object.keys(before).filter((id) => !now.has(id));
  const different = [...written, ...missing];
  const snapshot: Record<string, TaskSnapshot[string]> = { ...before };
  const changes: Json[] = [];
  let compared = 0;
  let used = 0;
  for (const id of different.slice(0, MAX_CHANGES)) {
    if (used > ENOUGH_BYTES) break;
    compared += 1;
    const [task, entry, old] = [tasks.get(id), now.get(id), before[id]];
    if (task && entry) {
      const row = { change: old ? 'changed' : 'created', ...taskRow(task, context.clock.now()) };
      changes.push(pickFields(row, TASK_CHARACTERS));
      used += bytes(changes.at(-1));
      snapshot[id] = entry;
    } else if (old && (await isDeletedTask(id, old[1], context))) {
      changes.push({ change: 'deleted', id, contactId: old[1] });
      delete snapshot[id];
    }
  }
  return { changes, snapshot, more: compared < different.length };
}

/** Pages shift while tasks are deleted, so that an existing task may be missing from all of them. */
async function isDeletedTask(taskId: string, contactId: string, { call }: ToolContext): Promise<boolean> {
  try {
    await call(getContactTask, { contactId, taskId }, 'bulk');
    return false;
  } catch (error) {
    if (isMissing(error)) return true;
    // The owner forbids reading it, so that its deletion cannot be confirmed.
    if (error instanceof SwitchedOff) return false;
    throw error;
  }
}
