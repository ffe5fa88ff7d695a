import type { ListShape, Page } from '../../api/endpoint.ts';
import { isEmpty, isRecord, type Json, listIn, recordsOf, setMember } from '../../lib/json.ts';
import { stripHiddenCharacters, truncate, truncateMiddle } from '../../lib/text.ts';
import { DAY_MS, epochMs, toDay } from '../../lib/time.ts';
import { CUSTOM_FIELDS } from './references.ts';

/** Internal fields of the API; `fields` can still name any of them. */
export const OMITTED_FIELDS: ReadonlySet<string> = new Set([
  'locationId', 'contactName', 'fullNameLowerCase', 'firstNameLowerCase', 'lastNameLowerCase', 'emailLowerCase',
  'attributions', 'attributionSource', 'lastAttributionSource', 'startAfter', 'searchAfter', 'createdBy', 'lastUpdatedBy',
  'visitorId', 'deleted', 'phoneLabel', 'birthMonth', 'birthDay', 'lastSessionActivityAt', 'offers', 'products',
  'bounceEmail', 'unsubscribeEmail', 'validEmail', 'profilePhoto', 'keyword', 'attachments', 'opportunities',
]); // biome-ignore format: a list

const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})T00:00(:00(\.0+)?)?(Z|[+-]00:?00)$/;

/** `YYYY-MM-DD`, as get_contact gives it, from the forms of search: epoch ms or a time in UTC. Other values are unchanged. */
function birthday(value: unknown): unknown {
  if (typeof value === 'number' && Math.abs(value) < 1e14) return toDay(value);
  return typeof value === 'string' ? value.replace(/^(\d{4}-\d{2}-\d{2})T[\d:.]*(Z|[+-]\d{2}:?\d{2})?$/, '$1') : value;
}

/** The years 1973 to 2100: a smaller multiple of a day may be an amount. */
const isDay = (value: number): boolean => value >= 1e11 && value < 4.1e12 && value % DAY_MS === 0;

/** The same for a custom field. The row does not name its type, so only an exact midnight in UTC is read as a day. */
export function customValue(value: unknown): unknown {
  if (typeof value === 'number') return isDay(value) ? toDay(value) : value;
  return typeof value === 'string' ? value.replace(MIDNIGHT, '$1') : value;
}

const customField = (field: unknown): unknown =>
  isRecord(field) && 'value' in field ? { ...field, value: customValue(field.value) } : field;

/** A contact's names as people typed them; search gives them in lower case as well. */
export const typedNames = ({ firstName, firstNameRaw, lastName, lastNameRaw, name }: Json): Json => ({
  firstName: typeof firstNameRaw === 'string' ? firstNameRaw : firstName,
  lastName: typeof lastNameRaw === 'string' ? lastNameRaw : lastName,
  name,
});

/** One form for what endpoints give in different forms: `address1`, names as typed, days. */
function contact(raw: Json): Json {
  const { firstNameRaw: _first, lastNameRaw: _last, address, ...rest } = raw;
  const { firstName, lastName } = typedNames(raw);
  if (firstName !== undefined) rest.firstName = firstName;
  if (lastName !== undefined) rest.lastName = lastName;
  if (address !== undefined && rest.address1 === undefined) rest.address1 = address;
  if (rest.dateOfBirth !== undefined) rest.dateOfBirth = birthday(rest.dateOfBirth);
  if (Array.isArray(rest.customFields)) rest.customFields = rest.customFields.map(customField);
  return rest;
}

/** List items of an answer that are no objects. */
export const countInvalidRows = (data: Json): number =>
  Object.values(data).reduce<number>(
    (sum, list) => sum + (Array.isArray(list) ? list.filter((item) => !isRecord(item)).length : 0),
    0,
  );

/** Shortens the text under a key to `max` characters and a mark. */
export type Shorten = (text: string, max: number, key: string) => string;

/** What people wrote in notes and tasks: the conclusion is often at the end. */
const LONG_TEXTS = new Set(['body', 'text']);
/** Shortens long texts in one way, and all others at their end. */
export const shortenLongTexts =
  (shortenLong: typeof truncateMiddle): Shorten =>
  (text, max, key) =>
    LONG_TEXTS.has(key) ? shortenLong(text, max) : truncate(text, max);
export const shortenText = shortenLongTexts(truncateMiddle);

/** A value for the model: text cleaned and shortened to `max` characters; objects without null and empty values. */
export function cleanValue(value: unknown, max: number, shorten: Shorten = shortenText, key = ''): unknown {
  if (typeof value === 'string') return shorten(stripHiddenCharacters(value), max, key);
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, max, shorten, key));
  return isRecord(value) ? pickFields(value, max, Object.keys(value), shorten) : value;
}

/** Marks a row or record that the search index does not show yet as this server wrote it. */
export const NOT_YET_INDEXED = 'notYetIndexed';

/** A row for the model: the fields named, or all but the internal ones. */
export function pickFields(row: Json, max: number, fields?: readonly string[], shorten?: Shorten): Json {
  const keys = fields ? [...fields, NOT_YET_INDEXED] : Object.keys(row).filter((key) => !OMITTED_FIELDS.has(key));
  const picked: Json = {};
  for (const key of keys) {
    const value = cleanValue(row[key], max, shorten, key);
    if (!isEmpty(value)) setMember(picked, stripHiddenCharacters(key), value);
  }
  return picked;
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

/** HighLevel knows only completed or not. */
export type TaskStatus = 'open' | 'overdue' | 'completed';

function taskStatus({ completed, dueDate }: Json, now: number): TaskStatus {
  if (completed === true) return 'completed';
  return epochMs(dueDate) < now ? 'overdue' : 'open';
}

const task = ({ _id, ...raw }: Json, now: number): Json & { readonly status: TaskStatus } => ({
  ...(_id === undefined ? {} : { id: _id }),
  ...raw,
  status: taskStatus(raw, now),
});
const event = ({ appoinmentStatus, ...raw }: Json): Json => ({
  ...raw,
  appointmentStatus: raw.appointmentStatus ?? appoinmentStatus,
});

export const rowOf = { contact, task, note: (raw: Json) => raw, event, any: (raw: Json) => raw };

/** The values of a record by field without those omitted, each custom field by its own: `customFields.<id>`. */
export function valuesByField(record: Json, omitted: ReadonlySet<string>): Map<string, unknown> {
  const { customFields, ...fields } = contact(record);
  return new Map([
    ...Object.entries(fields).filter(([name]) => !omitted.has(name)),
    ...recordsOf(customFields).map(({ id, value }) => [`${CUSTOM_FIELDS}${id}`, value] as const),
  ]);
}

/** A list that the API sends in one answer; `limit` and `skip` page it here. */
export const unpagedList = (
  key: string,
  row: ListShape['row'] = rowOf.any,
  omitted: readonly string[] = [],
): ListShape => ({
  key,
  row,
  omitted,
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

/** Whether the API may have more rows after this page. */
export const hasNextPage = (
  { data, complete, args }: Page,
  limit: string,
  fallback: number,
  key = 'contacts',
): boolean => !complete || listIn(data, key).length >= Number(args[limit] ?? fallback);
