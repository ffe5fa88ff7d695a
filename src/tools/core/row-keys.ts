import type { Endpoint } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { type Json, recordIn, recordsOf } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import { quoteForMessage } from '../../lib/text.ts';
import { CUSTOM_FIELDS } from './references.ts';
import { OMITTED_FIELDS, rowOf } from './row-shape.ts';

// biome-ignore format: lists
const CONTACT = [
  'id', 'firstName', 'lastName', 'name', 'email', 'additionalEmails', 'phone', 'additionalPhones', 'companyName',
  'businessId', 'businessName', 'assignedTo', 'assignedToName', 'followers', 'followerNames', 'tags', 'type', 'source',
  'dnd', 'dndSettings', 'inboundDndSettings', 'address1', 'city', 'state', 'postalCode', 'country', 'website', 'timezone',
  'dateOfBirth', 'gender', 'dateAdded', 'dateUpdated', 'lastActivity', 'customFields', 'ssn', 'notYetIndexed',
  ...OMITTED_FIELDS,
];
// biome-ignore format: lists
const EVENT = [
  'id', 'title', 'startTime', 'endTime', 'appointmentStatus', 'status', 'calendarId', 'calendarName', 'assignedUserId',
  'assignedUserName', 'users', 'userNames', 'notes', 'address', 'contactId', 'groupId', 'locationId', 'dateAdded',
  'dateUpdated', 'assignedResources', 'deleted', 'zone',
];

/** Keys that records are known to have, by the key under which an answer has them. */
// biome-ignore format: lists
const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  contact: CONTACT,
  contacts: CONTACT,
  tasks: ['id', 'title', 'body', 'assignedTo', 'assignedToName', 'dueDate', 'completed', 'status', 'contactId'],
  notes: ['id', 'body', 'title', 'userId', 'userName', 'dateAdded', 'contactId', 'color', 'pinned'],
  events: EVENT,
  users: ['id', 'name', 'firstName', 'lastName', 'email', 'phone', 'extension', 'roles', 'permissions', 'scopes', 'deleted'],
  tags: ['id', 'name', 'locationId'],
  customFields: [
    'id', 'name', 'fieldKey', 'dataType', 'picklistOptions', 'textBoxListOptions', 'placeholder', 'position', 'model',
    'locationId', 'dateAdded', 'parentId', 'documentType', 'isAllowedCustomOption', 'isMultiFileAllowed', 'maxFileLimit',
    'isMultipleFile', 'acceptedFormat', 'acceptedFormats',
  ],
  businesses: [
    'id', 'name', 'phone', 'email', 'website', 'address', 'city', 'description', 'state', 'postalCode', 'country',
    'locationId', 'updatedBy', 'createdBy', 'createdAt', 'updatedAt', 'customFields',
  ],
  calendars: [
    'id', 'name', 'description', 'isActive', 'slug', 'widgetSlug', 'calendarType', 'widgetType', 'eventType', 'eventTitle',
    'eventColor', 'groupId', 'locationId', 'slotDuration', 'slotDurationUnit', 'slotInterval', 'slotIntervalUnit',
    'slotBuffer', 'appoinmentPerSlot', 'appoinmentPerDay', 'autoConfirm', 'teamMembers', 'openHours', 'availabilities',
  ],
  workflows: ['id', 'name', 'status', 'version', 'createdAt', 'updatedAt', 'locationId'],
  campaigns: ['id', 'name', 'status', 'locationId'],
  location: [
    'id', 'companyId', 'name', 'domain', 'address', 'city', 'state', 'country', 'postalCode', 'website', 'timezone',
    'firstName', 'lastName', 'email', 'phone', 'logoUrl', 'business', 'social', 'settings', 'reseller', 'dateAdded',
  ],
};

/**
 * Refuses names in `fields` that no record has: without its key a row reads as if the value were empty. A key that is new
 * in the answer is accepted.
 * @throws UserError with the keys that can be asked for
 */
export function refuseUnknownFields({ list, answer: shape }: Endpoint, { fields }: Json, answer: Json): void {
  const key = list?.key ?? (shape && 'one' in shape ? shape.one : undefined);
  if (!Array.isArray(fields) || key === undefined) return;
  const rowIn = list?.row ?? (key === 'contact' ? rowOf.contact : rowOf.any);
  // The keys of a row are the same at any time.
  const keysOf = (raw: Json) => Object.keys(rowIn(raw, 0));
  const records = [...recordsOf(answer[key]), recordIn(answer, key) ?? {}];
  refuseUnknownKeys(fields, key, records.flatMap(keysOf));
}

/** The same for records that an answer has under `key`, and that have the keys `present` too. @throws UserError */
export function refuseUnknownKeys(fields: readonly string[] = [], key: string, present: readonly string[] = []): void {
  const known = new Set([...(Object.hasOwn(KNOWN_KEYS, key) ? (KNOWN_KEYS[key] ?? []) : []), ...present]);
  const unknown = fields.filter((name) => !name.startsWith(CUSTOM_FIELDS) && !known.has(name));
  if (unknown.length > 0) throw new UserError(messageFor(unknown, known));
}

/** Unknown names of one call that the message repeats. */
const MAX_NAMES = 5;

function messageFor(unknown: readonly string[], known: ReadonlySet<string>): string {
  const common = [...known].filter((name) => !OMITTED_FIELDS.has(name) && /^\w{1,40}$/.test(name));
  const names = unknown.slice(0, MAX_NAMES).map((name) => {
    const near = nearest(name, common, 2);
    return near ? `${quoteForMessage(name)} (did you mean ${near}?)` : quoteForMessage(name);
  });
  const custom = known.has('customFields') ? ', or customFields. and a name' : '';
  return `Nothing is shown: fields has ${names.join(', ')}, which these rows do not have. They have: ${common.join(', ')}${custom}.`;
}
