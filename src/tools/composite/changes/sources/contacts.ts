import { type Json, rowsIn } from '../../../../lib/json.ts';
import type { ToolContext } from '../../../core/context.ts';
import { mayRead } from '../../../core/permissions.ts';
import { pickFields, rowOf } from '../../../core/row-shape.ts';
import {
  bytes,
  DEFAULT_ROWS,
  MAX_DATA_BYTES,
  pageDataBytes,
  rowsThatFit,
  tooLargeRow,
  truncateLists,
} from '../../../core/tool-result.ts';
import { listContactTasks } from '../../../tasks.ts';
import { contactStatus, failureReason } from '../../contact-view/contact-parts.ts';
import { searchTasksPage, taskRow } from '../../location-tasks/task-search.ts';
import { type Change, changesSince, type SweepState } from '../contact-changes.ts';
import { readAllTasks, TASK_CHARACTERS, type TaskSnapshot, taskChanges } from './task-changes.ts';

const CONTACT_CHARACTERS = 200;

/** What is asked for of contacts. */
export interface ContactsAsked {
  readonly tasks?: boolean | undefined;
  /** Rows of each part of the answer. */
  readonly limit?: number | undefined;
  /** Keys of the contacts that are shown. */
  readonly fields?: readonly string[] | undefined;
}

export interface ContactsKept {
  readonly contacts: SweepState;
  /** Undefined before tasks were first asked for. */
  readonly tasks?: TaskSnapshot | undefined;
}
const FIELDS = ['id', 'change', 'firstName', 'lastName', 'email', 'phone', 'companyName', 'tags', 'status', 'assignedTo', 'dateAdded', 'dateUpdated'] as const; // biome-ignore format: a list

const taskRows = (tasks: readonly Json[], { clock }: Pick<ToolContext, 'clock'>): Json => ({
  tasks: tasks.map((task) => pickFields({ ...taskRow(task, clock.now()), contactId: undefined }, TASK_CHARACTERS)),
});

/** The `tasks` of one contact, or `tasksFailed`. */
export const tasksOf = (contactId: string, context: ToolContext): Promise<Json> =>
  context.call(listContactTasks, { contactId }, 'bulk').then(
    (answer) => taskRows(rowsIn(answer, 'tasks'), context),
    (error: unknown) => ({ tasksFailed: failureReason(error) }),
  );

/**
 * Tasks by the search over the whole location, with the changes in it, or contact by contact where that is not available.
 * `of` gives the `tasks` of one contact, or `tasksFailed`.
 */
async function readTasks(before: TaskSnapshot | undefined, context: ToolContext) {
  const { access, notify } = context;
  const all = mayRead(searchTasksPage, access)
    ? await readAllTasks(context).catch((error: unknown) => {
        notify(`The tasks of the whole location could not be searched: ${failureReason(error)}`);
        return undefined;
      })
    : undefined;
  if (!all) {
    return { of: (contactId: string) => tasksOf(contactId, context) };
  }
  const changes = await taskChanges(before, all, context);
  if (!before) notify('Changes of tasks are reported from the next answer on.');
  const of = (contactId: string) =>
    taskRows(
      [...all.values()].filter((task) => task.contactId === contactId),
      context,
    );
  return { of, changes };
}

export const contactRow = ({ raw, change }: Change, fields: readonly string[] = FIELDS): Json =>
  pickFields({ ...rowOf.contact(raw), change, status: contactStatus(raw) }, CONTACT_CHARACTERS, [
    'id',
    'change',
    ...fields,
  ]);

/** Where tasks are not asked for, and where those of the whole location cannot be searched. */
export const TASKS_UNSEEN: readonly string[] = ['tasks', 'tasks of other contacts'];

/** Kinds of changes of tasks that are not covered. */
const unseenTasks = (tasks: Awaited<ReturnType<typeof readTasks>> | undefined): readonly string[] =>
  tasks?.changes ? [] : TASKS_UNSEEN.slice(...(tasks ? [1] : [0, 1]));

/**
 * Contacts that were created or updated, each with its tasks where they are asked for, and tasks of the whole location that
 * changed. `completeTo` (epoch ms) where the next look gives no more contacts at once, `isComplete` where it gives no more
 * of either.
 */
export async function contactsAndTasks(
  { limit, fields, ...asked }: ContactsAsked,
  start: ContactsKept,
  context: ToolContext,
) {
  const { changes, state, complete, stateAfter } = await changesSince(start.contacts, limit ?? DEFAULT_ROWS, context);
  const tasks = asked.tasks ? await readTasks(start.tasks, context) : undefined;
  const { changes: changedTasks = [], snapshot = start.tasks, more = false } = tasks?.changes ?? {};
  const used = bytes(changedTasks);
  const read = await Promise.all(
    changes.map(async (change) => {
      const row = { ...contactRow(change, fields), ...(await tasks?.of(change.id)) };
      return truncateLists(row, MAX_DATA_BYTES - used) ?? tooLargeRow(row);
    }),
  );
  const contacts = rowsThatFit(read, (row) => row, pageDataBytes(limit) - used);
  const allShown = contacts.length === read.length;
  const upToDate = complete && allShown;
  return {
    rows: { contacts, ...(changedTasks.length > 0 ? { changedTasks } : {}) },
    reached: { contacts: allShown ? state : stateAfter(contacts.length), tasks: snapshot },
    completeTo: upToDate ? state.since : undefined,
    isComplete: upToDate && !more,
    unseen: unseenTasks(tasks),
  };
}
