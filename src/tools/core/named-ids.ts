import { isRecord, type Json, recordsOf } from '../../lib/json.ts';
import type { LookupKind } from './lookup-cache.ts';
import { CUSTOM_FIELDS } from './references.ts';

/** Keys of answers that hold an id, or ids, and the key under which the name is shown. */
const NAMED_KEYS: ReadonlyMap<unknown, { readonly kind: LookupKind; readonly shown: string }> = new Map([
  ['assignedTo', { kind: 'users', shown: 'assignedToName' }],
  ['assignedUserId', { kind: 'users', shown: 'assignedUserName' }],
  ['userId', { kind: 'users', shown: 'userName' }],
  ['users', { kind: 'users', shown: 'userNames' }],
  ['followers', { kind: 'users', shown: 'followerNames' }],
  ['businessId', { kind: 'businesses', shown: 'businessName' }],
  ['calendarId', { kind: 'calendars', shown: 'calendarName' }],
]);

/** Keys of a row that show what was asked for: an id's key also shows the name, and a custom field is among customFields. */
export const shownKeys = (fields: readonly string[] | undefined): readonly string[] | undefined =>
  fields && [...new Set(fields.flatMap(keysOf))];

const keysOf = (field: string): string[] => {
  if (field.startsWith(CUSTOM_FIELDS)) return ['customFields'];
  const { shown } = namingOf(field) ?? {};
  return shown ? [field, shown] : [field];
};

/** The lookup that has the names for the ids of a key, and the key of the names. */
export const namingOf = (key: unknown) => NAMED_KEYS.get(key);

/** Keys of the values in rows about a field. */
const CHANGE_VALUES = ['old', 'new', 'from', 'to', 'stored', 'now', 'wouldBecome'] as const;

/** Whether a key is one of these, which mean something else in other rows. */
export const isChangeValue = (key: string): boolean => CHANGE_VALUES.some((name) => name === key);

/** A row that says how a field changed: `{field: "assignedTo", old, new}`. */
export const isChange = (row: Json): boolean =>
  typeof row.field === 'string' && CHANGE_VALUES.some((key) => Object.hasOwn(row, key));

/** The values of such a row, by key. */
export const changeValues = (row: Json): Json =>
  Object.fromEntries(CHANGE_VALUES.flatMap((key) => (Object.hasOwn(row, key) ? [[key, row[key]]] : [])));

/** The id of the custom field that a change is about: `{field: "customFields.<id>", old, new}`. */
export const changedCustomField = (row: Json): string | undefined =>
  isChange(row) ? CUSTOM_FIELD_ID.exec(String(row.field))?.[1] : undefined;
const CUSTOM_FIELD_ID = /^customFields\.([A-Za-z0-9]{20})$/;

/** An id, a list of ids, or the ids of `{old, new}`. */
const idsOf = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value) : [value];
};

/** Arguments of the next call, which are given back as they are. */
export const isNextCall = (key: string): boolean => key === 'next';

/** Ids by the lookup that has their names. */
export type NeededIds = Map<LookupKind, Set<string>>;

/** The ids in an answer that a person knows by name, by the lookup that has the names; only in `keys` if they are given. */
export function idsIn(answer: unknown, keys?: readonly string[]): NeededIds {
  const needed: NeededIds = new Map();
  collectIds(answer, needed, keys);
  return needed;
}

function collectIds(value: unknown, needed: NeededIds, keys: readonly string[] | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) collectIds(item, needed, keys);
    return;
  }
  if (!isRecord(value)) return;
  const isShown = (key = '') => keys === undefined || keys.includes(key);
  const add = (kind: LookupKind, id: unknown) => {
    if (typeof id === 'string' && id !== '') needed.set(kind, (needed.get(kind) ?? new Set()).add(id));
  };
  const changed = isChange(value) ? namingOf(value.field) : undefined;
  if (changed) for (const id of Object.values(changeValues(value)).flat()) add(changed.kind, id);
  add('customFields', changedCustomField(value));
  for (const key of Object.keys(value)) {
    if (isNextCall(key)) continue;
    const inner = value[key];
    const { kind, shown } = namingOf(key) ?? {};
    const isNamed = shown !== undefined || (key === 'customFields' && isValueList(inner));
    if (isNamed && !isShown(key) && !isShown(shown)) continue;
    if (kind && shown && value[shown] === undefined) for (const id of idsOf(inner)) add(kind, id);
    else if (key === 'customFields' && isValueList(inner))
      for (const { id } of recordsOf(inner)) add('customFields', id);
    else collectIds(inner, needed, keys);
  }
}

/** The custom fields of a contact; the lookup answers with definitions under the same key. */
export const isValueList = (value: unknown): value is readonly unknown[] =>
  recordsOf(value).some((field) => 'value' in field && !('field' in field));
