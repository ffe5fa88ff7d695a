import { type Contact, fullName } from './contact.ts';
import { iso, localTime, zonedIso } from './dates.ts';
import type { Appointment, Location, Note, Task } from './store.ts';

// JSON drops undefined values: a contact by id has no key for an absent value. List and search rows have null instead.

const lower = (text: string | undefined) => text?.toLowerCase();
const optionalIso = (ms: number | undefined) => (ms === undefined ? undefined : iso(ms));
export const midnight = (day: string | undefined) => (day === undefined ? undefined : `${day}T00:00:00.000Z`);

const nameAndEmailFields = (contact: Contact) => ({
  firstName: contact.firstName,
  firstNameLowerCase: lower(contact.firstName),
  lastName: contact.lastName,
  lastNameLowerCase: lower(contact.lastName),
  fullNameLowerCase: fullName(contact).toLowerCase() || undefined,
  email: contact.email,
  emailLowerCase: lower(contact.email),
});

const sharedFields = (contact: Contact) => ({
  phone: contact.phone,
  companyName: contact.companyName,
  address1: contact.address1,
  city: contact.city,
  state: contact.state,
  country: contact.country,
  postalCode: contact.postalCode,
  website: contact.website,
  dnd: contact.dnd,
  dndSettings: contact.dndSettings,
  type: contact.type,
  source: contact.source,
  assignedTo: contact.assignedTo,
  businessId: contact.businessId,
  tags: contact.tags,
  customFields: contact.customFields,
});

/** Get, update, upsert and duplicate lookup. Names are repeated in lower case; `name` itself is mostly absent. */
export const serializeContact = (contact: Contact) => ({
  id: contact.id,
  name: contact.name,
  locationId: contact.locationId,
  ...nameAndEmailFields(contact),
  ...sharedFields(contact),
  additionalEmails: contact.additionalEmails.map((email) => ({ email })),
  additionalPhones: contact.additionalPhones.map((phone) => ({ phone, label: null })),
  timezone: contact.timezone,
  gender: contact.gender,
  inboundDndSettings: contact.inboundDndSettings,
  followers: contact.followers,
  dateOfBirth: contact.dateOfBirth,
  dateAdded: iso(contact.dateAdded),
  dateUpdated: iso(contact.dateUpdated),
  lastActivity: optionalIso(contact.lastActivity),
  attributionSource: contact.attribution,
  lastAttributionSource: contact.attribution,
  validEmail: contact.email ? true : undefined,
  createdBy: contact.createdBy,
  lastUpdatedBy: contact.lastUpdatedBy,
});

/** Create. The storage record has other keys than a read, birthMonth and birthDay among them. */
export const serializeCreatedContact = (contact: Contact, record: 'storage' | 'short') => ({
  id: contact.id,
  dateAdded: iso(contact.dateAdded),
  dateUpdated: iso(contact.dateUpdated),
  deleted: false,
  locationId: contact.locationId,
  ...nameAndEmailFields(contact),
  ...sharedFields(contact),
  gender: contact.gender,
  timezone: contact.timezone,
  ...(record === 'storage' && storageFields(contact)),
  createdBy: contact.createdBy,
});

const storageFields = (contact: Contact) => ({
  bounceEmail: false,
  unsubscribeEmail: false,
  dateOfBirth: midnight(contact.dateOfBirth),
  birthMonth: contact.dateOfBirth && Number(contact.dateOfBirth.slice(5, 7)),
  birthDay: contact.dateOfBirth && Number(contact.dateOfBirth.slice(8, 10)),
  lastSessionActivityAt: iso(contact.dateAdded),
  offers: [],
  products: [],
});

