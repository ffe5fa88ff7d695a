import type { ListShape, Page } from '../../api/endpoint.ts';
import { isEmpty, isRecord, type Json } from '../../lib/json.ts';
import { stripHiddenCharacters, truncate } from '../../lib/text.ts';

/** Bookkeeping of the API that says nothing about a person; `fields` brings any of it back by name. */
const OMITTED_FIELDS = new Set([
  'locationId', 'contactName', 'fullNameLowerCase', 'firstNameLowerCase', 'lastNameLowerCase', 'emailLowerCase',
  'attributions', 'attributionSource', 'lastAttributionSource', 'startAfter', 'searchAfter', 'createdBy', 'lastUpdatedBy',
  'visitorId', 'deleted', 'phoneLabel', 'birthMonth', 'birthDay', 'lastSessionActivityAt', 'offers', 'products',
  'bounceEmail', 'unsubscribeEmail', 'validEmail', 'profilePhoto', 'keyword', 'attachments', 'opportunities',
]); // biome-ignore format: a list

const DAY_MS = 86_400_000;
const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})T00:00(:00(\.0+)?)?(Z|[+-]00:?00)$/;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A day, as a record gives it, of what search gives: epoch ms or a time in UTC. Anything else as it is. */
function birthday(value: unknown): unknown {
  if (typeof value === 'number' && Math.abs(value) < 1e14) return dayOf(value);
  return typeof value === 'string' ? value.replace(/^(\d{4}-\d{2}-\d{2})T[\d:.]*(Z|[+-]\d{2}:?\d{2})?$/, '$1') : value;
}

/** The years 1973 to 2100: below, a number that happens to be a whole day may be an amount. */
const isDay = (value: number): boolean => value >= 1e11 && value < 4.1e12 && value % DAY_MS === 0;

/** The same for a custom field, whose type a row does not tell: only what is midnight in UTC to the millisecond. */
function customValue(value: unknown): unknown {
  if (typeof value === 'number') return isDay(value) ? dayOf(value) : value;
  return typeof value === 'string' ? value.replace(MIDNIGHT, '$1') : value;
}

const customField = (field: unknown): unknown =>
  isRecord(field) && 'value' in field ? { ...field, value: customValue(field.value) } : field;

/** One spelling for what the API spells by place: `address1`, names as typed, days. */
function contact(raw: Json): Json {
  const { firstNameRaw, lastNameRaw, address, ...rest } = raw;
  if (typeof firstNameRaw === 'string') rest.firstName = firstNameRaw;
  if (typeof lastNameRaw === 'string') rest.lastName = lastNameRaw;
  if (address !== undefined && rest.address1 === undefined) rest.address1 = address;
  if (rest.dateOfBirth !== undefined) rest.dateOfBirth = birthday(rest.dateOfBirth);
  if (Array.isArray(rest.customFields)) rest.customFields = rest.customFields.map(customField);
  if (rest.dnd === false) delete rest.dnd;
  return rest;
}

/** Items of an answer's lists that are no records. An answer to a read lists nothing else. */
export const countInvalidRows = (data: Json): number =>
  Object.values(data).reduce<number>(
    (sum, list) => sum + (Array.isArray(list) ? list.filter((item) => !isRecord(item)).length : 0),
    0,
  );

/** Characters a value has come to, so that small answers need no measuring. */
export interface SizeEstimate {
  characters: number;
}

/** A value as the model reads it: text cleaned and cut to `max` characters, and inside objects nothing null or empty. */
export function cleanValue(value: unknown, max: number, size: SizeEstimate): unknown {
  if (typeof value === 'string') {
    const text = truncate(stripHiddenCharacters(value), max);
    size.characters += text.length + 4;
    return text;
  }
  if (typeof value !== 'object' || value === null) {
    size.characters += 12;
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, max, size));
  return pickFields(value as Json, Object.keys(value), max, size);
}

/** A row as the model reads it: the keys asked for, or all but the noise. */
export function pickFields(row: Json, fields: readonly string[] | undefined, max: number, size: SizeEstimate): Json {
  const kept: Json = {};
  for (const key of fields ?? Object.keys(row)) {
    if (fields === undefined && OMITTED_FIELDS.has(key)) continue;
    const value = cleanValue(row[key], max, size);
    if (isEmpty(value)) continue;
    kept[stripHiddenCharacters(key)] = value;
    size.characters += key.length + 4;
  }
  return kept;
}

export const CONTACT_ROW = [
  'id',
  'firstName',
  'lastName',
  'email',
  'phone',
  'companyName',
  'tags',
  'assignedTo',
] as const;

const task = ({ _id, ...raw }: Json): Json => (_id === undefined ? raw : { id: _id, ...raw });
const event = ({ appoinmentStatus, ...raw }: Json): Json => ({
  ...raw,
  appointmentStatus: raw.appointmentStatus ?? appoinmentStatus,
});

export const rowOf = { contact, task, note: (raw: Json) => raw, event, any: (raw: Json) => raw };

/** Rows of a list below one contact: whose they are was asked for by name. */
export const withoutContactId =
  (row: ListShape['row']): ListShape['row'] =>
  (raw) => {
    const { contactId: _, ...rest } = row(raw);
    return rest;
  };

/** A list the API sends whole: paged here by `limit` and `skip`. */
export const unpagedList = (key: string, row: ListShape['row'] = rowOf.any): ListShape => ({
  key,
  row,
  whole: true,
  next: ({ args, complete, reached }) => (complete ? undefined : { ...args, skip: reached }),
});

/** A list of contacts that the API pages. */
export const contactList = (next: ListShape['next']): ListShape => ({
  key: 'contacts',
  row: contact,
  fields: CONTACT_ROW,
  next,
});

/** Whether the API has more to give after this page. */
export const hasNextPage = (
  { data, complete, args }: Page,
  limit: string,
  fallback: number,
  key = 'contacts',
): boolean => !complete || (data[key] as unknown[]).length >= Number(args[limit] ?? fallback);
