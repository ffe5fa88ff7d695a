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
import { type Hint, isReceiving, readHints, type UnreadHint } from '../hints/hints.ts';
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
/** Records that could not be read, which the looks of a day try again. */
const MAX_UNREAD = 200;
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
  const unread: Hint[] = [];
  let kept = start;
  for (let at = 0; at < hints.length; at += BATCH) {
    if (room.isFull || !context.hasTime()) return { rows, kept, unread, left: hints.slice(at), hasStopped: false };
    const batch = hints.slice(at, at + BATCH);
    const answers = await Promise.allSettled(batch.map((hint) => LOOKS[hint.kind].lookAt(hint, scope)));
    const reasons = answers.flatMap((answer) => (answer.status === 'rejected' ? [failureReason(answer.reason)] : []));
    if (reasons.length > 0 && unread.length === 0)
      context.notify(`What webhooks announced could not all be read: ${reasons[0]}`);
    // The connection or the quota, and not these records.
    if (reasons.length === BATCH || unread.length + reasons.length > MAX_UNREAD)
      return { rows, kept, unread, left: hints.slice(at), hasStopped: true };
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'rejected') {
        unread.push(...batch.slice(index, index + 1));
        continue;
      }
      const reported = answer.value?.(kept, room);
      if (!reported) continue;
      kept = withDeletions(reported.kept, reported.rows);
      rows[reported.key] = [...(rows[reported.key] ?? []), ...reported.rows];
      if (reported.isCut) return { rows, kept, unread, left: hints.slice(at + index), hasStopped: false };
    }
    context.progress(Math.min(at + BATCH, hints.length), hints.length, 'records that webhooks announced');
  }
  return { rows, kept, unread, left: [], hasStopped: false };
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

/**
 * With the time from which notes and appointments that nothing is known of are new: the first look that webhooks were read
 * in, so that those whose webhook was lost are found whenever they are asked for. Once so many are kept that the earliest
 * are dropped it is a later time, so that what was reported is not taken for new.
 */
function withTimes(kept: Kept, first: number, latest: number): Kept {
  const { notes = { since: first, contacts: {} }, appointments = { since: first, calendars: {}, events: {} } } = kept;
  const later = <Of extends { readonly since: number }>(of: Of, records: object): Of =>
    Object.keys(records).length < MAX_KEPT ? of : { ...of, since: Math.max(of.since, latest) };
  const isRead = Object.keys(appointments.calendars).length > 0;
  return {
    ...kept,
    notes: notes.isAsked ? notes : later(notes, notes.contacts),
    appointments: isRead ? appointments : later(appointments, appointments.events),
  };
}

/**
 * The records that were not read and do not come again from the event log. `next` are those that the next look tries, the
 * others were tried for a day.
 */
function unreadOf(failed: readonly Hint[], left: readonly Hint[], now: number) {
  const unread = [...failed, ...left.filter(({ unreadSince }) => unreadSince !== undefined)];
  const all: UnreadHint[] = unread.map(({ kind, id, contactId, types, announced, unreadSince = now }) => ({
    ...{ kind, id, contactId, types: [...types], announced, unreadSince },
  }));
  const next = all.filter(({ unreadSince }) => unreadSince > now - DAY_MS);
  const givenUp = all.length - next.length;
  const kinds = new Set(unread.map(({ kind }) => kind));
  const texts = [`${givenUp} records that webhooks announced and that could not be read for a day`];
  return { next, kinds, gaps: givenUp > 0 ? texts : [] };
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
  const { events, clock, access, state } = context;
  if (!events || (!start.events && (await events.lastAlive(state.locationId)) === undefined)) return undefined;
  const before: EventsKept = start.events ?? {
    place: { taken: 0 },
    unread: [],
    isReceived: false,
    tasks: {},
    deleted: [],
  };
  const read = await readHints(events, before, start.events ? 0 : start.contacts.since, context);
  const hints = read.hints.filter(({ kind }) => LOOKS[kind].reads.every((endpoint) => mayRead(endpoint, access)));
  const unknown = new Set<RecordKind>();
  const scope: LookScope = {
    since: start.contacts.since,
    searchedTo: reached.contacts.since,
    withTasks: asked.tasks === true,
    fields: asked.fields,
    context,
    once: createOnce(),
    onUnknown: (kind) => unknown.add(kind),
  };
  // Where all tasks are read for the first time, they say nothing of what happened before.
  const base = { ...reached, tasks: start.tasks ? reached.tasks : undefined, events: before };
  const { rows, kept, left, unread: failed, hasStopped } = await lookAtAll(hints, base, room, scope);
  const unread = unreadOf(failed, left, timeOf(context));
  const place = left.find((hint) => hint.place)?.place ?? read.end;
  const latest = reached.contacts.since - LATE_MS;
  const isReceived = before.isReceived || read.hints.length > 0;
  const isComplete = left.length === 0;
  const isCovered = start.events !== undefined && isReceived && isComplete && read.gaps.length === 0;
  const isAlive = await isReceiving(events, state.locationId, clock.now());
  const covers = (kind: RecordKind) =>
    LOOKS[kind].covers.every((endpoint) => mayRead(endpoint, access)) && !unknown.has(kind) && !unread.kinds.has(kind);
  const { changedAppointments } = rows;
  return {
    rows: changedAppointments
      ? { ...rows, changedAppointments: await withContacts(changedAppointments, context) }
      : rows,
    kept: {
      ...withTimes(kept, Math.max(start.contacts.since, latest), isComplete ? latest : 0),
      tasks: start.tasks ? kept.tasks : reached.tasks,
      events: { ...(kept.events ?? before), place, unread: unread.next, isReceived },
    },
    left: isComplete || hasStopped ? undefined : left.length,
    covered: new Set(isCovered && isAlive ? KINDS.filter(covers) : []),
    gaps: [...read.gaps, ...unread.gaps, ...(isAlive ? [] : ['webhooks: no receiver runs now'])],
  };
}
