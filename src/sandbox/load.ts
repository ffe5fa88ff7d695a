import { applyBody, newContact, type WriteContext } from './contact-write.ts';
import type { AppointmentData, ContactData, NoteData, SandboxData, TaskData } from './data.ts';
import { iso } from './dates.ts';
import type { Ids } from './ids.ts';
import { type LocationIds, loadLocation } from './load-location.ts';
import type { IndexDelay } from './options.ts';
import type { Store } from './store.ts';
import { DEFAULT_SWITCHES } from './switches.ts';
import { withoutUndefined } from './validation.ts';

export interface LoadOptions {
  readonly ids: Ids;
  readonly now: number;
  readonly indexDelayMs: IndexDelay;
}

/** Adds one location with its records to a store. Missing ids are generated in the order of the data. */
export function loadData(
  store: Store,
  location: LocationIds,
  data: SandboxData,
  { ids, now, indexDelayMs }: LoadOptions,
): void {
  const records = store.addLocation(loadLocation(location, data, ids), indexDelayMs);
  const switches = { ...DEFAULT_SWITCHES, duplicatesAllowed: true };
  for (const contact of data.contacts) loadContact(store, { switches, records, ids, now }, contact);
}

/** The id of the record with this id, name or email; otherwise the text itself. */
const resolveId = (items: readonly { id: string; name: string; email?: unknown }[], text: string): string =>
  items.find(({ id, name, email }) => [id, name, email].includes(text))?.id ?? text;

function loadContact(store: Store, context: WriteContext, data: ContactData): void {
  const { users, businesses, location } = context.records;
  const added = epochMs(data.dateAdded) ?? context.now;
  const [owner] = users;
  const createdBy = {
    source: 'WEB_USER',
    channel: 'APP',
    sourceId: owner?.id ?? location.companyId,
    ...(owner && { sourceName: owner.name }),
    timestamp: iso(added),
  };
  const { assignedTo, ...body } = data;
  const { lastUpdatedBy, ...contact } = applyBody(
    { ...context, now: added },
    { ...newContact(context), dateAdded: added, createdBy },
    { ...body, ...(assignedTo && { assignedTo: resolveId(users, assignedTo) }) },
  );
  const id = data.id ?? contact.id;
  store.addSeeded({
    ...contact,
    ...withoutUndefined({
      id,
      type: data.type,
      additionalEmails: data.additionalEmails,
      additionalPhones: data.additionalPhones,
      followers: data.followers?.map((follower) => resolveId(users, follower)),
      businessId: data.businessId ? resolveId(businesses, data.businessId) : undefined,
      opportunities: data.opportunities,
      attribution: data.attribution,
      lastActivity: epochMs(data.lastActivity),
      lastEmailOpenedDate: epochMs(data.lastEmailOpenedDate),
      lastEmailClickedDate: epochMs(data.lastEmailClickedDate),
    }),
    ...(data.dateUpdated && { dateUpdated: Date.parse(data.dateUpdated), ...(lastUpdatedBy && { lastUpdatedBy }) }),
  });
  for (const task of data.tasks ?? []) loadTask(store, context, id, task);
  for (const note of data.notes ?? []) loadNote(store, context, id, note);
  for (const appointment of data.appointments ?? []) loadAppointment(store, context, id, appointment);
}

function loadTask(store: Store, { ids, records, now }: WriteContext, contactId: string, data: TaskData): void {
  store.tasks.put({
    id: data.id ?? ids.id(),
    contactId,
    title: data.title,
    ...(data.body && { body: data.body }),
    ...(data.assignedTo && { assignedTo: resolveId(records.users, data.assignedTo) }),
    dueDate: Date.parse(data.dueDate),
    completed: data.completed ?? false,
    dateAdded: now,
    dateUpdated: now,
    ...(data.deleted && { deleted: true }),
  });
}

function loadNote(store: Store, { ids, records, now }: WriteContext, contactId: string, data: NoteData): void {
  store.notes.put({
    id: data.id ?? ids.id(),
    contactId,
    body: data.body,
    ...(data.userId && { userId: resolveId(records.users, data.userId) }),
    ...(data.title && { title: data.title }),
    ...(data.color && { color: data.color }),
    ...(data.pinned !== undefined && { pinned: data.pinned }),
    dateAdded: epochMs(data.dateAdded) ?? now,
  });
}

function loadAppointment(store: Store, { ids, records, now }: WriteContext, contactId: string, data: AppointmentData) {
  const startTime = Date.parse(data.startTime);
  const dateAdded = Math.min(startTime, now);
  store.appointments.put({
    id: data.id ?? ids.id(),
    contactId,
    calendarId: data.calendarId
      ? resolveId(records.calendars, data.calendarId)
      : (records.calendars[0]?.id ?? ids.id()),
    title: data.title,
    appointmentStatus: data.appointmentStatus ?? 'confirmed',
    ...(data.assignedUserId && { assignedUserId: resolveId(records.users, data.assignedUserId) }),
    ...(data.notes && { notes: data.notes }),
    ...(data.address && { address: data.address }),
    startTime,
    endTime: Date.parse(data.endTime),
    dateAdded,
    dateUpdated: dateAdded,
    ...(data.deleted && { deleted: true }),
  });
}

const epochMs = (date: string | undefined) => (date === undefined ? undefined : Date.parse(date));
