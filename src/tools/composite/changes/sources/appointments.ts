import { fullName } from '../../../../api/contact-fields.ts';
import { type Json, rowsIn, textIn } from '../../../../lib/json.ts';
import { DAY_MS, epochMs } from '../../../../lib/time.ts';
import { listCalendarEvents } from '../../../appointments.ts';
import type { ToolContext } from '../../../core/context.ts';
import { SEARCH_INDEX_DELAY_MS } from '../../../core/own-writes.ts';
import { pickFields, rowOf } from '../../../core/row-shape.ts';
import { lookUp } from '../../../names/lookups.ts';
import { type EventsRead, readEvents } from '../../appointments/read-events.ts';
import { contactsOfRows } from '../../contacts-by-id.ts';
import type { TimeRange } from '../../time-range.ts';
import { withoutCache } from '../contact-changes.ts';
import { type ChangeSource, digestOf, type Room, timeOf } from '../source.ts';

/** Start (epoch ms), status, digest of the rest, and calendar of an appointment. */
export type KeptEvent = readonly [start: number, status: string, digest: string, calendarId: string];

export interface AppointmentsKept {
  /** Epoch ms: appointments of a calendar that was never read are new if they were added from then on. */
  readonly since: number;
  /** When each calendar was read, and up to which start; epoch ms. */
  readonly calendars: Readonly<Record<string, readonly [at: number, to: number]>>;
  readonly events: Readonly<Record<string, KeptEvent>>;
}

/** What a look does not see. */
export const FAR_APPOINTMENTS = 'appointments over 7 days ago or over 60 days ahead';

const BACK_MS = 7 * DAY_MS;
const AHEAD_MS = 60 * DAY_MS;
/** Where an appointment that has left the window is looked for. Ranges of 800 days are known to work. */
const FAR_BACK_MS = 200 * DAY_MS;
const FAR_AHEAD_MS = 600 * DAY_MS;
const TEXT_CHARACTERS = 200;

export interface Seen {
  readonly id: string;
  readonly raw: Json;
  readonly kept: KeptEvent;
}

export type Change = 'booked' | 'moved' | 'cancelled' | 'statusChanged' | 'changed';

/** An appointment without an id or a start cannot be compared. */
export function seenIn(raw: Json): Seen[] {
  const { startTime, endTime, title, assignedUserId, notes, address, contactId } = raw;
  const [id, status = '', calendarId = ''] = [textIn(raw, 'id'), textIn(raw, 'appointmentStatus'), textIn(raw, 'calendarId')]; // biome-ignore format: a list
  const start = typeof startTime === 'number' ? startTime : epochMs(startTime);
  if (id === undefined || Number.isNaN(start)) return [];
  const digest = digestOf([endTime, title, assignedUserId, notes, address, contactId]);
  return [{ id, raw, kept: [start, status, digest, calendarId] }];
}

/** What happened to an appointment; undefined for one that is as it was, or has only come near enough to be read. */
export function changeOf(
  { raw, kept: [start, status, digest, calendarId] }: Seen,
  before: AppointmentsKept,
  old: KeptEvent | undefined,
): Change | undefined {
  if (old) {
    if (old[1] !== status) return status === 'cancelled' ? 'cancelled' : old[0] === start ? 'statusChanged' : 'moved';
    return old[0] !== start ? 'moved' : old[2] !== digest || old[3] !== calendarId ? 'changed' : undefined;
  }
  const [readAt, readTo] = before.calendars[calendarId] ?? [before.since, Number.NEGATIVE_INFINITY];
  if (epochMs(raw.dateAdded) >= readAt) return 'booked';
  if (start <= readTo) return 'moved';
  return epochMs(raw.dateUpdated) >= readAt ? 'changed' : undefined;
}

export function eventRow({ id, raw, kept }: Seen, change: Change, old: KeptEvent | undefined): Json {
  const { startTime, endTime, title, calendarId, assignedUserId, contactId } = raw;
  const previous = {
    previousStart: old && old[0] !== kept[0] ? new Date(old[0]).toISOString() : undefined,
    previousStatus: old && old[1] !== kept[1] ? old[1] : undefined,
  };
  const row = { id, change, startTime, endTime, title, status: kept[1], ...previous };
  return pickFields({ ...row, calendarId, assignedUserId, contactId }, TEXT_CHARACTERS);
}

export const deletedRow = (id: string, [start, status, , calendarId]: KeptEvent): Json => ({
  ...{ id, change: 'deleted', previousStart: new Date(start).toISOString(), previousStatus: status, calendarId },
});

/** The appointments of one calendar far around the window, by id. */
async function readFar(calendarId: string, now: number, { call }: ToolContext): Promise<ReadonlyMap<string, Seen>> {
  const range = { startTime: now - FAR_BACK_MS, endTime: now + FAR_AHEAD_MS };
  const answer = await call(listCalendarEvents, { calendarId, ...range }, 'bulk');
  const found = rowsIn(answer, 'events').map(rowOf.event).flatMap(seenIn);
  return new Map(found.map((event) => [event.id, event]));
}

