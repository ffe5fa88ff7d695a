import { KINDS, type RecordKind } from '../../../../api/webhooks/event.ts';
import type { Json } from '../../../../lib/json.ts';
import { DAY_MS } from '../../../../lib/time.ts';
import { getCalendarEvent } from '../../../appointments.ts';
import { getContact } from '../../../contacts.ts';
import type { ToolContext } from '../../../core/context.ts';
import { mayRead } from '../../../core/permissions.ts';
import { listContactNotes } from '../../../notes.ts';
import { getContactTask } from '../../../tasks.ts';
import { failureReason } from '../../contact-view/contact-parts.ts';
import { searchTasksPage } from '../../location-tasks/task-search.ts';
import { lookAtAppointment } from '../hints/appointment.ts';
import { lookAtContact } from '../hints/contact.ts';
import { type Hint, isReceiving, type Place, readHints } from '../hints/hints.ts';
import type { LookAt, LookScope, RowKey } from '../hints/look.ts';
import { lookAtNote } from '../hints/note.ts';
import { lookAtTask } from '../hints/task.ts';
import { type EventsKept, type Kept, MAX_KEPT } from '../kept.ts';
import { type Room, timeOf } from '../source.ts';
import { withContacts } from './appointments.ts';
import type { ContactsAsked } from './contacts.ts';

/** What webhooks announced, as it was read. */
export interface Announced {
  readonly rows: Readonly<Partial<Record<RowKey, readonly Json[]>>>;
  readonly kept: Kept;
  /** Records that are still to be read; undefined where there are none. */
  readonly left: number | undefined;
  /** Kinds of records of which every event since the look before is reported. */
  readonly covered: ReadonlySet<RecordKind>;
  /** Where events may have been lost, for `unseen`. */
  readonly gaps: readonly string[];
}

const LOOKS = {
  contact: { lookAt: lookAtContact, reads: [getContact], covers: [getContact] },
  note: { lookAt: lookAtNote, reads: [listContactNotes], covers: [listContactNotes] },
  // A new task comes without its contact: it is found by the search only.
  task: { lookAt: lookAtTask, reads: [getContactTask], covers: [getContactTask, searchTasksPage] },
  appointment: { lookAt: lookAtAppointment, reads: [getCalendarEvent], covers: [getCalendarEvent] },
} satisfies Record<RecordKind, { readonly lookAt: LookAt; readonly reads: unknown; readonly covers: unknown }>;

/** Records that are read side by side. */
const BATCH = 10;
/** ms that an event may come late, with a margin. */
const LATE_MS = 600_000;

/** What is kept, with the deletions among these rows. */
export function withDeletions(kept: Kept, rows: readonly Json[]): Kept {
  const ids = rows.flatMap(({ id, change }) => (change === 'deleted' && typeof id === 'string' ? [id] : []));
  if (!kept.events || ids.length === 0) return kept;
  return { ...kept, events: { ...kept.events, deleted: [...kept.events.deleted, ...ids].slice(-MAX_KEPT) } };
}

/** Reads the records that hints name, in turn, as far as time and room allow. */
async function lookAtAll(hints: readonly Hint[], start: Kept, room: Room, scope: LookScope) {
  const { context } = scope;
  const rows: Partial<Record<RowKey, Json[]>> = {};
  let kept = start;
  for (let at = 0; at < hints.length; at += BATCH) {
    if (room.isFull || !context.hasTime()) return { rows, kept, left: hints.slice(at), hasFailed: false };
    const batch = hints.slice(at, at + BATCH);
    const answers = await Promise.allSettled(batch.map((hint) => LOOKS[hint.kind].lookAt(hint, scope)));
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'rejected') {
        context.notify(`What webhooks announced could not all be read: ${failureReason(answer.reason)}`);
        return { rows, kept, left: hints.slice(at + index), hasFailed: true };
      }
      const reported = answer.value?.(kept, room);
      if (!reported) continue;
      kept = withDeletions(reported.kept, reported.rows);
      rows[reported.key] = [...(rows[reported.key] ?? []), ...reported.rows];
      if (reported.isCut) return { rows, kept, left: hints.slice(at + index), hasFailed: false };
    }
    context.progress(Math.min(at + BATCH, hints.length), hints.length, 'records that webhooks announced');
  }
  return { rows, kept, left: [], hasFailed: false };
}

