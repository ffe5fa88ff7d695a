import { contactLabel } from '../../api/contact-fields.ts';
import type { Entry } from '../../api/write/journal/entry.ts';
import { isEmpty, isRecord, type Json, recordIn } from '../../lib/json.ts';
import { cleanValue, valuesByField } from './row-shape.ts';

/** How a field changed: null where there was, or is, no value; without `old` or `new` where it is not known. */
export interface FieldChange extends Json {
  readonly field: string;
  readonly old?: unknown;
  readonly new?: unknown;
}

/** Characters of a value. */
const MAX_VALUE = 200;
/** Contacts of one write that are shown. */
const MAX_CONTACTS = 25;

/** An entry of the journal for people: who changed what, when, from which value to which. */
export function journalRow(entry: Entry): Json {
  const { id, time, tool, contactId, contactName, host, outcome, reason, contacts, group, undoes } = entry;
  const row = {
    id,
    at: time,
    tool,
    outcome,
    reason,
    contactId,
    contactName,
    host: host && [host.name, host.version].filter(Boolean).join(' '),
    changes: contacts ? undefined : changesOf(entry),
    contactCount: contacts?.length,
    contacts: contacts?.slice(0, MAX_CONTACTS).map(rowOfContact),
    notStored: cleanValue(entry.dropped, MAX_VALUE),
    fields: cleanValue(entry.fields, MAX_VALUE),
    ...{ group, undoes },
  };
  return Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => !isEmpty(value))
      .map(([key, value]) => [key, typeof value === 'string' ? cleanValue(value, MAX_VALUE) : value]),
  );
}

const rowOfContact = ({ contactId, contactName, before, after }: NonNullable<Entry['contacts']>[number]): Json => ({
  contactId,
  ...(contactName === undefined ? {} : { contactName: cleanValue(contactName, MAX_VALUE) }),
  changes: changesOf({ before, after }),
});

type Sides = Pick<Entry, 'before' | 'after'>;
type Side = Entry['before'];

/** The changes of a write to one record; of a deleted contact, what was lost with it. */
export function changesOf({ before, after }: Sides): FieldChange[] {
  if (before === undefined && after === undefined) return [];
  const contact = isRecord(before) ? recordIn(before, 'contact') : undefined;
  if (contact && isRecord(before)) return lostWith(contact, before);
  const [old, stored] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...old.keys(), ...stored.keys()])].flatMap((field) => {
    const change = { field, ...shown('old', before, old.get(field)), ...shown('new', after, stored.get(field)) };
    return isEmpty(change.old) && isEmpty(change.new) ? [] : [change];
  });
}

const shown = (key: 'old' | 'new', side: Side, value: unknown): { readonly old?: unknown; readonly new?: unknown } =>
  side === 'unknown' ? {} : { [key]: cleanValue(value ?? null, MAX_VALUE) };

/** Keys of records that say nothing to people. */
const NOT_SHOWN = new Set(['id', '_id', 'locationId', 'contactId', 'dateAdded', 'dateUpdated', 'isDeleted', 'deleted']);

const fieldsOf = (side: Side): Map<string, unknown> => valuesByField(isRecord(side) ? side : {}, NOT_SHOWN);

function lostWith(contact: Json, { contact: _, ...parts }: Json): FieldChange[] {
  const name = cleanValue(contactLabel(contact) || contact.id, MAX_VALUE);
  const lists = Object.entries(parts).map(([field, list]) => ({
    field,
    ...(Array.isArray(list) ? { old: list.length } : {}),
    new: null,
  }));
  return [{ field: 'contact', old: name, new: null }, ...lists.filter(({ old }) => old !== 0)];
}
