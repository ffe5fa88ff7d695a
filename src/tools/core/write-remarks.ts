import type { Endpoint } from '../../api/endpoint.ts';
import { droppedFields } from '../../api/write/changed-fields.ts';
import { type Json, recordIn } from '../../lib/json.ts';
import { updatedContact } from './contact-arguments.ts';

/** Names of the fields that the answer shows with another value. A create shows only some fields; others are not judged. */
export const differentFields = (contact: Json, args: Json, showsAllFields: boolean): string[] =>
  droppedFields(updatedContact(args), contact, showsAllFields);

/** A notice about the fields that a write did not store; `reader` is the tool that shows the record. */
export const droppedRemarks =
  (reader: string): NonNullable<Endpoint['remarks']> =>
  (_data, _args, dropped) =>
    dropped.length === 0
      ? []
      : [`The answer does not show as sent: ${dropped.join(', ')}. Tell the user; ${reader} shows what is stored.`];

/** Notices about what an upsert did not store, or replaced, of an existing contact. */
export const upsertRemarks: NonNullable<Endpoint['remarks']> = (data, args, dropped) => {
  if (data.new !== false || !recordIn(data, 'contact')) return droppedRemarks('get_contact')(data, args, dropped);
  const keys = ['email', 'phone'].filter((name) => dropped.includes(name));
  const rest = dropped.filter((name) => !keys.includes(name) && name !== 'gender');
  return [
    ...keys.map(
      (name) =>
        `${name} was NOT stored: HighLevel leaves out one that belongs to another contact. find_duplicate_contact shows whose it is; tell the user.`,
    ),
    ...(dropped.includes('gender')
      ? ['gender was NOT stored: HighLevel takes it only when a contact is created.']
      : []),
    ...(rest.length > 0 ? [`The answer does not show as sent: ${rest.join(', ')}.`] : []),
    ...(Array.isArray(args.tags) ? ['tags replaced all tags that the contact had.'] : []),
    ...(args.email !== undefined && !keys.includes('email')
      ? ['The email given is the primary one now: if another one was, it is no longer stored.']
      : []),
  ];
};
