import { UserError } from '../../../lib/errors.ts';
import { type Json, rowsIn } from '../../../lib/json.ts';
import { CLOCK_SLACK_MS, readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { mayRead } from '../../core/permissions.ts';
import { pickFields, rowOf } from '../../core/row-shape.ts';
import {
  bytes,
  countThatFit,
  DEFAULT_PAGE_BYTES,
  ENVELOPE_BYTES,
  MAX_BYTES,
  tooLargeRow,
  truncateLists,
} from '../../core/tool-result.ts';
import { listContactTasks } from '../../tasks.ts';
import { contactStatus, failureReason } from '../contact-view/contact-parts.ts';
import { searchTasksPage } from '../location-tasks/task-search.ts';
import { type Change, changesSince, sweepFrom } from './change-feed.ts';
import { findCursor, lastCursor, type SavedCursor, saveCursor } from './cursors.ts';
import { allTasks, type TaskSnapshot, taskChanges, taskRow } from './task-changes.ts';

/** Rows shown unless `limit` says otherwise. */
const DEFAULT_ROWS = 20;
const TEXT = 200;
const DAY_MS = 86_400_000;
const FIELDS = ['id', 'change', 'firstName', 'lastName', 'email', 'phone', 'companyName', 'tags', 'status', 'assignedTo', 'dateAdded', 'dateUpdated'] as const; // biome-ignore format: a list

interface Given {
  since?: string;
  cursor?: string;
  tasks?: boolean;
  limit?: number;
  fields?: string[];
}

async function placeOf({ since, cursor }: Given, { state, clock, api, notify }: ToolContext): Promise<SavedCursor> {
  if (cursor !== undefined) {
    const { saved, restored } = await findCursor(state.stateStore, cursor, clock.now());
    if (!restored) notify('What this cursor has delivered is not stored any more: some rows may be repeated.');
    return saved;
  }
  if (since === 'last') {
    const last = await lastCursor(state.stateStore, clock.now());
    if (last) return last;
    notify('Nothing is remembered of an earlier conversation: these are the changes of the last 24 hours.');
    return { contacts: sweepFrom(api.serverNow() - DAY_MS) };
  }
  const { iso, echo } = await readTime('since', String(since), clock, 'start', 'UTC');
  if (Date.parse(iso) > api.serverNow() + CLOCK_SLACK_MS)
    throw new UserError(
      `since lies in the future: it is ${new Date(api.serverNow()).toISOString()} now. Nothing was sent.`,
    );
  if (echo) notify(`since read as ${echo}.`);
  return { contacts: sweepFrom(Date.parse(iso)) };
}

const row = ({ raw, change }: Change, fields: readonly string[] = FIELDS): Json =>
  pickFields({ ...rowOf.contact(raw), change, status: contactStatus(raw) }, TEXT, ['id', ...fields]);

interface Tasks {
  /** Of the changed contacts, by contact id. */
  readonly of: (contactId: string) => Promise<Json>;
  readonly changed?: readonly Json[];
  readonly snapshot?: TaskSnapshot | undefined;
  readonly more: boolean;
}

/** The changed contacts are what was asked for: their tasks can be read without it. */
const withoutSearch = (notify: ToolContext['notify']) => (error: unknown) => {
  notify(`The tasks of the whole location could not be searched: ${failureReason(error)}`);
  return undefined;
};

/** By the search over the whole location where its scope is in effect, else contact by contact. */
async function tasksOf(before: TaskSnapshot | undefined, context: ToolContext): Promise<Tasks> {
  const { access, notify, clock, call } = context;
  const all = mayRead(searchTasksPage, access) ? await allTasks(context).catch(withoutSearch(notify)) : undefined;
  const shownTasks = (tasks: readonly Json[]): Json => ({
    tasks: tasks.map((task) => taskRow(task, clock.now())).map(({ contactId: _, ...task }) => task),
  });
  if (!all) {
    const one = async (contactId: string): Promise<Json> => {
      try {
        return shownTasks(rowsIn(await call(listContactTasks, { contactId }, 'bulk'), 'tasks'));
      } catch (error) {
        return { tasksFailed: failureReason(error) };
      }
    };
    return { of: one, snapshot: before, more: false };
  }
  const { changes, snapshot, more } = await taskChanges(before, all, context);
  if (!before) notify('Tasks are held against what they are now from this answer on.');
  const of = async (contactId: string) => shownTasks([...all.values()].filter((task) => task.contactId === contactId));
  return { of, changed: changes, snapshot, more };
}

/** What this way of looking cannot show. */
const unseen = (tasks: boolean | undefined, changed: readonly Json[] | undefined): string[] => [
  'deleted contacts',
  'notes',
  'appointments',
  ...(changed ? [] : [tasks ? 'tasks of other contacts' : 'tasks']),
];

/** The cursor of a place. @throws UserError where nobody hears of it any more: then nothing is to be passed over */
async function kept(place: SavedCursor, { state, clock, signal }: ToolContext): Promise<string> {
  if (signal?.aborted) throw new UserError('The call was cancelled; the next one begins where this one did.');
  return saveCursor(state.stateStore, place, clock.now());
}

export async function run(args: Json, context: ToolContext): Promise<Json> {
  const given: Given = args;
  const place = await placeOf(given, context);
  const wanted = given.limit ?? DEFAULT_ROWS;
  const {
    changes,
    state: position,
    complete: caughtUp,
    stateAfter: positionAfter,
  } = await changesSince(place.contacts, wanted, context);
  const tasks = given.tasks ? await tasksOf(place.tasks, context) : undefined;
  const used = ENVELOPE_BYTES + bytes(tasks?.changed ?? []);
  const rows = await Promise.all(
    changes.map(async (change) => {
      const whole = { ...row(change, given.fields), ...(await tasks?.of(String(change.raw.id))) };
      return truncateLists(whole, MAX_BYTES - used) ?? tooLargeRow(whole);
    }),
  );
  const room = given.limit === undefined ? DEFAULT_PAGE_BYTES : MAX_BYTES;
  const contacts = rows.slice(0, countThatFit(rows, room - used));
  const whole = contacts.length === rows.length;
  const reached = whole ? position : positionAfter(contacts.length);
  const next = { contacts: reached, tasks: tasks ? tasks.snapshot : place.tasks };
  const cursor = await kept(next, context);
  const { since: _, ...rest } = args;
  return {
    contacts,
    ...(tasks?.changed?.length ? { changedTasks: tasks.changed } : {}),
    cursor,
    ...(caughtUp && whole ? { completeTo: new Date(position.since).toISOString() } : {}),
    unseen: unseen(given.tasks, tasks?.changed),
    ...(caughtUp && whole && !tasks?.more ? {} : { next: { ...rest, cursor } }),
  };
}
