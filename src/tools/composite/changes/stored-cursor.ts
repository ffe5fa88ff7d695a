import * as z from 'zod';
import { KINDS } from '../../../api/webhooks/event.ts';
import { CLOCK_SLACK_MS, DAY_MS } from '../../../lib/time.ts';
import { Id } from '../../core/schemas.ts';
import type { SavedCursor } from './change-feed.ts';
import type { IdTable } from './id-table.ts';
import type { DeletedKept } from './sources/deleted.ts';

/** ms by which the clock may have been set back since a cursor was stored; a time further ahead is invalid. */
export const MAX_SET_BACK_MS = DAY_MS;

const Time = z.number().min(0).max(8.64e15);
/** Times and ids, as search gives them. */
const SearchAfter = z
  .array(z.union([z.string(), z.number(), z.null()]))
  .max(10)
  .optional();
const Ids = z.string();
const Tasks = z.record(Id, z.tuple([z.string(), z.string()]));
const StoredCursor = z.object({
  contacts: z.object({
    since: Time,
    startedAt: Time.optional(),
    searchAfter: SearchAfter,
    delivered: z.record(Id, Time),
  }),
  tasks: Tasks.optional(),
  appointments: z
    .object({
      since: Time,
      calendars: z.record(Id, z.tuple([Time, Time])),
      events: z.record(Id, z.tuple([z.number(), z.string(), z.string(), z.string()])),
    })
    .optional(),
  deleted: z
    .object({
      known: Ids.optional(),
      sweep: z.object({ searchAfter: SearchAfter, seen: Ids }).optional(),
      missing: Ids.optional(),
    })
    .optional(),
  notes: z
    .object({
      since: Time,
      contacts: z.record(Id, z.record(Id, z.string())),
      isAsked: z.boolean().optional(),
      unfinished: z.object({ at: Time, contacts: z.array(Id) }).optional(),
    })
    .optional(),
  events: z
    .object({
      place: z.object({ position: z.string().optional(), taken: z.number() }),
      unread: z.array(
        z.object({
          ...{ kind: z.enum(KINDS), id: Id, contactId: Id.optional(), types: z.array(z.string()) },
          ...{ announced: Time, unreadSince: Time },
        }),
      ),
      isReceived: z.boolean(),
      tasks: Tasks,
      deleted: z.array(z.string()),
    })
    .optional(),
  unfinished: z.object({ source: z.enum(['appointments', 'deleted', 'notes']), since: Time }).optional(),
});

const mapSets = <A, B>(
  { known, sweep, missing }: { known?: A | undefined; sweep?: { searchAfter?: unknown; seen: A } | undefined; missing?: A | undefined }, // biome-ignore format: one type
  map: (ids: A) => B,
) => ({
  known: known === undefined ? undefined : map(known),
  sweep: sweep && { searchAfter: sweep.searchAfter, seen: map(sweep.seen) },
  missing: missing === undefined ? undefined : map(missing),
});

/** The sets of ids of a cursor. */
export const idSetsOf = (deleted: DeletedKept | undefined): ReadonlySet<string>[] =>
  [deleted?.known, deleted?.sweep?.seen, deleted?.missing].flatMap((ids) => ids ?? []);

/** A cursor as it is stored, its sets of ids by the table. */
export const encodeCursor = (cursor: SavedCursor, table: IdTable) => ({
  ...cursor,
  deleted: cursor.deleted && mapSets(cursor.deleted, (ids: ReadonlySet<string>) => table.encode(ids)),
});

/** Undefined for what is no cursor, or one of the future; `now`: epoch ms by the local clock. */
export function decodeCursor(stored: unknown, table: IdTable, now: number): SavedCursor | undefined {
  const { data } = StoredCursor.safeParse(stored);
  if (!data || data.contacts.since > now + MAX_SET_BACK_MS) return undefined;
  try {
    const deleted: DeletedKept | undefined = data.deleted && mapSets(data.deleted, (ids) => table.decode(ids));
    return notInFuture({ ...data, deleted }, now);
  } catch {
    return notInFuture({ ...data, deleted: undefined }, now);
  }
}

/**
 * Limits a cursor to the present by the local clock: HighLevel may report a wrong time, and a cursor in the future would
 * hide every change. Earlier changes are read again, and are still delivered once.
 */
export function notInFuture(saved: SavedCursor, now: number): SavedCursor {
  const latest = now + CLOCK_SLACK_MS;
  const { contacts, appointments, notes } = saved;
  const past = (time: number) => Math.min(time, latest);
  return {
    ...saved,
    contacts: {
      ...contacts,
      since: past(contacts.since),
      startedAt: contacts.startedAt === undefined ? undefined : past(contacts.startedAt),
    },
    appointments: appointments && { ...appointments, since: past(appointments.since) },
    notes: notes && { ...notes, since: past(notes.since) },
  };
}
