import { isEmpty, type Json } from '../../../lib/json.ts';
import { createContact, deleteContact } from '../../contacts.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { createContactNote, deleteContactNote } from '../../notes.ts';
import { createContactTask, deleteContactTask } from '../../tasks.ts';
import type { RecordRef } from './effects.ts';
import { businessWrite, listWrites } from './field-writes.ts';
import { fieldsOf } from './fields.ts';
import type { RecordKind } from './rules.ts';
import { idsOf, type Write } from './write.ts';

const DELETES = { contact: deleteContact, task: deleteContactTask, note: deleteContactNote } as const;

export const deletion = (record: RecordRef, from: unknown): Write => ({
  endpoint: DELETES[record.kind],
  args: idsOf(record),
  restored: [{ field: record.kind, from, to: null }],
});

const CREATES = { contact: createContact, task: createContactTask, note: createContactNote } as const;

/** The fields that a create takes. */
const CREATE_FIELDS: Readonly<Record<RecordKind, readonly string[]>> = {
  contact: [
    'firstName', 'lastName', 'email', 'phone', 'address1', 'city', 'state', 'postalCode', 'country', 'website', 'timezone',
    'companyName', 'dnd', 'dndSettings', 'inboundDndSettings', 'source', 'dateOfBirth', 'assignedTo', 'gender', 'tags',
  ],
  task: ['title', 'body', 'dueDate', 'completed', 'assignedTo'],
  note: ['body', 'title', 'color', 'pinned', 'userId'],
}; // biome-ignore format: lists

/** `before`: the record as it was deleted; `to`: how people call it. */
export function creation(record: RecordRef, before: Json, to: unknown): Write {
  const fields = fieldsOf(before);
  const plain = CREATE_FIELDS[record.kind].flatMap((name) => {
    const value = fields.get(name);
    return isEmpty(value) ? [] : [[name, value] as const];
  });
  const customFields = [...fields].flatMap(([field, value]) =>
    field.startsWith(CUSTOM_FIELDS) && !isEmpty(value) ? [{ field: field.slice(CUSTOM_FIELDS.length), value }] : [],
  );
  const { contactId } = record;
  return {
    endpoint: CREATES[record.kind],
    args: {
      ...Object.fromEntries(plain),
      ...(customFields.length > 0 ? { customFields } : {}),
      ...(record.kind === 'contact' ? {} : { contactId }),
    },
    restored: [{ field: record.kind, from: null, to }],
    creates: record,
  };
}

/** The same for what links a contact to users and a business, which its creation does not take. */
export function linkWrites(record: RecordRef, before: Json, now: Json): Write[] {
  const missing = fieldsOf(before).get('followers');
  const present = fieldsOf(now).get('followers');
  const add = [missing ?? []].flat().filter((item) => ![present ?? []].flat().includes(item));
  const { businessId } = before;
  return [
    ...listWrites(record, { field: 'followers', add, remove: [] }, [present ?? []].flat()),
    ...(isEmpty(businessId) || now.businessId === businessId
      ? []
      : [businessWrite(record, { field: 'businessId', from: now.businessId ?? null, to: businessId })]),
  ];
}
