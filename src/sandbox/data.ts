import { contactFields } from './contact-body.ts';
import { isPhone } from './phone.ts';
import {
  arrayOf,
  boolean,
  isoDate,
  isRecord,
  mustBe,
  nonEmpty,
  number,
  object,
  openObject,
  optional,
  type Parsed,
  string,
  stringArray,
  violations,
} from './validation.ts';

const timezone = mustBe<string>(isTimezone, 'an IANA time zone, like America/Chicago');

const task = object({
  id: optional(nonEmpty),
  title: nonEmpty,
  dueDate: isoDate,
  completed: optional(boolean),
  body: optional(string),
  assignedTo: optional(string),
  deleted: optional(boolean),
});
const note = object({
  id: optional(nonEmpty),
  body: nonEmpty,
  title: optional(string),
  color: optional(string),
  pinned: optional(boolean),
  userId: optional(string),
  dateAdded: optional(isoDate),
});
const appointment = object({
  id: optional(nonEmpty),
  title: nonEmpty,
  startTime: isoDate,
  endTime: isoDate,
  calendarId: optional(string),
  appointmentStatus: optional(string),
  assignedUserId: optional(string),
  notes: optional(string),
  address: optional(string),
  deleted: optional(boolean),
});
const contact = object({
  ...contactFields,
  id: optional(nonEmpty),
  gender: optional(string),
  source: optional(string),
  type: optional(nonEmpty),
  assignedTo: optional(string),
  followers: optional(stringArray()),
  businessId: optional(string),
  additionalEmails: optional(stringArray()),
  additionalPhones: optional(stringArray()),
  dateAdded: optional(isoDate),
  dateUpdated: optional(isoDate),
  lastActivity: optional(isoDate),
  lastEmailOpenedDate: optional(isoDate),
  lastEmailClickedDate: optional(isoDate),
  opportunities: optional(
    arrayOf(
      object({
        id: nonEmpty,
        pipelineId: nonEmpty,
        pipelineStageId: nonEmpty,
        status: nonEmpty,
        monetaryValue: number(),
      }),
    ),
  ),
  attribution: optional(openObject({})),
  tasks: optional(arrayOf(task)),
  notes: optional(arrayOf(note)),
  appointments: optional(arrayOf(appointment)),
});

const named = openObject({ id: optional(nonEmpty), name: nonEmpty });
const shape = {
  contacts: arrayOf(contact),
  location: optional(
    openObject({
      id: optional(nonEmpty),
      name: optional(string),
      timezone: optional(timezone),
      country: contactFields.country,
    }),
  ),
  customFields: optional(
    arrayOf(
      openObject({
        id: optional(nonEmpty),
        name: nonEmpty,
        fieldKey: optional(nonEmpty),
        dataType: optional(nonEmpty),
        picklistOptions: optional(stringArray()),
      }),
    ),
  ),
  users: optional(arrayOf(openObject({ id: optional(nonEmpty), name: nonEmpty, email: optional(string) }))),
  businesses: optional(arrayOf(named)),
  calendars: optional(arrayOf(named)),
  workflows: optional(arrayOf(named)),
  campaigns: optional(arrayOf(named)),
  tags: optional(stringArray()),
};

/**
 * The contents of one location. All but the contacts is optional, ids included. References to users, businesses and
 * calendars are ids, names or emails.
 */
export type SandboxData = Parsed<typeof shape>;
export type ContactData = SandboxData['contacts'][number];
export type TaskData = NonNullable<ContactData['tasks']>[number];
export type NoteData = NonNullable<ContactData['notes']>[number];
export type AppointmentData = NonNullable<ContactData['appointments']>[number];

/** Validates the content of a data file; an array is a list of contacts. @throws Error with one sentence */
export function parseData(json: unknown): SandboxData {
  const data = Array.isArray(json) ? { contacts: json } : json;
  if (!isRecord(data)) throw new Error('Sandbox data must be an object with contacts, or an array of contacts.');
  const [violation] = violations(shape, data);
  if (violation)
    throw new Error(`Sandbox data: ${violation.replace(/property (\S+) should not exist/, '$1 is not known here')}.`);
  const parsed = data as SandboxData;
  const country = parsed.location?.country ?? 'US';
  const invalid = parsed.contacts.findIndex(({ phone }) => phone && !isPhone(phone, country));
  if (invalid !== -1) throw new Error(`Sandbox data: contacts.${invalid}.phone must be a valid phone number.`);
  return parsed;
}

function isTimezone(value: unknown): boolean {
  try {
    return typeof value === 'string' && new Intl.DateTimeFormat('en', { timeZone: value }).format(0) !== '';
  } catch {
    return false;
  }
}
