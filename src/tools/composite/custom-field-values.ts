import { isBlank, isRecord, type Json, rowsIn } from '../../lib/json.ts';
import { normalizeText } from '../../lib/markup.ts';
import { toDay } from '../../lib/time.ts';
import type { NamedRow } from '../core/lookup-cache.ts';
import { CUSTOM_FIELDS } from '../core/references.ts';
import type { CustomFieldInput } from '../core/schemas.ts';
import { fieldLabels } from '../names/custom-field-values.ts';
import { indexById } from '../names/match-name.ts';

/** A value for a custom field. */
export interface CustomValue {
  /** Undefined if only the key is known. */
  readonly id?: string | undefined;
  readonly key?: string | undefined;
  readonly name?: string | undefined;
  /** `dataType` of the field, if its definition could be read. */
  readonly type?: unknown;
  readonly value: unknown;
}

/** Whether a stored object has everything that was given; it may have more. */
export const contains = (stored: unknown, given: unknown): boolean =>
  isRecord(given)
    ? isRecord(stored) && Object.entries(given).every(([key, value]) => contains(stored[key], value))
    : normalizeText(stored) === normalizeText(given);

/** NaN for what is no number. */
export const toNumber = (value: unknown): number => Number(String(value).replaceAll(',', ''));
const choices = (value: unknown): string => [value].flat().map(normalizeText).sort().join('\n');

/** Whether the stored value is the one given. Some types are stored in another form than they are sent. */
export function sameValue(given: unknown, stored: unknown, type?: unknown): boolean {
  if (isBlank(stored)) return false;
  if (isRecord(given)) return contains(stored, given);
  if (type === 'DATE') return toDay(given) === toDay(stored);
  if (typeof given === 'number' || typeof stored === 'number') return toNumber(given) === toNumber(stored);
  return choices(given) === choices(stored);
}

/** Values by field id for each list of custom fields: all fields of a contact are looked up in it. */
const valuesByList = new WeakMap<object, ReadonlyMap<unknown, unknown>>();

function valuesIn(contact: Json): ReadonlyMap<unknown, unknown> {
  const list = contact.customFields;
  if (!Array.isArray(list)) return new Map();
  const known = valuesByList.get(list);
  if (known) return known;
  // The first of several with one id counts.
  const values = new Map(
    rowsIn(contact, 'customFields')
      .reverse()
      .map(({ id, value }) => [id, value]),
  );
  valuesByList.set(list, values);
  return values;
}

/** The value that a contact has in a custom field. */
export const customFieldValue = (contact: Json, id: string | undefined): unknown => valuesIn(contact).get(id);

/** Ids of the custom fields that have this value, for a field whose own id is not known. */
export const fieldsWithValue = (contact: Json, { value, type }: CustomValue): string[] =>
  rowsIn(contact, 'customFields')
    .filter((field) => sameValue(value, field.value, type))
    .map(({ id }) => String(id));

/** A custom field as results name it. */
export const labelOf = ({ id, key, name }: CustomValue): string => `${CUSTOM_FIELDS}${name ?? key ?? id}`;

/** The value with id, name and type of its field, as far as the definitions (undefined if they cannot be read) tell. */
export function resolveCustomField(
  { field, value }: CustomFieldInput,
  definitions: readonly NamedRow[] | undefined,
): CustomValue {
  const definition = definitions && indexById(definitions).get(field);
  if (definition) {
    const name = fieldLabels(definitions).get(field);
    return { id: field, name, type: definition.dataType, value };
  }
  return field.startsWith('contact.') ? { key: field, value } : { id: field, value };
}

/** The argument `customFields` of a write, if there are any. */
export const customFieldArguments = (fields: readonly CustomValue[]): Json =>
  fields.length === 0 ? {} : { customFields: fields.map(({ id, key, value }) => ({ field: id ?? key, value })) };
