import { matchField } from '../../api/write/compare.ts';
import { isEmpty, type Json, listIn, recordIn, rowsIn } from '../../lib/json.ts';
import { isFieldKey } from './contact-arguments.ts';
import { rowOf } from './row-shape.ts';

/** Arguments that are no field of a contact, or that answers give in another form. */
const NOT_COMPARED = new Set(['contactId', 'createNewIfDuplicateAllowed', 'clear', 'name', 'dndSettings', 'inboundDndSettings']); // biome-ignore format: a list
/** Fields that HighLevel may silently not store: one that cannot be compared counts as not stored. */
const MAY_BE_DROPPED = new Set(['phone', 'gender', 'companyName']);

/** Names of the fields that the answer shows with another value. A create shows only some fields; others are not judged. */
export function differentFields(contact: Json, args: Json, showsAllFields: boolean): string[] {
  const isDifferent = ([name, value]: [string, unknown]): boolean => {
    if (NOT_COMPARED.has(name) || value === undefined) return false;
    if (isEmpty(contact[name]) && (isEmpty(value) || !showsAllFields)) return false;
    if (name === 'customFields') return lacksCustomField(contact, args);
    const match = matchField(name, value, contact);
    return match === 'mismatch' || (match === 'unknown' && MAY_BE_DROPPED.has(name));
  };
  const kept = listIn(args, 'clear')
    .map(String)
    .filter((name) => name !== 'name' && !isEmpty(contact[name]));
  const different = Object.entries(args).filter(isDifferent);
  return [...different.map(([name]) => name), ...kept];
}

/** Whether a custom field that was sent by its id is not in the answer. */
function lacksCustomField(contact: Json, args: Json): boolean {
  if (!Array.isArray(contact.customFields)) return false;
  const stored = new Set(rowsIn(contact, 'customFields').map(({ id }) => id));
  return rowsIn(args, 'customFields').some(
    ({ field, value }) => !isFieldKey(field) && !isEmpty(value) && !stored.has(field),
  );
}

/** Notices about fields that a write did not store, by its answer. */
export const writeRemarks =
  (showsAllFields: boolean) =>
  (data: Json, args: Json): string[] => {
    const contact = recordIn(data, 'contact');
    const fields = contact ? differentFields(rowOf.contact(contact), args, showsAllFields) : [];
    return fields.length === 0
      ? []
      : [`The answer does not show as sent: ${fields.join(', ')}. Tell the user; get_contact shows what is stored.`];
  };

/** Notices about what an upsert did not store, or replaced, of an existing contact. */
export function upsertRemarks(data: Json, args: Json): string[] {
  const contact = recordIn(data, 'contact');
  if (data.new !== false || !contact) return writeRemarks(false)(data, args);
  const different = differentFields(rowOf.contact(contact), args, true);
  const dropped = ['email', 'phone'].filter((name) => different.includes(name));
  const rest = different.filter((name) => !dropped.includes(name) && name !== 'gender');
  return [
    ...dropped.map(
      (name) =>
        `${name} was NOT stored: HighLevel leaves out one that belongs to another contact. find_duplicate_contact shows whose it is; tell the user.`,
    ),
    ...(different.includes('gender')
      ? ['gender was NOT stored: HighLevel takes it only when a contact is created.']
      : []),
    ...(rest.length > 0 ? [`The answer does not show as sent: ${rest.join(', ')}.`] : []),
    ...(Array.isArray(args.tags) ? ['tags replaced all tags that the contact had.'] : []),
    ...(args.email !== undefined && !dropped.includes('email')
      ? ['The email given is the primary one now: if another one was, it is no longer stored.']
      : []),
  ];
}
