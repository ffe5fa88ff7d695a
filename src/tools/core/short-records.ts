import { type Json, listIn, recordIn, recordsOf } from '../../lib/json.ts';
import { isFieldKey } from './contact-arguments.ts';
import { CONTACT_ROW, pickFields, rowOf } from './row-shape.ts';

/** Characters of a text of a record that was deleted: enough to recognize it. */
const MAX_TEXT = 500;

/** Who a contact is, and the fields that the arguments of a write set, cleared or replaced, as the contact has them. */
export function shortContact(contact: Json, args: Json = {}): Json {
  const row = rowOf.contact(contact);
  const keys = new Set<unknown>([...CONTACT_ROW, ...Object.keys(args), ...listIn(args, 'clear')]);
  // A custom field that was sent by its key is in the answer by an id that is not known here.
  const sent = recordsOf(args.customFields).map(({ field }) => field);
  const customFields = sent.some(isFieldKey)
    ? row.customFields
    : recordsOf(row.customFields).filter(({ id }) => sent.includes(id));
  return Object.fromEntries(Object.entries({ ...row, customFields }).filter(([key]) => keys.has(key)));
}

/** The answer of a write with the contact in short form, for `present` of an endpoint. */
export function presentWrittenContact(data: Json, args: Json): Json {
  const contact = recordIn(data, 'contact');
  if (!contact) return data;
  // For the next call with a precondition.
  const asked = 'ifUnchangedSince' in args ? { ...args, dateUpdated: true } : args;
  return { ...data, contact: shortContact(contact, asked) };
}

/** Records in short form, by the key of an answer. */
export const SHORT_RECORDS = {
  contact: (contact: Json) => pickFields(shortContact(contact), MAX_TEXT),
  task: (task: Json) =>
    pickFields(task, MAX_TEXT, ['id', '_id', 'title', 'body', 'dueDate', 'completed', 'assignedTo']),
  note: (note: Json) => pickFields(note, MAX_TEXT, ['id', 'title', 'body', 'dateAdded', 'userId']),
} as const satisfies Record<string, (record: Json) => Json>;
export type ShortRecordKey = keyof typeof SHORT_RECORDS;
