import { storedTag } from '../../../api/contact-fields.ts';
import { isId } from '../../../api/endpoint.ts';
import { matchFields } from '../../../api/write/compare.ts';
import { UserError } from '../../../lib/errors.ts';
import { type Json, listIn } from '../../../lib/json.ts';
import { readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import type { ToolInput } from '../../core/tool.ts';
import { plainFilters } from '../../search-arguments.ts';
import type { BulkJob, BulkPlan } from '../bulk-job/bulk-job.ts';
import { withoutCache } from '../changes/contact-changes.ts';
import { searchContactsById } from '../contacts-by-id.ts';
import { isDueIn, type LocationTask, readLocationTasks } from '../location-tasks/read-tasks.ts';
import { ANY_TIME, readRange } from '../time-range.ts';
import type { bulkUpdateTasks } from './bulk-update-tasks.tool.ts';

export type BulkTasksInput = Omit<ToolInput<typeof bulkUpdateTasks>, 'handle' | 'confirm'>;

/** The fields that every task gets; a due date has an offset. */
export type TaskChanges = NonNullable<BulkTasksInput['set']>;

/** A task that can be written. */
export type OpenTask = LocationTask & { readonly id: string; readonly contactId: string };

/** What a job does to which tasks. */
export interface TaskPlan extends BulkPlan<'task'> {
  readonly changes: TaskChanges;
  /** By id, as they were when they were chosen. */
  readonly tasks: ReadonlyMap<string, OpenTask>;
  /** Whether a task has the assignee and the due date by which tasks are chosen. */
  readonly fits: (task: OpenTask) => boolean;
}

export type TasksJob = BulkJob<'task', TaskPlan>;

/** Open tasks that are read to find those of one job. */
const MAX_TASKS = 5_000;
/** Contacts of one request for their tasks. */
const CONTACTS_PER_REQUEST = 50;

/** Plans a job and writes nothing. @throws UserError if it could not be done */
export async function planJob(input: BulkTasksInput, context: ToolContext): Promise<TaskPlan> {
  const { tasks: ids, assignedTo, tag } = input;
  const changes = await changesOf(input.set ?? {}, context);
  const range = await readRange(['dueFrom', input.dueFrom], ['dueTo', input.dueTo], context, 'refuse');
  const query = { completed: false, ...(assignedTo === undefined ? {} : { assignedTo: [assignedTo] }) };
  const { tasks, incomplete } = await readLocationTasks(query, range, MAX_TASKS, context);
  if (incomplete) throw new UserError(`${incomplete} Nothing was written.`);
  const wanted = ids && new Set(ids);
  // What will be written is checked here as well, should HighLevel ignore a filter.
  const fits = (task: OpenTask) => (assignedTo === undefined || task.assignedTo === assignedTo) && isDueIn(task, range);
  const chosen = openTasks(tasks).filter((task) => (wanted?.has(task.id) ?? true) && fits(task));
  const found = byId(tag === undefined ? chosen : await withTag(chosen, tag, context));
  if (wanted && found.size < wanted.size)
    context.notify(`${wanted.size - found.size} of the ids are of no open task that fits; left out.`);
  return { ids: [...found.keys()], steps: ['task'], changes, tasks: found, fits };
}

const byId = (tasks: readonly OpenTask[]) => new Map(tasks.map((task) => [task.id, task]));

const openTasks = (tasks: readonly LocationTask[]): OpenTask[] =>
  tasks.flatMap(({ id, contactId, ...task }) =>
    isId(id) && isId(contactId) && task.status !== 'completed' ? [{ id, contactId, ...task }] : [],
  );

async function changesOf(set: TaskChanges, { clock, notify }: ToolContext): Promise<TaskChanges> {
  if (set.dueDate === undefined) return set;
  const { iso, echo } = await readTime('set.dueDate', set.dueDate, clock);
  if (echo) notify(`set.dueDate read as ${echo}.`);
  return { ...set, dueDate: iso };
}

async function withTag(tasks: readonly OpenTask[], tag: string, context: ToolContext): Promise<OpenTask[]> {
  const call: ToolContext['call'] = (endpoint, args) => context.call(endpoint, args, 'bulk');
  const filters = plainFilters({ tag }).map(({ filter }) => filter);
  const contactIds = tasks.map(({ contactId }) => contactId);
  const tagged = await searchContactsById(contactIds, { call }, filters);
  const hasTag = (contact: Json | undefined) => listIn(contact, 'tags').map(storedTag).includes(storedTag(tag));
  return tasks.filter(({ contactId }) => hasTag(tagged.get(contactId)));
}

/**
 * The tasks of a batch that are still open and fit, or already have the new values, as they are now.
 * @throws UserError if they cannot all be read: what is no longer open may not be written
 */
export async function readOpenTasks(
  ids: readonly string[],
  { tasks: chosen, fits, changes }: TaskPlan,
  context: ToolContext,
): Promise<ReadonlyMap<string, OpenTask>> {
  const contactIds = [...new Set(ids.flatMap((id) => chosen.get(id)?.contactId ?? []))];
  const fresh = { ...context, ...withoutCache(context) };
  const found: OpenTask[] = [];
  for (let at = 0; at < contactIds.length; at += CONTACTS_PER_REQUEST) {
    const query = { contactId: contactIds.slice(at, at + CONTACTS_PER_REQUEST), completed: false };
    const { tasks, incomplete } = await readLocationTasks(query, ANY_TIME, MAX_TASKS, fresh);
    if (incomplete) throw new UserError('The tasks could not all be read again, so none was changed by this call.');
    found.push(...openTasks(tasks).filter((task) => fits(task) || matchFields(changes, task) === 'match'));
  }
  const open = byId(found);
  if (ids.some((id) => !open.has(id)))
    context.notify('Skipped tasks were completed, deleted or changed after they were chosen, and no longer fit.');
  return open;
}
