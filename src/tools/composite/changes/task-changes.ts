import { createHash } from 'node:crypto';
import { ID } from '../../../api/endpoint.ts';
import { isMissing } from '../../../api/errors.ts';

import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { SwitchedOff } from '../../core/permissions.ts';
import { pickFields, rowOf } from '../../core/row-shape.ts';
import { bytes, MAX_BYTES } from '../../core/tool-result.ts';
import { getContactTask } from '../../tasks.ts';
import { iterateTasks, taskStatus } from '../location-tasks/task-search.ts';
import { withoutCache } from './change-feed.ts';

/** What a task was when it was last looked at: a digest of what it says, and whose it is. By task id. */
export type TaskSnapshot = Readonly<Record<string, readonly [digest: string, contactId: string]>>;

export interface TaskChanges {
  readonly changes: readonly Json[];
  readonly snapshot: TaskSnapshot;
  /** True where changes are left that the next look gives. */
  readonly more: boolean;
}

/** Tasks walked at most: 100 to a request. Changes told at once, and characters of what people wrote in them. */
const MAX_TASKS = 3_000;
const MAX_CHANGES = 50;
/** Bytes of changes after which no further one is told: the contacts need room as well. */
const ENOUGH_BYTES = MAX_BYTES / 3;
const TEXT = 200;

const digest = ({ title, body, dueDate, completed, assignedTo }: Json): string =>
  createHash('sha256')
    .update(JSON.stringify([title, body, dueDate, completed === true, assignedTo]))
    .digest('base64')
    .slice(0, 8);

export function taskRow(raw: Json, now: number, more: Json = {}): Json {
  const { id, title, body, dueDate, assignedTo, contactId } = rowOf.task(raw);
  const row = { ...more, id, title, body, dueDate, status: taskStatus(raw, now), contactId, assignedTo };
  return pickFields(row, TEXT);
}

const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

/** Every task of the location by id; undefined where there are too many to hold against each other, or not all come. */
export async function allTasks(context: ToolContext): Promise<ReadonlyMap<string, Json> | undefined> {
  const tasks = new Map<string, Json>();
  let whole = true;
  const repeated = () => {
    whole = false;
  };
  for await (const { raw } of iterateTasks({}, 0, withoutCache(context), repeated)) {
    const task = rowOf.task(raw);
    // What has no id of its own, or of its contact, cannot be told apart or asked about.
    if (!isId(task.id) || !isId(task.contactId)) continue;
    tasks.set(task.id, task);
    if (tasks.size > MAX_TASKS || !context.hasTime()) return undefined;
  }
  return whole ? tasks : undefined;
}

/** Tasks created, changed and deleted since a snapshot; without one all there are become the first. */
export async function taskChanges(
  before: TaskSnapshot | undefined,
  tasks: ReadonlyMap<string, Json>,
  context: ToolContext,
): Promise<TaskChanges> {
  const now = new Map([...tasks].map(([id, task]) => [id, [digest(task), String(task.contactId)] as const]));
  if (!before) return { changes: [], snapshot: Object.fromEntries(now), more: false };
  const written = [...now].filter(([id, [print]]) => before[id]?.[0] !== print).map(([id]) => id);
  const gone = Object.keys(before).filter((id) => !now.has(id));
  const differing = [...written, ...gone];
  const snapshot: Record<string, readonly [string, string]> = { ...before };
  const changes: Json[] = [];
  let looked = 0;
  let used = 0;
  for (const id of differing.slice(0, MAX_CHANGES)) {
    if (used > ENOUGH_BYTES) break;
    looked += 1;
    const [task, print, old] = [tasks.get(id), now.get(id), before[id]];
    if (task && print) {
      const row = taskRow(task, context.clock.now(), { change: old ? 'changed' : 'created' });
      changes.push(row);
      used += bytes(row);
      snapshot[id] = print;
    } else if (old && (await isGone(id, old[1], context))) {
      changes.push({ change: 'deleted', id, contactId: old[1] });
      delete snapshot[id];
    }
  }
  return { changes, snapshot, more: looked < differing.length };
}

/** Pages shift while tasks are deleted, so that one may be missed without being gone. */
async function isGone(taskId: string, contactId: string, { call }: ToolContext): Promise<boolean> {
  try {
    await call(getContactTask, { contactId, taskId }, 'bulk');
    return false;
  } catch (error) {
    if (isMissing(error)) return true;
    // Nobody may look, so that nobody knows.
    if (error instanceof SwitchedOff) return false;
    throw error;
  }
}
