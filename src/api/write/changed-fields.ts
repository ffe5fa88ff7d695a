import { isEmpty, type Json, recordsOf, rowsIn, stableKey } from '../../lib/json.ts';
import type { Endpoint, RecordChange } from '../endpoint.ts';
import { matchField } from './compare.ts';

/** Keys of requests that are no field of the record. */
const NO_FIELD = new Set(['contactId', 'taskId', 'noteId', 'locationId', 'createNewIfDuplicateAllowed']);

/** Names of the fields that a request sets; a whole name is stored in its parts. */
export const fieldsOf = (sent: Json): string[] => {
  const names = Object.keys(sent).filter((name) => !NO_FIELD.has(name) && sent[name] !== undefined);
  return [...new Set(names.flatMap((name) => (name === 'name' ? ['firstName', 'lastName'] : [name])))];
};

const isSame = (a: unknown, b: unknown): boolean => (isEmpty(a) && isEmpty(b)) || stableKey(a) === stableKey(b);

/** The fields that a request sets and that differ between two states of a record; an empty one is null. */
export function changedFields(sent: Json, before: Json, after: Json): Pick<RecordChange, 'before' | 'after'> {
  const sides: { before: Json; after: Json } = { before: {}, after: {} };
  for (const name of fieldsOf(sent)) {
    const [old, stored] = name === 'customFields' ? customFields(sent, before, after) : [before[name], after[name]];
    if (isSame(old, stored)) continue;
    sides.before[name] = old ?? null;
    sides.after[name] = stored ?? null;
  }
  return sides;
}

/** The custom fields that differ, as `{id, value}`, those that are sent by key included. */
function customFields(sent: Json, before: Json, after: Json): [Json[], Json[]] {
  const [old, stored] = [valuesById(before), valuesById(after)];
  const sentIds = rowsIn(sent, 'customFields').map(({ id }) => id);
  const ids = sentIds.includes(undefined) ? new Set([...old.keys(), ...stored.keys()]) : new Set(sentIds);
  const changed = [...ids].filter((id) => !isSame(old.get(id), stored.get(id)));
  const rows = (values: ReadonlyMap<unknown, unknown>) => changed.map((id) => ({ id, value: values.get(id) ?? null }));
  return [rows(old), rows(stored)];
}

const valuesById = (record: Json): Map<unknown, unknown> =>
  new Map(rowsIn(record, 'customFields').map(({ id, value }) => [id, value]));

/** The fields that a request sets, as they are stored; as they were sent where the answer does not show them. */
export function storedFields(sent: Json, record: Json): Json {
  const shown = fieldsOf(sent).map((name) => [name, record[name] ?? sentValue(sent, name)] as const);
  return Object.fromEntries(shown.filter(([, value]) => !isEmpty(value)));
}

const sentValue = (sent: Json, name: string): unknown =>
  name === 'customFields'
    ? recordsOf(sent[name]).map(({ id, key, value, field_value }) => ({ id: id ?? key, value: value ?? field_value }))
    : sent[name];

/** Fields that HighLevel may leave out silently: one that cannot be compared counts as left out. */
const MAY_BE_DROPPED = new Set(['phone', 'gender', 'companyName']);
/** Fields that answers give in another form. */
const NOT_COMPARED = new Set(['name', 'dndSettings', 'inboundDndSettings']);

/**
 * Names of the fields that a request sets and that the record does not show as sent. With `showsAll` a field that is not in
 * the record is empty; else it is not judged.
 */
export const droppedFields = (sent: Json, record: Json, showsAll: boolean): string[] =>
  Object.keys(sent).filter((name) => {
    const value = sent[name];
    if (NO_FIELD.has(name) || NOT_COMPARED.has(name) || value === undefined) return false;
    if (isEmpty(record[name]) && (isEmpty(value) || !showsAll)) return false;
    if (name === 'customFields') return lacksCustomField(sent, record);
    const match = matchField(name, value, record);
    return match === 'mismatch' || (match === 'unknown' && MAY_BE_DROPPED.has(name));
  });

/** Names of the fields that a write did not store, by its answer. */
export function droppedBy({ reconcile }: Endpoint, sent: Json, answer: Json): readonly string[] {
  const change = reconcile?.change.describe({ sent, before: 'unknown', answer });
  return (change && 'dropped' in change && change.dropped) || [];
}

/** Whether a custom field that was sent by its id is not among those that the record shows. */
function lacksCustomField(sent: Json, record: Json): boolean {
  if (!Array.isArray(record.customFields)) return false;
  const stored = valuesById(record);
  return rowsIn(sent, 'customFields').some(
    ({ id, value, field_value }) => id !== undefined && !isEmpty(value ?? field_value) && !stored.has(id),
  );
}
