import { UserError } from '../../../lib/errors.ts';
import { type Json, rowsIn } from '../../../lib/json.ts';
import { CLOCK_SLACK_MS, DAY_MS, readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { mayRead } from '../../core/permissions.ts';
import { refuseUnknownKeys } from '../../core/row-keys.ts';
import { pickFields, rowOf } from '../../core/row-shape.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import {
  bytes,
  DEFAULT_ROWS,
  MAX_DATA_BYTES,
  pageDataBytes,
  rowsThatFit,
  tooLargeRow,
  truncateLists,
} from '../../core/tool-result.ts';
import { listContactTasks } from '../../tasks.ts';
import { contactStatus, failureReason } from '../contact-view/contact-parts.ts';
import { searchTasksPage, taskRow } from '../location-tasks/task-search.ts';
import { type Change, changesSince, sweepFrom } from './change-feed.ts';
import { findCursor, lastCursor, type SavedCursor, saveCursor } from './cursors.ts';
import type { listChangedContacts } from './list-changed-contacts.tool.ts';
import { readAllTasks, TASK_CHARACTERS, type TaskSnapshot, taskChanges } from './task-changes.ts';

const CONTACT_CHARACTERS = 200;
const FIELDS = ['id', 'change', 'firstName', 'lastName', 'email', 'phone', 'companyName', 'tags', 'status', 'assignedTo', 'dateAdded', 'dateUpdated'] as const; // biome-ignore format: a list

/** The state from which this call continues. */
async function startOf(
  { since, cursor }: ToolInput<typeof listChangedContacts>,
  { state, clock, api, notify }: ToolContext,
): Promise<SavedCursor> {
  if (cursor !== undefined) {
    const { saved, restored } = await findCursor(state.stateStore, cursor, clock.now());
    if (!restored) notify('What this cursor has delivered is not stored any more: some rows may be repeated.');
    return saved;
  }
  if (since === undefined || since === 'last') {
    const last = await lastCursor(state.stateStore, clock.now());
    if (last) return last;
    notify('No earlier conversation is stored: these are the changes of the last 24 hours.');
    return { contacts: sweepFrom(api.serverNow() - DAY_MS) };
  }
  const { iso, echo } = await readTime('since', since, clock, 'start', 'UTC');
  if (Date.parse(iso) > api.serverNow() + CLOCK_SLACK_MS)
    throw new UserError(
      `since lies in the future: it is ${new Date(api.serverNow()).toISOString()} now. Nothing was sent.`,
    );
  if (echo) notify(`since read as ${echo}.`);
  return { contacts: sweepFrom(Date.parse(iso)) };
}

/**
 * Tasks by the search over the whole location, with the changes in it, or contact by contact where that is not available.
 * `of` gives the `tasks` of one contact, or `tasksFailed`.
 */
async function readTasks(before: TaskSnapshot | undefined, context: ToolContext) {
  const { access, notify, clock, call } = context;
  const rows = (tasks: readonly Json[]): Json => ({
    tasks: tasks.map((task) => pickFields({ ...taskRow(task, clock.now()), contactId: undefined }, TASK_CHARACTERS)),
  });
  const all = mayRead(searchTasksPage, access)
    ? await readAllTasks(context).catch((error: unknown) => {
        notify(`The tasks of the whole location could not be searched: ${failureReason(error)}`);
        return undefined;
      })
    : undefined;
  if (!all) {
    const of = (contactId: string): Promise<Json> =>
      call(listContactTasks, { contactId }, 'bulk').then(
        (answer) => rows(rowsIn(answer, 'tasks')),
        (error: unknown) => ({ tasksFailed: failureReason(error) }),
      );
    return { of };
  }
  const changes = await taskChanges(before, all, context);
  if (!before) notify('Changes of tasks are reported from the next answer on.');
  const of = (contactId: string) => rows([...all.values()].filter((task) => task.contactId === contactId));
  return { of, changes };
}

const contactRow = ({ raw, change }: Change, fields: readonly string[] = FIELDS): Json =>
  pickFields({ ...rowOf.contact(raw), change, status: contactStatus(raw) }, CONTACT_CHARACTERS, [
    'id',
    'change',
    ...fields,
  ]);

/** Kinds of changes that this answer does not cover. */
const notCovered = (tasks: Awaited<ReturnType<typeof readTasks>> | undefined): string[] => [
  'deleted contacts',
  'notes',
  'appointments',
  ...(tasks?.changes ? [] : [tasks ? 'tasks of other contacts' : 'tasks']),
];

/** @throws UserError after a cancellation: nobody receives this answer, so that the next call must repeat it */
function store(reached: SavedCursor, { state, clock, signal }: ToolContext): Promise<string> {
  if (signal?.aborted) throw new UserError('The call was cancelled; the next one starts where this one did.');
  return saveCursor(state.stateStore, reached, clock.now());
}

export const run: Implementation<typeof listChangedContacts> = async (args, context) => {
  const { limit, fields } = args;
  refuseUnknownKeys(fields, 'contacts', ['change', 'status']);
  const start = await startOf(args, context);
  const { changes, state, complete, stateAfter } = await changesSince(start.contacts, limit ?? DEFAULT_ROWS, context);
  const tasks = args.tasks ? await readTasks(start.tasks, context) : undefined;
  const { changes: changedTasks = [], snapshot = start.tasks, more = false } = tasks?.changes ?? {};
  const used = bytes(changedTasks);
  const rows = await Promise.all(
    changes.map(async (change) => {
      const row = { ...contactRow(change, fields), ...(await tasks?.of(change.id)) };
      return truncateLists(row, MAX_DATA_BYTES - used) ?? tooLargeRow(row);
    }),
  );
  const contacts = rowsThatFit(rows, (row) => row, pageDataBytes(limit) - used);
  const allShown = contacts.length === rows.length;
  const upToDate = complete && allShown;
  const reached = { contacts: allShown ? state : stateAfter(contacts.length), tasks: snapshot };
  const cursor = await store(reached, context);
  const { since: _, ...rest } = args;
  return {
    contacts,
    ...(changedTasks.length > 0 ? { changedTasks } : {}),
    cursor,
    ...(upToDate ? { completeTo: new Date(state.since).toISOString() } : {}),
    unseen: notCovered(tasks),
    ...(upToDate && !more ? {} : { next: { ...rest, cursor } }),
  };
};