/** One promise for each key. */
function createOnce(): LookScope['once'] {
  const reads = new Map<string, Promise<unknown>>();
  return <T>(key: string, read: () => Promise<T>) => {
    const known = (reads.get(key) as Promise<T> | undefined) ?? read();
    reads.set(key, known);
    return known;
  };
}

/** What is not asked for is compared from a later time on, so that old records are not taken for new. */
function advanced(kept: Kept, since: number): Kept {
  const { notes, appointments } = kept;
  const later = (time: number) => Math.max(time, since);
  const isRead = appointments && Object.keys(appointments.calendars).length > 0;
  return {
    ...kept,
    notes: notes && (notes.isAsked ? notes : { ...notes, since: later(notes.since) }),
    appointments: appointments && (isRead ? appointments : { ...appointments, since: later(appointments.since) }),
  };
}

/**
 * What webhooks announced since the look before, read from the API: an event only says which record to read. Undefined
 * where no receiver ever ran.
 * @param start what was kept before this call
 * @param reached the same after the search for contacts
 */
export async function readAnnounced(
  asked: ContactsAsked,
  start: Kept,
  reached: Kept,
  room: Room,
  context: ToolContext,
): Promise<Announced | undefined> {
  const { events, clock, access } = context;
  if (!events || (!start.events && (await events.lastAlive()) === undefined)) return undefined;
  const before: EventsKept = start.events ?? { place: { taken: 0 }, isReceived: false, tasks: {}, deleted: [] };
  const read = await readHints(events, before.place, start.events ? 0 : start.contacts.since, context);
  const oldest = timeOf(context) - DAY_MS;
  // A record that cannot be read is tried for a day.
  const hints = read.hints.filter(
    ({ kind, announced, place }) =>
      LOOKS[kind].reads.every((endpoint) => mayRead(endpoint, access)) &&
      (announced >= oldest || !isSamePlace(place, before.place)),
  );
  let hasUnknownTask = false;
  const scope: LookScope = {
    since: start.contacts.since,
    searchedTo: reached.contacts.since,
    withTasks: asked.tasks === true,
    fields: asked.fields,
    context,
    once: createOnce(),
    onUnknownTask: () => {
      hasUnknownTask = true;
    },
  };
  // Where all tasks are read for the first time, they say nothing of what happened before.
  const base = { ...reached, tasks: start.tasks ? reached.tasks : undefined, events: before };
  const { rows, kept, left, hasFailed } = await lookAtAll(hints, base, room, scope);
  const place = left[0]?.place ?? read.end;
  const isReceived = before.isReceived || read.hints.length > 0;
  const isComplete = left.length === 0;
  const isCovered = start.events !== undefined && isReceived && isComplete && read.gaps.length === 0;
  const isAlive = await isReceiving(events, clock.now());
  const covers = (kind: RecordKind) =>
    LOOKS[kind].covers.every((endpoint) => mayRead(endpoint, access)) && !(kind === 'task' && hasUnknownTask);
  const { changedAppointments } = rows;
  return {
    rows: changedAppointments
      ? { ...rows, changedAppointments: await withContacts(changedAppointments, context) }
      : rows,
    kept: {
      ...(isComplete ? advanced(kept, reached.contacts.since - LATE_MS) : kept),
      tasks: start.tasks ? kept.tasks : reached.tasks,
      events: { ...(kept.events ?? before), place, isReceived },
    },
    left: isComplete || hasFailed ? undefined : left.length,
    covered: new Set(isCovered && isAlive ? KINDS.filter(covers) : []),
    gaps: [...read.gaps, ...(isAlive ? [] : ['webhooks: no receiver runs now'])],
  };
}

const isSamePlace = (a: Place, b: Place): boolean => a.position === b.position && a.taken === b.taken;
