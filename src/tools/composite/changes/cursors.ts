import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { UserError } from '../../../lib/errors.ts';
import type { StateStore } from '../../../lib/state-file.ts';
import { CLOCK_SLACK_MS, DAY_MS } from '../../../lib/time.ts';
import { Id } from '../../core/schemas.ts';
import { type SweepState, sweepFrom } from './change-feed.ts';
import type { TaskSnapshot } from './task-changes.ts';

/** How far a conversation about changes has come. */
export interface SavedCursor {
  readonly contacts: SweepState;
  /** The tasks at that time; undefined before they were first asked for. */
  readonly tasks?: TaskSnapshot | undefined;
}

/** Cursors stored; an older one continues from the time it names, which may repeat a few rows. */
const MAX_STORED = 5;
const STATE_KEY = 'changes';
const CURSOR = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[a-z0-9]{6}$/;
/** ms by which the clock may have been set back since a cursor was stored; a time further ahead is invalid. */
const MAX_SET_BACK_MS = DAY_MS;

const Time = z.number().min(0).max(8.64e15);
const StoredSweep = z.object({
  since: Time,
  startedAt: Time.optional(),
  /** Times and ids, as search gives them. */
  searchAfter: z
    .array(z.union([z.string(), z.number(), z.null()]))
    .max(10)
    .optional(),
  delivered: z.record(Id, Time),
});
const StoredCursor = z.object({
  contacts: StoredSweep,
  tasks: z.record(Id, z.tuple([z.string(), z.string()])).optional(),
});
const StoredCursors = z.object({
  last: z.string().optional().catch(undefined),
  cursors: z.record(z.string(), z.unknown()),
});

/** The valid stored cursors, the oldest first; `now`: epoch ms by the local clock. */
function readCursors(stored: unknown, now: number) {
  const { data } = StoredCursors.safeParse(stored);
  const cursors = new Map<string, SavedCursor>();
  for (const [cursor, value] of Object.entries(data?.cursors ?? {})) {
    const saved = CURSOR.test(cursor) ? StoredCursor.safeParse(value).data : undefined;
    if (saved && saved.contacts.since <= now + MAX_SET_BACK_MS) cursors.set(cursor, notInFuture(now, saved));
  }
  return { last: data?.last, cursors };
}

/**
 * Limits a cursor to the present by the local clock: HighLevel may report a wrong time, and a cursor in the future would
 * hide every change. Earlier changes are read again, and are still delivered once.
 */
function notInFuture(now: number, saved: SavedCursor): SavedCursor {
  const { contacts } = saved;
  const latest = now + CLOCK_SLACK_MS;
  const startedAt = contacts.startedAt && Math.min(contacts.startedAt, latest);
  return { ...saved, contacts: { ...contacts, since: Math.min(contacts.since, latest), startedAt } };
}

/** Stores the state under a new cursor, which becomes the last one. */
export async function saveCursor(stateStore: StateStore, reached: SavedCursor, now: number): Promise<string> {
  const saved = notInFuture(now, reached);
  // Everything before this time has been delivered: if the file is lost, a reader continues from here.
  const stamp = `${new Date(saved.contacts.since).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const cursor = `${stamp}-${randomBytes(3).toString('hex')}`;
  await stateStore.update(STATE_KEY, (stored) => {
    const recent = [...readCursors(stored, now).cursors].slice(1 - MAX_STORED);
    return { last: cursor, cursors: Object.fromEntries([...recent, [cursor, saved]]) };
  });
  return cursor;
}

/**
 * The state of a cursor; `restored` is false where only its time is known. `now`: epoch ms by the local clock.
 * @throws UserError for a cursor that was never given
 */
export async function findCursor(
  stateStore: StateStore,
  cursor: string,
  now: number,
): Promise<{ saved: SavedCursor; restored: boolean }> {
  const saved = readCursors(await stateStore.read(STATE_KEY), now).cursors.get(cursor);
  if (saved) return { saved, restored: true };
  const [, year, month, day, hour, minute, second] = CURSOR.exec(cursor) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at) || at > now + MAX_SET_BACK_MS)
    throw new UserError(
      'cursor is not one that list_changed_contacts gave. Use the cursor of its last answer, or since with a time or "last". Nothing was sent.',
    );
  return { saved: notInFuture(now, { contacts: sweepFrom(at) }), restored: false };
}

/** The last cursor that was given, or the newest valid one; undefined where there is none. */
export async function lastCursor(stateStore: StateStore, now: number): Promise<SavedCursor | undefined> {
  const { last, cursors } = readCursors(await stateStore.read(STATE_KEY), now);
  return (last === undefined ? undefined : cursors.get(last)) ?? [...cursors.values()].at(-1);
}
