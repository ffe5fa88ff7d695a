import { NO_IDENTITY } from '../../api/error-details.ts';
import { UserError } from '../../lib/errors.ts';
import { isBlank, type Json, recordsOf, textIn } from '../../lib/json.ts';

/** Fields the API documents as nullable on PUT: null empties them. */
export const CLEARABLE = [
  'firstName', 'lastName', 'name', 'email', 'phone', 'address1', 'city', 'state', 'website', 'timezone', 'source',
  'dateOfBirth', 'assignedTo',
] as const; // biome-ignore format: a list

/** A field cannot be cleared and set by the same call. */
export const CLEAR_RULE = {
  path: ['clear'],
  message: 'names a field that is given a value as well: leave out one of the two',
};
export const clearsOthers = ({ clear, ...fields }: { clear?: readonly string[] | undefined }): boolean =>
  clear?.every((name) => !Object.hasOwn(fields, name)) ?? true;

/** A custom field by its key, which HighLevel resolves itself, and not by its id. */
export const isFieldKey = (field: unknown): boolean => typeof field === 'string' && field.startsWith('contact.');

const fieldValue = ({ field, value }: Json): Json => ({
  [isFieldKey(field) ? 'key' : 'id']: field,
  field_value: value,
});

/** `{field, value}` is `{id, field_value}` or `{key, field_value}` in the API. */
const withFieldValues = ({ customFields, ...rest }: Json): Json =>
  Array.isArray(customFields) ? { ...rest, customFields: recordsOf(customFields).map(fieldValue) } : rest;

/** A whole name in its parts, because HighLevel refuses a contact that has only `name`. Parts that are given win over it. */
function withNameParts(args: Json): Json {
  const { name: _name, ...rest } = args;
  const [firstName, ...others] = (textIn(args, 'name') ?? '').trim().split(/\s+/);
  const hasParts = [rest.firstName, rest.lastName].some((part) => part !== undefined && part !== null);
  if (hasParts || !firstName) return rest;
  return { ...rest, firstName, ...(others.length > 0 ? { lastName: others.join(' ') } : {}) };
}

export const upsertedContact = (args: Json): Json => withNameParts(withFieldValues(args));

/** @throws UserError for a contact that HighLevel would refuse, before anything is sent */
export function newContact(args: Json): Json {
  const sent = upsertedContact(args);
  if ([sent.email, sent.phone, sent.firstName, sent.lastName].every(isBlank)) throw new UserError(NO_IDENTITY);
  return sent;
}

/** `clear` as fields that are null, without the precondition. */
export function updatedContact(args: Json): Json {
  const { clear, ifUnchangedSince: _, ...rest } = withFieldValues(args);
  return Array.isArray(clear) ? { ...rest, ...Object.fromEntries(clear.map((name) => [name, null])) } : rest;
}
