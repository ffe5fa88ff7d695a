import type { Json, ListShape, Page } from './endpoint.ts';

/** Bookkeeping of the API that says nothing about a person; `fields` brings any of it back by name. */
const CONTACT_NOISE = new Set([
  'locationId', 'contactName', 'fullNameLowerCase', 'firstNameLowerCase', 'lastNameLowerCase', 'emailLowerCase',
  'attributions', 'attributionSource', 'lastAttributionSource', 'startAfter', 'searchAfter', 'createdBy', 'lastUpdatedBy',
  'visitorId', 'deleted', 'phoneLabel', 'birthMonth', 'birthDay', 'lastSessionActivityAt', 'offers', 'products',
  'bounceEmail', 'unsubscribeEmail', 'validEmail', 'profilePhoto', 'keyword', 'attachments', 'opportunities',
]); // biome-ignore format: a list

/** One spelling for what the API spells by place: `address1`, names as typed. */
function contact(raw: Json): Json {
  const { firstNameRaw, lastNameRaw, address, ...rest } = raw;
  if (typeof firstNameRaw === 'string') rest.firstName = firstNameRaw;
  if (typeof lastNameRaw === 'string') rest.lastName = lastNameRaw;
  if (address !== undefined && rest.address1 === undefined) rest.address1 = address;
  if (rest.dnd === false) delete rest.dnd;
  return rest;
}

const without = (row: Json, names: ReadonlySet<string>): Json =>
  Object.fromEntries(Object.entries(row).filter(([key]) => !names.has(key)));

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** Drops what is null, empty or an empty list, at every depth below the row. */
export function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, compact(item)] as const)
      .filter(([, item]) => !isEmpty(item)),
  );
}

const pick = (row: Json, names: readonly string[]): Json =>
  Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name]]));

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

/** A row as the model reads it: the keys asked for, or all but the noise. */
export function shown(row: Json, fields: readonly string[] | undefined): Json {
  return compact(fields ? pick(row, fields) : without(row, CONTACT_NOISE)) as Json;
}

const task = ({ _id, ...raw }: Json): Json => (_id === undefined ? raw : { id: _id, ...raw });
const event = ({ appoinmentStatus, ...raw }: Json): Json => ({
  ...raw,
  appointmentStatus: raw.appointmentStatus ?? appoinmentStatus,
});

export const rowOf = { contact, task, note: (raw: Json) => raw, event, any: (raw: Json) => raw };

/** Rows of a list below one contact: whose they are was asked for by name. */
export const ofContact =
  (row: ListShape['row']): ListShape['row'] =>
  (raw) => {
    const { contactId: _, ...rest } = row(raw);
    return rest;
  };

/** A list the API sends whole: paged here by `limit` and `skip`. */
export const whole = (key: string, row: ListShape['row'] = rowOf.any): ListShape => ({
  key,
  row,
  whole: true,
  next: ({ args, complete, reached }) => (complete ? undefined : { ...args, skip: reached }),
});

/** A list of contacts that the API pages. */
export const contacts = (next: ListShape['next']): ListShape => ({
  key: 'contacts',
  row: contact,
  fields: CONTACT_ROW,
  next,
});

/** Whether the API has more to give after this page. */
export const fullPage = ({ data, complete, args }: Page, limit: string, fallback: number, key = 'contacts'): boolean =>
  !complete || (data[key] as unknown[]).length >= Number(args[limit] ?? fallback);
