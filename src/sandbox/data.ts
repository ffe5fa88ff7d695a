import { common } from './contact-body.ts';
import {
  arrayOf,
  boolean,
  filled,
  isoDate,
  isRecord,
  number,
  object,
  openObject,
  optional,
  type Parsed,
  type Rule,
  string,
  strings,
  violations,
} from './dto.ts';
import { isPhone } from './phone.ts';

const timezone: Rule<string> = {
  check: (value, name) => (isTimezone(value) ? [] : [`${name} must be an IANA time zone, like America/Chicago`]),
};

const task = object({
  id: optional(filled),
  title: filled,
  dueDate: isoDate,
  completed: optional(boolean),
  body: optional(string),
  assignedTo: optional(string),
  deleted: optional(boolean),
});
const note = object({
  id: optional(filled),
  body: filled,
  title: optional(string),
  color: optional(string),
  pinned: optional(boolean),
  userId: optional(string),
  dateAdded: optional(isoDate),
});
const appointment = object({
  id: optional(filled),
  title: filled,
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
  ...common,
  id: optional(filled),
  gender: optional(string),
  source: optional(string),
  type: optional(filled),
  assignedTo: optional(string),
  followers: optional(strings()),
  businessId: optional(string),
  additionalEmails: optional(strings()),
  additionalPhones: optional(strings()),
  dateAdded: optional(isoDate),
  dateUpdated: optional(isoDate),
  lastActivity: optional(isoDate),
  lastEmailOpenedDate: optional(isoDate),
  lastEmailClickedDate: optional(isoDate),
  opportunities: optional(
    arrayOf(
      object({ id: filled, pipelineId: filled, pipelineStageId: filled, status: filled, monetaryValue: number() }),
    ),
  ),
  attribution: optional(openObject({})),
  tasks: optional(arrayOf(task)),
  notes: optional(arrayOf(note)),
  appointments: optional(arrayOf(appointment)),
});

const named = openObject({ id: optional(filled), name: filled });
const shape = {
  contacts: arrayOf(contact),
  location: optional(
    openObject({
      id: optional(filled),
      name: optional(string),
      timezone: optional(timezone),
      country: common.country,
    }),
  ),
  customFields: optional(
    arrayOf(
      openObject({
        id: optional(filled),
        name: filled,
        fieldKey: optional(filled),
        dataType: optional(filled),
        picklistOptions: optional(strings()),
      }),
    ),
  ),
  users: optional(arrayOf(openObject({ id: optional(filled), name: filled, email: optional(string) }))),
  businesses: optional(arrayOf(named)),
  calendars: optional(arrayOf(named)),
  workflows: optional(arrayOf(named)),
  campaigns: optional(arrayOf(named)),
  tags: optional(strings()),
};

/**
 * A location's contents as a file may give them. Everything but the contacts is optional, ids included; people,
 * businesses and calendars may be named by id, name or email. A bare array is an array of contacts.
 */
export type SandboxData = Parsed<typeof shape>;
export type ContactData = SandboxData['contacts'][number];
export type TaskData = NonNullable<ContactData['tasks']>[number];
export type NoteData = NonNullable<ContactData['notes']>[number];
export type AppointmentData = NonNullable<ContactData['appointments']>[number];

export function parseData(json: unknown): SandboxData {
  const data = Array.isArray(json) ? { contacts: json } : json;
  if (!isRecord(data)) throw new Error('Sandbox data must be an object with contacts, or an array of contacts.');
  const [wrong] = violations(shape, data);
  if (wrong)
    throw new Error(`Sandbox data: ${wrong.replace(/property (\S+) should not exist/, '$1 is not known here')}.`);
  const parsed = data as SandboxData;
  const country = parsed.location?.country ?? 'US';
  const at = parsed.contacts.findIndex(({ phone }) => phone && !isPhone(phone, country));
  if (at !== -1) throw new Error(`Sandbox data: contacts.${at}.phone must be a valid phone number.`);
  return parsed;
}

function isTimezone(value: unknown): boolean {
  try {
    return typeof value === 'string' && new Intl.DateTimeFormat('en', { timeZone: value }).format(0) !== '';
  } catch {
    return false;
  }
}
