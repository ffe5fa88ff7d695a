import { isEmpty, isRecord, type Json } from '../../../lib/json.ts';
import { bulkAssignContactBusiness } from '../../businesses.ts';
import { updateContact } from '../../contacts.ts';
import { CLEARABLE } from '../../core/contact-arguments.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { addContactFollowers, removeContactFollowers } from '../../followers.ts';
import { updateContactNote } from '../../notes.ts';
import { addContactTags, removeContactTags } from '../../tags.ts';
import { setContactTaskCompleted, updateContactTask } from '../../tasks.ts';
import type { RecordRef } from './effects.ts';
import type { ListField } from './fields.ts';
import type { RecordKind } from './rules.ts';
import { type FieldRestored, idsOf, type Write } from './write.ts';

/** Items to be added to, and removed from, a list of a contact. */
export interface ListChange {
  readonly field: ListField;
  readonly add: readonly unknown[];
  readonly remove: readonly unknown[];
}

const LIST_ENDPOINTS = {
  tags: { add: addContactTags, remove: removeContactTags },
  followers: { add: addContactFollowers, remove: removeContactFollowers },
} as const;

export const listWrites = (
  { contactId }: RecordRef,
  { field, ...items }: ListChange,
  now: readonly unknown[],
): Write[] =>
  (['remove', 'add'] as const).flatMap((way) => {
    const change = items[way];
    if (change.length === 0) return [];
    const to = way === 'add' ? [...now, ...change] : now.filter((item) => !change.includes(item));
    return [
      {
        endpoint: LIST_ENDPOINTS[field][way],
        args: { contactId, [field]: change },
        restored: [{ field, from: now, to }],
      },
    ];
  });

/** The write that gives the fields of a record their values back, and one for its business. */
export function fieldWrites(record: RecordRef, fields: readonly FieldRestored[]): Write[] {
  if (record.kind !== 'contact') return fields.length > 0 ? [partWrite(record, fields)] : [];
  const business = fields.filter(({ field }) => field === 'businessId');
  const others = fields.filter(({ field }) => field !== 'businessId');
  return [
    ...(others.length > 0
      ? [{ endpoint: updateContact, args: { ...contactArguments(others), ...idsOf(record) }, restored: others }]
      : []),
    ...business.map((field) => businessWrite(record, field)),
  ];
}

export const businessWrite = ({ contactId }: RecordRef, restored: FieldRestored): Write => ({
  endpoint: bulkAssignContactBusiness,
  args: { ids: [contactId], ...(isEmpty(restored.to) ? { unlinkBusiness: true } : { businessId: restored.to }) },
  restored: [restored],
});

const UPDATES = { task: updateContactTask, note: updateContactNote } as const;

function partWrite(record: RecordRef & { readonly kind: RecordKind }, restored: readonly FieldRestored[]): Write {
  const kind = record.kind === 'task' ? 'task' : 'note';
  const values = Object.fromEntries(restored.map(({ field, to }) => [field, to ?? emptyValue(field)]));
  const isCompletion = kind === 'task' && restored.length === 1 && 'completed' in values;
  return {
    endpoint: isCompletion ? setContactTaskCompleted : UPDATES[kind],
    args: { ...values, ...idsOf(record) },
    restored,
  };
}

/** What empties a field that takes no null. */
const emptyValue = (field: string): unknown =>
  field === 'completed' || field === 'pinned' || field === 'dnd' ? false : '';

/** The arguments of update_contact that give these fields their values. */
function contactArguments(fields: readonly FieldRestored[]): Json {
  const clear = fields.filter(({ field, to }) => isEmpty(to) && isClearable(field)).map(({ field }) => field);
  const customFields = fields.flatMap(({ field, to }) =>
    field.startsWith(CUSTOM_FIELDS) ? [{ field: field.slice(CUSTOM_FIELDS.length), value: to ?? '' }] : [],
  );
  const plain = fields.filter(({ field }) => !field.startsWith(CUSTOM_FIELDS) && !clear.includes(field));
  return {
    ...Object.fromEntries(plain.map(({ field, from, to }) => [field, contactValue(field, from, to)])),
    ...(clear.length > 0 ? { clear } : {}),
    ...(customFields.length > 0 ? { customFields } : {}),
  };
}

const isClearable = (field: string): boolean => CLEARABLE.some((name) => name === field);

function contactValue(field: string, from: unknown, to: unknown): unknown {
  if (field === 'dndSettings') return { ...unblocked(from), ...channelsOf(to) };
  if (field === 'inboundDndSettings') return isRecord(to) ? to : unblocked(from);
  return isEmpty(to) ? emptyValue(field) : to;
}

const channelsOf = (settings: unknown): Json => (isRecord(settings) ? settings : {});

/** HighLevel merges the channels that are sent: one that had no setting before can only be set to be not blocked. */
const unblocked = (settings: unknown): Json =>
  Object.fromEntries(Object.keys(channelsOf(settings)).map((channel) => [channel, { status: 'inactive' }]));