/** Of appointments that are not in the window any more: where each is now, or null if it is deleted. */
async function findMissing(
  missing: readonly (readonly [id: string, old: KeptEvent])[],
  now: number,
  context: ToolContext,
): Promise<ReadonlyMap<string, Seen | null>> {
  const calendars = [...new Set(missing.map(([, [, , , calendarId]]) => calendarId))];
  const answers = await Promise.allSettled(calendars.map((calendarId) => readFar(calendarId, now, context)));
  const found = new Map(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [...answer.value] : [])));
  const unread = new Set(calendars.filter((_, at) => answers[at]?.status === 'rejected'));
  const known = missing.filter(([id, old]) => found.has(id) || !unread.has(old[3]));
  return new Map(known.map(([id]) => [id, found.get(id) ?? null]));
}

/** The rows that fit, and what is kept of each appointment: of one whose row does not fit, what was kept before. */
class Report {
  readonly rows: Json[] = [];
  readonly events: Record<string, KeptEvent> = {};
  isCut = false;
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  add(id: string, row: Json | undefined, now: KeptEvent | undefined, old: KeptEvent | undefined): void {
    const fits = row === undefined || (!this.isCut && this.#room.take(row));
    if (fits && row) this.rows.push(row);
    this.isCut ||= !fits;
    const kept = fits ? now : old;
    if (kept) this.events[id] = kept;
  }
}

/** Rows with the names of their contacts, by a request for 50 of them. */
export async function withContacts(rows: readonly Json[], context: ToolContext): Promise<readonly Json[]> {
  const contacts = await contactsOfRows(rows, context);
  return rows.map((row) => {
    const contact = contacts.get(textIn(row, 'contactId') ?? '');
    return contact ? { ...row, ...pickFields({ contact: fullName(contact) }, TEXT_CHARACTERS) } : row;
  });
}

/** What is reported of the appointments that a look found, and of those that it did not find any more. */
async function compare(
  before: AppointmentsKept,
  read: EventsRead,
  window: TimeRange,
  room: Room,
  context: ToolContext,
) {
  const present = new Map(read.events.flatMap(seenIn).map((event) => [event.id, event]));
  const failed = new Set(read.failed.map(({ calendarId }) => calendarId));
  const absent = Object.entries(before.events).filter(([id, [start]]) => !present.has(id) && start >= window.from);
  // The clock may have been set back since: what starts after the window cannot be judged.
  const missing = absent.filter(([, [start, , , calendarId]]) => start <= window.to && !failed.has(calendarId));
  const found = await findMissing(missing, window.from + BACK_MS, context);
  const report = new Report(room);
  for (const [id, old] of absent) {
    const event = found.get(id);
    if (event) report.add(id, eventRow(event, 'moved', old), event.kept, old);
    else if (event === null) report.add(id, deletedRow(id, old), undefined, old);
    else report.add(id, undefined, old, old);
  }
  for (const [id, event] of present) {
    const old = before.events[id];
    const change = changeOf(event, before, old);
    report.add(id, change && eventRow(event, change, old), event.kept, old);
  }
  return report;
}

/** Appointments of all calendars that start from 7 days ago to 60 days ahead. */
export const appointments: ChangeSource<AppointmentsKept> = {
  async estimate(kept, context) {
    const known = Object.keys(kept?.calendars ?? {});
    const calendars = known.length > 0 ? known : ((await lookUp('calendars', context)) ?? []);
    // The calendars themselves, and the contacts of the rows, take one request each.
    return calendars.length + 2;
  },

  async look(since, kept, room, context) {
    const before = kept ?? { since, calendars: {}, events: {} };
    const fresh: ToolContext = { ...context, ...withoutCache(context) };
    const now = timeOf(context);
    const window = { from: now - BACK_MS, to: now + AHEAD_MS };
    const read = await readEvents(window, {}, fresh);
    const { rows, events, isCut } = await compare(before, read, window, room, fresh);
    const readings = read.calendars.map((id) => [id, [now - SEARCH_INDEX_DELAY_MS, window.to]] as const);
    for (const { calendarId, reason } of read.failed)
      context.notify(`The appointments of calendar ${calendarId} could not be read: ${reason}`);
    return {
      rows: await withContacts(rows, context),
      kept: {
        since: before.since,
        events,
        calendars: isCut ? before.calendars : { ...before.calendars, ...Object.fromEntries(readings) },
      },
      left: isCut ? read.calendars.length + 1 : undefined,
      unseen: [FAR_APPOINTMENTS, ...read.failed.map(({ calendarId }) => `appointments of calendar ${calendarId}`)],
    };
  },
};
