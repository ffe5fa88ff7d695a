import type { Contact } from '../contact.ts';
import { iso } from '../dates.ts';
import { midnight, zonedTimes } from '../serialize.ts';
import type { Appointment, Change, LocationRecords, Note, Task, Write } from '../store.ts';
import type { Switches } from '../switches.ts';

/** What one event says, without the keys that all events have. */
export interface Announcement {
  readonly type: string;
  readonly payload: object;
}

/** The events that a write causes. */
export function eventsOf(change: Change, records: LocationRecords, switches: Readonly<Switches>): Announcement[] {
  switch (change.kind) {
    case 'contact':
      return contactEvents(change, switches);
    case 'task':
      return taskEvents(change);
    case 'note':
      return announce('Note', change, notePayload);
    case 'appointment':
      return announce('Appointment', change, (appointment) => appointmentPayload(appointment, records));
  }
}

/** `NoteCreate`, `NoteUpdate` or `NoteDelete`, and so on. A removed record is shown as it was. */
function announce<T>(kind: string, { before, after }: Write<T>, payload: (record: T) => object): Announcement[] {
  if (after) return [{ type: `${kind}${before ? 'Update' : 'Create'}`, payload: payload(after) }];
  return before ? [{ type: `${kind}Delete`, payload: payload(before) }] : [];
}

function contactEvents(write: Write<Contact>, { contactUpdateEvents }: Readonly<Switches>): Announcement[] {
  const { before, after } = write;
  if (!before || !after) return announce('Contact', write, contactPayload);
  const differ = (fields: (contact: Contact) => unknown) =>
    JSON.stringify(fields(before)) !== JSON.stringify(fields(after));
  const specific = [
    ...(differ(({ tags }) => tags) ? ['ContactTagUpdate'] : []),
    ...(differ(dndFields) ? ['ContactDndUpdate'] : []),
  ];
  const isUpdate = differ(updateFields) || (specific.length > 0 && contactUpdateEvents === 'all fields');
  const types = isUpdate ? ['ContactUpdate', ...specific] : specific;
  return types.map((type) => ({ type, payload: contactPayload(after) }));
}

function taskEvents(write: Write<Task>): Announcement[] {
  const { before, after } = write;
  if (!before) return announce('Task', write, newTaskPayload);
  if (!after) return announce('Task', write, taskPayload);
  // No other change of a task has an event.
  return after.completed && !before.completed ? [{ type: 'TaskComplete', payload: taskPayload(after) }] : [];
}

const dndFields = ({ dnd, dndSettings }: Contact) => ({ dnd, dndSettings });

/** The fields whose change is a ContactUpdate. */
const updateFields = (contact: Contact) => ({
  firstName: contact.firstName,
  lastName: contact.lastName,
  name: contact.name,
  email: contact.email,
  phone: contact.phone,
  companyName: contact.companyName,
  address1: contact.address1,
  city: contact.city,
  state: contact.state,
  postalCode: contact.postalCode,
  country: contact.country,
  website: contact.website,
  source: contact.source,
  assignedTo: contact.assignedTo,
  dateOfBirth: midnight(contact.dateOfBirth),
  timezone: contact.timezone,
  customFields: contact.customFields,
});

/** JSON drops absent values. */
const contactPayload = (contact: Contact) => ({
  id: contact.id,
  ...updateFields(contact),
  ...dndFields(contact),
  tags: contact.tags,
  attributionSource: contact.attribution,
  dateAdded: iso(contact.dateAdded),
});

const notePayload = ({ id, body, contactId, dateAdded }: Note) => ({ id, body, contactId, dateAdded: iso(dateAdded) });

/** Recorded without the contact and the body, which the documentation has. */
const newTaskPayload = ({ id, assignedTo, title, dateAdded, dueDate }: Task) => ({
  id,
  assignedTo,
  title,
  dateAdded: iso(dateAdded),
  dueDate: iso(dueDate),
});

const taskPayload = (task: Task) => ({ ...newTaskPayload(task), body: task.body, contactId: task.contactId });

/** Nested, unlike the others. */
const appointmentPayload = (appointment: Appointment, { location, calendars }: LocationRecords) => ({
  appointment: {
    ...appointment,
    deleted: undefined,
    groupId: calendars.find(({ id }) => id === appointment.calendarId)?.groupId,
    users: appointment.assignedUserId ? [appointment.assignedUserId] : [],
    source: 'booking_widget',
    ...zonedTimes(appointment, location),
  },
});
