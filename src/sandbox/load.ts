import { applyBody, newContact, type WriteContext } from './contact-write.ts';
import type { AppointmentData, ContactData, NoteData, SandboxData, TaskData } from './data.ts';
import { iso } from './dates.ts';
import type { Ids } from './ids.ts';
import { type LocationIds, loadLocation } from './load-location.ts';
import type { IndexDelay } from './search-index.ts';
import type { LocationData, Store } from './store.ts';
import { DEFAULT_SWITCHES } from './switches.ts';

export interface LoadOptions {
  readonly ids: Ids;
  readonly now: number;
  readonly indexDelayMs: IndexDelay;
}

/** Fills one location of a store; ids that the data leaves out are drawn in the order of the data. */
export function loadData(
  store: Store,
  location: LocationIds,
  data: SandboxData,
  { ids, now, indexDelayMs }: LoadOptions,
): LocationData {
  const locationData = store.addLocation(loadLocation(location, data, ids), indexDelayMs);
  const switches = { ...DEFAULT_SWITCHES, duplicatesAllowed: true };
  for (const contact of data.contacts) loadContact(store, { switches, locationData, ids, now }, contact);
  return locationData;
}

/** An id, name or email that somebody or something in the list goes by; else the text as it is. */
const resolveId = (items: readonly { id: string; name: string; email?: unknown }[], text: string): string =>
  items.find(({ id, name, email }) => [id, name, email].includes(text))?.id ?? text;

function loadContact(store: Store, writing: WriteContext, data: ContactData): void {
  const { users, businesses } = writing.locationData;
  const added = parseDate(data.dateAdded, writing.now);
  const [owner] = users;
  const author = {
    source: 'WEB_USER',
    channel: 'APP',
    sourceId: owner?.id ?? writing.locationData.location.companyId,
    ...(owner && { sourceName: owner.name }),
  };
  const { assignedTo, ...body } = data;
  const { lastUpdatedBy, ...contact } = applyBody(
    { ...writing, now: added },
    { ...newContact(writing), dateAdded: added, createdBy: { ...author, timestamp: iso(added) } },
    { ...body, ...(assignedTo && { assignedTo: resolveId(users, assignedTo) }) },
  );
  const id = data.id ?? contact.id;
  store.addSeeded({
    ...contact,
    id,
    type: data.type ?? contact.type,
    additionalEmails: data.additionalEmails ?? [],
    additionalPhones: data.additionalPhones ?? [],
    followers: (data.followers ?? []).map((each) => resolveId(users, each)),
    ...(data.businessId && { businessId: resolveId(businesses, data.businessId) }),
    ...(data.dateUpdated && { dateUpdated: Date.parse(data.dateUpdated), ...(lastUpdatedBy && { lastUpdatedBy }) }),
    ...(data.lastActivity && { lastActivity: Date.parse(data.lastActivity) }),
    ...(data.lastEmailOpenedDate && { lastEmailOpenedDate: Date.parse(data.lastEmailOpenedDate) }),
    ...(data.lastEmailClickedDate && { lastEmailClickedDate: Date.parse(data.lastEmailClickedDate) }),
    ...(data.opportunities && { opportunities: data.opportunities }),
    ...(data.attribution && { attribution: data.attribution as Record<string, string | null> }),
  });
  for (const task of data.tasks ?? []) loadTask(store, writing, id, task);
  for (const note of data.notes ?? []) loadNote(store, writing, id, note);
  for (const appointment of data.appointments ?? []) loadAppointment(store, writing, id, appointment);
}

function loadTask(store: Store, { ids, locationData, now }: WriteContext, contactId: string, data: TaskData): void {
  store.tasks.put({
    id: data.id ?? ids.id(),
    contactId,
    title: data.title,
    ...(data.body && { body: data.body }),
    ...(data.assignedTo && { assignedTo: resolveId(locationData.users, data.assignedTo) }),
    dueDate: Date.parse(data.dueDate),
    completed: data.completed ?? false,
    dateAdded: now,
    dateUpdated: now,
    ...(data.deleted && { deleted: true }),
  });
}

function loadNote(store: Store, { ids, locationData, now }: WriteContext, contactId: string, data: NoteData): void {
  store.notes.put({
    id: data.id ?? ids.id(),
    contactId,
    body: data.body,
    ...(data.userId && { userId: resolveId(locationData.users, data.userId) }),
    ...(data.title && { title: data.title }),
    ...(data.color && { color: data.color }),
    ...(data.pinned !== undefined && { pinned: data.pinned }),
    dateAdded: parseDate(data.dateAdded, now),
  });
}

function loadAppointment(
  store: Store,
  { ids, locationData, now }: WriteContext,
  contactId: string,
  data: AppointmentData,
): void {
  const startTime = Date.parse(data.startTime);
  store.appointments.put({
    id: data.id ?? ids.id(),
    contactId,
    calendarId: data.calendarId
      ? resolveId(locationData.calendars, data.calendarId)
      : (locationData.calendars[0]?.id ?? ids.id()),
    title: data.title,
    appointmentStatus: data.appointmentStatus ?? 'confirmed',
    ...(data.assignedUserId && { assignedUserId: resolveId(locationData.users, data.assignedUserId) }),
    ...(data.notes && { notes: data.notes }),
    ...(data.address && { address: data.address }),
    startTime,
    endTime: Date.parse(data.endTime),
    dateAdded: Math.min(startTime, now),
    ...(data.deleted && { deleted: true }),
  });
}

const parseDate = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Date.parse(text));
