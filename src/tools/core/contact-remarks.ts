import { matchField } from '../../api/write/compare.ts';
import { isEmpty, type Json } from '../../lib/json.ts';
import { rowOf } from './row-shape.ts';

/** Arguments that are no field of a contact, or that an answer keeps in a form of its own. */
const NOT_COMPARED = new Set([
  'contactId',
  'createNewIfDuplicateAllowed',
  'clear',
  'name',
  'dndSettings',
  'inboundDndSettings',
]);
/** Fields that are left out without a word: what cannot be told for sure counts as left out here. */
const LEFT_OUT = new Set(['phone', 'gender', 'companyName']);

/** The fields that an answer shows otherwise than they were sent. A field that it does not show at all says nothing of a create. */
function shownOtherwise(contact: Json, args: Json, isWhole: boolean): string[] {
  return Object.entries(args)
    .filter(([name, value]) => {
      if (NOT_COMPARED.has(name) || value === undefined) return false;
      if (isEmpty(contact[name]) && (isEmpty(value) || !isWhole)) return false;
      if (name === 'customFields') return lacksCustom(value, contact.customFields);
      const answer = matchField(name, value, contact);
      return answer === 'mismatch' || (answer === 'unknown' && LEFT_OUT.has(name));
    })
    .map(([name]) => name);
}

/** Whether a custom field that was given by its id is missing from those that are shown. */
const lacksCustom = (sent: unknown, stored: unknown): boolean =>
  Array.isArray(stored) &&
  (sent as Json[]).some(
    ({ id, value }) => id !== undefined && !isEmpty(value) && !(stored as Json[]).some((field) => field?.id === id),
  );

/** What a write of a contact did not store, by its answer. `isWhole`: the answer shows every field there is. */
export const writeRemarks =
  (isWhole: boolean) =>
  ({ contact }: Json, args: Json): string[] => {
    if (typeof contact !== 'object' || contact === null) return [];
    const fields = shownOtherwise(rowOf.contact(contact as Json), args, isWhole);
    return fields.length === 0
      ? []
      : [`The answer does not show as sent: ${fields.join(', ')}. Tell the user; get_contact shows what is stored.`];
  };

/** What an upsert dropped or replaced of a contact that was there. */
export function upsertRemarks(data: Json, args: Json): string[] {
  const { new: isNew, contact } = data;
  if (isNew !== false || typeof contact !== 'object' || contact === null) return writeRemarks(false)(data, args);
  const shown = rowOf.contact(contact as Json);
  const others = shownOtherwise(shown, args, true);
  const dropped = ['email', 'phone'].filter((name) => others.includes(name));
  const rest = others.filter((name) => !dropped.includes(name) && name !== 'gender');
  return [
    ...dropped.map(
      (name) =>
        `${name} was NOT stored: HighLevel leaves out one that belongs to another contact. find_duplicate_contact shows whose it is; tell the user.`,
    ),
    ...(others.includes('gender') ? ['gender was NOT stored: HighLevel takes it only when a contact is created.'] : []),
    ...(rest.length > 0 ? [`The answer does not show as sent: ${rest.join(', ')}.`] : []),
    ...(Array.isArray(args.tags) ? ['tags replaced all tags that the contact had.'] : []),
    ...(args.email !== undefined && !dropped.includes('email')
      ? ['The email given is the primary one now: if another one was, it is no longer stored.']
      : []),
  ];
}
