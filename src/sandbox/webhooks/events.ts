import type { Contact } from '../contact.ts';
import { iso } from '../dates.ts';
import { midnight, serializeAppointment, zonedTimes } from '../serialize.ts';
import type { Appointment, Change, LocationRecords, Note, Task } from '../store.ts';
import type { Switches } from '../switches.ts';

/** What one event says, without the keys that all events have. */
export interface Announcement {
  readonly type: string;
  readonly payload: object;
}

/** The events that a write causes. A record that is stored as deleted counts as removed. */
export function eventsOf(change: Change, records: LocationRecords, switches: Readonly<Switches>): Announcement[] {
  if (change.kind === 'contact') {
    const [before, after] = [existing(change.before), existing(change.after)];
    if (before && after) {
      const payload = contactPayload(after);
      return contactUpdates(before, after, switches).map((type) => ({ type, payload }));
    }
    return announce('Contact', before, after, contactPayload);
  }
  if (change.kind === 'note') return announce('Note', change.before, change.after, notePayload);
  if (change.kind === 'appointment') {
    const payload = (appointment: Appointment) => appointmentPayload(appointment, records);
    return announce('Appointment', existing(change.before), existing(change.after), payload);
  }
  const [before, after] = [existing(change.before), existing(change.after)];
  if (!before || !after) return announce('Task', before, after, before ? taskPayload : newTaskPayload);
  // No other change of a task has an event.
  return after.completed && !before.completed ? [{ type: 'TaskComplete', payload: taskPayload(after) }] : [];
}

const existing = <T extends { readonly deleted?: boolean }>(record: T | undefined) =>
  record?.deleted ? undefined : record;

function announce<T>(kind: string, before: T | undefined, after: T | undefined, payload: (record: T) => object) {
  const record = after ?? before;
  if (!record) return [];
  const verb = before ? (after ? 'Update' : 'Delete') : 'Create';
  return [{ type: kind + verb, payload: payload(record) }];
}

/** Changes of followers, business, type, gender, secondary emails and inbound do-not-disturb have no event. */
function contactUpdates(before: Contact, after: Contact, switches: Readonly<Switches>): string[] {
  const differ = (fields: (contact: Contact) => unknown) =>
    JSON.stringify(fields(before)) !== JSON.stringify(fields(after));
  const specific = [
    ...(differ(({ tags }) => tags) ? ['ContactTagUpdate'] : []),
    ...(differ(dndFields) ? ['ContactDndUpdate'] : []),
  ];
  const isUpdate = differ(otherFields) || (specific.length > 0 && switches.contactUpdateEvents === 'all fields');
  return isUpdate ? ['ContactUpdate', ...specific] : specific;
}

const dndFields = ({ dnd, dndSettings }: Contact) => ({ dnd, dndSettings });

const otherFields = (contact: Contact) => ({
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

/** Recorded: absent values have no key, `name` and attachments are absent, dndSettings is in other events as well. */
const contactPayload = (contact: Contact) => ({
  id: contact.id,
  ...otherFields(contact),
  ...dndFields(contact),
  tags: contact.tags,
  attributionSource: contact.attribution,
  dateAdded: iso(contact.dateAdded),
});

/** A fixed list: neither the author nor title, color and attachments. */
const notePayload = ({ id, body, contactId, dateAdded }: Note) => ({ id, body, contactId, dateAdded: iso(dateAdded) });

/** Recorded: without the contact and the body, which the documentation has. */
const newTaskPayload = ({ id, assignedTo, title, dateAdded, dueDate }: Task) => ({
  id,
  assignedTo,
  title,
  dateAdded: iso(dateAdded),
  dueDate: iso(dueDate),
});
const taskPayload = (task: Task) => ({ ...newTaskPayload(task), body: task.body, contactId: task.contactId });

/** Nested, unlike the others. */
function appointmentPayload(appointment: Appointment, { location, calendars }: LocationRecords) {
  const { id, address, title, calendarId, contactId, ...rest } = serializeAppointment(appointment, location);
  const groupId = calendars.find((calendar) => calendar.id === calendarId)?.groupId;
  const { appointmentStatus, assignedUserId, users, notes } = rest;
  return {
    appointment: {
      ...{ id, address, title, calendarId, contactId, groupId },
      ...{ appointmentStatus, assignedUserId, users, notes },
      source: 'booking_widget',
      ...zonedTimes(appointment, location),
    },
  };
}
