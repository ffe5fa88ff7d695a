import { isEmpty, isRecord, type Json, rowsIn } from '../../lib/json.ts';
import { normalizeText } from '../../lib/markup.ts';

/** A value for a custom field. */
export interface CustomValue {
  /** Undefined if only the key is known. */
  readonly id?: string | undefined;
  /** As the caller spelled it. */
  readonly key?: string | undefined;
  /** `dataType` of the field, if its definition could be read. */
  readonly type?: unknown;
  readonly value: unknown;
}

/** Whether a stored object holds everything that was given; it may hold more. */
export const contains = (stored: unknown, given: unknown): boolean =>
  isRecord(given)
    ? isRecord(stored) && Object.entries(given).every(([key, value]) => contains(stored[key], value))
    : normalizeText(stored) === normalizeText(given);

/** `YYYY-MM-DD` of the spellings the API takes and gives: a day, a time, or epoch ms. */
function day(value: unknown): string {
  const at = new Date(typeof value === 'number' ? value : String(value));
  return Number.isNaN(at.getTime()) ? normalizeText(value) : at.toISOString().slice(0, 10);
}

const number = (value: unknown): number => Number(String(value).replaceAll(',', ''));
const choices = (value: unknown): string => [value].flat().map(normalizeText).sort().join('\n');

/** Whether a custom field holds a value: by its type, for some are kept in another form than they are sent. */
export function sameValue(given: unknown, stored: unknown, type?: unknown): boolean {
  if (isEmpty(stored)) return false;
  if (isRecord(given)) return contains(stored, given);
  if (type === 'DATE') return day(given) === day(stored);
  if (typeof given === 'number' || typeof stored === 'number') return number(given) === number(stored);
  return choices(given) === choices(stored);
}

/** Values by field id of each list met: what is held against every field of a contact asks for each of them. */
const values = new WeakMap<object, ReadonlyMap<unknown, unknown>>();

function valuesIn(contact: Json): ReadonlyMap<unknown, unknown> {
  const list = contact.customFields;
  if (!Array.isArray(list)) return new Map();
  const known = values.get(list);
  if (known) return known;
  // Of several with one id the first counts.
  const fresh = new Map(
    rowsIn(contact, 'customFields')
      .reverse()
      .map(({ id, value }) => [id, value]),
  );
  values.set(list, fresh);
  return fresh;
}

/** What a contact has in a custom field. */
export const heldIn = (contact: Json, id: string | undefined): unknown => valuesIn(contact).get(id);

/** Ids of the custom fields that hold a value: for one whose own id is not known. */
export const holdersOf = (contact: Json, { value, type }: CustomValue): string[] =>
  rowsIn(contact, 'customFields')
    .filter((field) => sameValue(value, field.value, type))
    .map(({ id }) => String(id));

/** A custom field as answers name it. */
export const labelOf = ({ id, key }: Pick<CustomValue, 'id' | 'key'>): string => `customFields.${key ?? id}`;
