import { tagsAfter } from '../../api/contact-fields.ts';
import { isId } from '../../api/endpoint.ts';
import { isEmpty, type Json, listIn, recordIn, recordsOf, rowsIn, textIn } from '../../lib/json.ts';
import { rowOf } from './row-shape.ts';

/** What is known of a contact after a write, in the form of `rowOf.contact`. */
export type Knowledge =
  | { readonly kind: 'deleted' }
  /** As get_contact gives it: an absent field is empty. Without `dateUpdated` the time of the last change is not known. */
  | { readonly kind: 'whole'; readonly contact: Json }
  /** Only the fields that changed. */
  | { readonly kind: 'changes'; readonly contact: Json }
  /** Changed, and only get_contact shows how. */
  | { readonly kind: 'unknown' };

/** What a write shows, by contact id. */
type Written = readonly (readonly [id: string, knowledge: Knowledge])[];
type ReadWritten = (args: Json, answer: Json) => Written;

const UNKNOWN: Knowledge = { kind: 'unknown' };

const written = (id: unknown, knowledge: Knowledge): Written => (isId(id) ? [[id, knowledge]] : []);

/** Arguments that are no field of the answer, or that HighLevel may leave out of it. */
const NOT_IN_ANSWER = new Set(['contactId', 'name', 'clear', 'createNewIfDuplicateAllowed', 'dnd', 'gender', 'inboundDndSettings']); // biome-ignore format: a list

/** Whether an argument gives a value: one with which custom fields are emptied does not. */
const givesValue = (key: string, value: unknown): boolean =>
  key === 'customFields' ? recordsOf(value).some((field) => !isEmpty(field.value)) : !isEmpty(value);

/** A record of a contact; `unknown` if it lacks what a whole record has. */
export function wholeContact(raw: Json, sent: Json = {}): Knowledge {
  const contact = rowOf.contact(raw);
  const lacks = ([key, value]: [string, unknown]) =>
    !NOT_IN_ANSWER.has(key) && givesValue(key, value) && isEmpty(contact[key]);
  const isWhole = typeof contact.dateAdded === 'string' && !Object.entries(sent).some(lacks);
  return isWhole ? { kind: 'whole', contact } : UNKNOWN;
}

const recordOf: ReadWritten = (args, answer) => {
  const contact = recordIn(answer, 'contact');
  return written(contact?.id ?? args.contactId, contact ? wholeContact(contact, args) : UNKNOWN);
};

const listOf =
  (key: 'tags' | 'followers'): ReadWritten =>
  ({ contactId }, answer) =>
    written(contactId, { kind: 'changes', contact: { [key]: listIn(answer, key) } });

/** A reconciled answer has no tags. */
function tagsOf(row: Json): Knowledge {
  const tags = tagsAfter(row);
  return tags ? { kind: 'changes', contact: { tags } } : UNKNOWN;
}

/** The writes that change what lists and searches show of a contact. */
const WRITES: Readonly<Record<string, ReadWritten>> = {
  create_contact: recordOf,
  update_contact: recordOf,
  upsert_contact: recordOf,
  delete_contact: ({ contactId }) => written(contactId, { kind: 'deleted' }),
  add_contact_tags: listOf('tags'),
  remove_contact_tags: listOf('tags'),
  add_contact_followers: listOf('followers'),
  remove_contact_followers: listOf('followers'),
  bulk_update_contact_tags: (_, answer) =>
    rowsIn(answer, 'responses').flatMap((row) => (row.type === 'error' ? [] : written(row.contactId, tagsOf(row)))),
  bulk_assign_contact_business: ({ businessId }, answer) =>
    listIn(answer, 'ids').flatMap((id) => written(id, { kind: 'changes', contact: { businessId } })),
};

export const changesContacts = (tool: string): boolean => Object.hasOwn(WRITES, tool);

/** What the answer to a write shows of the contacts that it changed. */
export const writtenContacts = (tool: string, args: Json, answer: Json): Written => WRITES[tool]?.(args, answer) ?? [];

/** What is known of the contacts of a write whose outcome is not known. */
export const uncertainContacts = (args: Json): Written => contactIdsIn(args).flatMap((id) => written(id, UNKNOWN));

/** The ids of contacts in the arguments of a write. */
export const contactIdsIn = (args: Json): unknown[] => [
  textIn(args, 'contactId'),
  ...listIn(args, 'contacts'),
  ...listIn(args, 'ids'),
];
