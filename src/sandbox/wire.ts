import { type Contact, fullName } from './contact.ts';
import { iso, wallTime } from './dates.ts';
import type { Appointment, Note, Task } from './store.ts';

// Undefined values vanish when an answer becomes JSON: in answers by id absent means absent. List and search rows say
// null instead.

const lower = (text: string | undefined) => text?.toLowerCase();
const maybeIso = (ms: number | undefined) => (ms === undefined ? undefined : iso(ms));
const midnight = (day: string | undefined) => (day === undefined ? undefined : `${day}T00:00:00.000Z`);

const names = (contact: Contact) => ({
  firstName: contact.firstName,
  firstNameLowerCase: lower(contact.firstName),
  lastName: contact.lastName,
  lastNameLowerCase: lower(contact.lastName),
  fullNameLowerCase: fullName(contact).toLowerCase() || undefined,
  email: contact.email,
  emailLowerCase: lower(contact.email),
});

const plain = (contact: Contact) => ({
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

/** Get, update, upsert and duplicate lookup. Names are twinned in lower case; `name` itself is mostly missing. */
export const contactById = (contact: Contact) => ({
  id: contact.id,
  name: contact.name,
  locationId: contact.locationId,
  ...names(contact),
  ...plain(contact),
  additionalEmails: contact.additionalEmails.map((email) => ({ email })),
  additionalPhones: contact.additionalPhones.length
    ? contact.additionalPhones.map((phone) => ({ phone, label: null }))
    : undefined,
  timezone: contact.timezone,
  gender: contact.gender,
  inboundDndSettings: contact.inboundDndSettings,
  followers: contact.followers.length ? contact.followers : undefined,
  dateOfBirth: contact.dateOfBirth,
  dateAdded: iso(contact.dateAdded),
  dateUpdated: iso(contact.dateUpdated),
  lastActivity: maybeIso(contact.lastActivity),
  attributionSource: contact.attribution,
  lastAttributionSource: contact.attribution,
  validEmail: contact.email ? true : undefined,
  createdBy: contact.createdBy,
  lastUpdatedBy: contact.lastUpdatedBy,
});

/** Create answers with the storage record: other keys than a read, and the birthday in three pieces. */
export const contactCreated = (contact: Contact) => ({
  id: contact.id,
  dateAdded: iso(contact.dateAdded),
  dateUpdated: iso(contact.dateUpdated),
  deleted: false,
  locationId: contact.locationId,
  ...names(contact),
  ...plain(contact),
  gender: contact.gender,
  timezone: contact.timezone,
  bounceEmail: false,
  unsubscribeEmail: false,
  dateOfBirth: midnight(contact.dateOfBirth),
  birthMonth: contact.dateOfBirth && Number(contact.dateOfBirth.slice(5, 7)),
  birthDay: contact.dateOfBirth && Number(contact.dateOfBirth.slice(8, 10)),
  lastSessionActivityAt: iso(contact.dateAdded),
  offers: [],
  products: [],
  createdBy: contact.createdBy,
});

/** The plain list: names in lower case with the typed ones beside them, and a cursor in each row. */
export const contactListed = (contact: Contact, customFields: 'filled' | 'empty') =>
  nulled({
    id: contact.id,
    locationId: contact.locationId,
    contactName: fullName(contact).toLowerCase() || undefined,
    ...plain(contact),
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

/** Search: `address` for `address1`, plain texts for the further emails and phones, its own cursor in each row. */
export function contactFound(contact: Contact, businessName: string | undefined, searchAfter: readonly unknown[]) {
  const { address1, ...rest } = plain(contact);
  return nulled({
    id: contact.id,
    locationId: contact.locationId,
    ...rest,
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
    validEmail: contact.email ? true : undefined,
    dateAdded: iso(contact.dateAdded),
    dateUpdated: iso(contact.dateUpdated),
    dateOfBirth: midnight(contact.dateOfBirth),
    opportunities: [],
    searchAfter,
  });
}

/** A contact's own task. The location's search tells more of it. */
export function taskOut({ dateAdded: _added, dateUpdated: _updated, deleted: _deleted, ...task }: Task) {
  return { ...task, dueDate: iso(task.dueDate) };
}
export const noteOut = (note: Note) => ({ ...note, dateAdded: iso(note.dateAdded) });

/** A contact's appointments tell the time as the clock on the wall does, without a zone. */
export const appointmentOut = (appointment: Appointment, location: { id: string; timezone: string }) => ({
  ...appointment,
  deleted: appointment.deleted,
  status: 'booked',
  locationId: location.id,
  users: appointment.assignedUserId ? [appointment.assignedUserId] : [],
  assignedResources: [],
  startTime: wallTime(appointment.startTime, location.timezone),
  endTime: wallTime(appointment.endTime, location.timezone),
  dateAdded: wallTime(appointment.dateAdded, location.timezone),
  dateUpdated: wallTime(appointment.dateAdded, location.timezone),
});

const nulled = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? null]));