/** A row of the plain list: names in lower case and, under `…Raw`, as typed; a cursor in each row. */
export const serializeListRow = (contact: Contact, customFields: 'filled' | 'empty') =>
  withNulls({
    id: contact.id,
    locationId: contact.locationId,
    contactName: fullName(contact).toLowerCase() || undefined,
    ...sharedFields(contact),
    dnd: contact.dnd ?? false,
    firstName: lower(contact.firstName),
    lastName: lower(contact.lastName),
    firstNameRaw: contact.firstName,
    lastNameRaw: contact.lastName,
    email: contact.email,
    timezone: contact.timezone,
    dateAdded: iso(contact.dateAdded),
    dateUpdated: iso(contact.dateUpdated),
    dateOfBirth: midnight(contact.dateOfBirth),
    followers: contact.followers,
    profilePhoto: undefined,
    additionalEmails: contact.additionalEmails.map((email) => ({ email })),
    attributions: contact.attribution ? [contact.attribution] : [],
    customFields: customFields === 'filled' ? contact.customFields : [],
    startAfter: [contact.dateAdded, contact.id],
  });

export interface SearchRowContext {
  readonly businessName: string | undefined;
  readonly searchAfter: readonly unknown[];
  /** Ids of the custom fields of type DATE. */
  readonly dateFields: ReadonlySet<string>;
}

/**
 * A row of search: `address` instead of `address1`, strings for additional emails and phones, a cursor in each row.
 * Recorded: dateOfBirth in epoch ms, custom dates with a time, no dndSettings, and validEmail null even with an email.
 */
export function serializeSearchRow(contact: Contact, { businessName, searchAfter, dateFields }: SearchRowContext) {
  const { address1, dndSettings: _dndSettings, customFields, ...rest } = sharedFields(contact);
  return withNulls({
    id: contact.id,
    locationId: contact.locationId,
    ...rest,
    dnd: contact.dnd ?? false,
    customFields: customFields.map(({ id, value }) => ({
      id,
      value: dateFields.has(id) && typeof value === 'string' ? midnight(value) : value,
    })),
    address: address1,
    firstName: contact.firstName,
    lastName: contact.lastName,
    firstNameLowerCase: lower(contact.firstName),
    lastNameLowerCase: lower(contact.lastName),
    email: contact.email,
    additionalEmails: contact.additionalEmails,
    additionalPhones: contact.additionalPhones,
    phoneLabel: undefined,
    businessName,
    followers: contact.followers,
    validEmail: null,
    dateAdded: iso(contact.dateAdded),
    dateUpdated: iso(contact.dateUpdated),
    dateOfBirth: contact.dateOfBirth === undefined ? null : Date.parse(contact.dateOfBirth),
    opportunities: contact.opportunities ?? [],
    searchAfter,
  });
}

/** A task of a contact. The task search of the location has more keys. */
export function serializeTask({ dateAdded: _added, dateUpdated: _updated, deleted: _deleted, ...task }: Task) {
  return { ...task, dueDate: iso(task.dueDate) };
}
export const serializeNote = (note: Note) => ({ ...note, dateAdded: iso(note.dateAdded) });

/** An appointment of a contact: local times without a zone. */
export const serializeAppointment = (appointment: Appointment, location: Location) => ({
  ...appointment,
  deleted: appointment.deleted,
  status: 'booked',
  locationId: location.id,
  users: appointment.assignedUserId ? [appointment.assignedUserId] : [],
  assignedResources: [],
  startTime: localTime(appointment.startTime, location.timezone),
  endTime: localTime(appointment.endTime, location.timezone),
  dateAdded: localTime(appointment.dateAdded, location.timezone),
  dateUpdated: localTime(appointment.dateUpdated, location.timezone),
});

/** An appointment of a calendar: times with the offset of the zone. */
export const serializeEvent = (event: Appointment, location: Location) => ({
  ...serializeAppointment(event, location),
  // Measured: a deleted appointment stays in the list with its last status.
  deleted: event.deleted ?? false,
  // Live events repeat the status under a misspelled key.
  appoinmentStatus: event.appointmentStatus,
  ...zonedTimes(event, location),
});

/** The times of an appointment with the offset of the zone. */
export const zonedTimes = (appointment: Appointment, { timezone }: Location) => ({
  startTime: zonedIso(appointment.startTime, timezone),
  endTime: zonedIso(appointment.endTime, timezone),
  dateAdded: zonedIso(appointment.dateAdded, timezone),
  dateUpdated: zonedIso(appointment.dateUpdated, timezone),
});

const withNulls = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? null]));
