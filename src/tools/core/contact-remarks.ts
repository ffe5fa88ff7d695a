import { droppedFields } from '../../api/write/changed-fields.ts';
import { type Json, recordIn } from '../../lib/json.ts';
import { updatedContact } from './contact-arguments.ts';
import { rowOf } from './row-shape.ts';

/** Names of the fields that the answer shows with another value. A create shows only some fields; others are not judged. */
export const differentFields = (contact: Json, args: Json, showsAllFields: boolean): string[] =>
  droppedFields(updatedContact(args), contact, showsAllFields);

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
