import type { CustomValue } from './contact.ts';
import type { CustomFieldWrite } from './contact-body.ts';
import { unprocessable } from './http-error.ts';
import type { CustomField } from './store.ts';

/** Merges written values by field id: an empty value removes the stored one, an unknown field is dropped. */
export function mergeCustomFields(
  present: readonly CustomValue[],
  writes: readonly CustomFieldWrite[],
  definitions: readonly CustomField[],
  unknown: 'drop' | 'refuse',
): CustomValue[] {
  const merged = new Map(present.map(({ id, value }) => [id, value]));
  writes.forEach((write, index) => {
    const field = findField(definitions, write);
    if (!field && unknown === 'refuse') throw unprocessable([`customFields.${index}.id must be a custom field`]);
    if (!field) return;
    const sent = write.field_value ?? write.fieldValue ?? write.value;
    if (isEmpty(sent)) {
      merged.delete(field.id);
      return;
    }
    const value = convert(field, sent);
    if (value !== undefined) merged.set(field.id, value);
  });
  return [...merged].map(([id, value]) => ({ id, value }));
}

/** A key is accepted with and without the prefix `contact.`. */
function findField(definitions: readonly CustomField[], { id, key }: CustomFieldWrite): CustomField | undefined {
  const fieldKey = key?.startsWith('contact.') ? key : `contact.${key}`;
  return definitions.find((field) => field.id === id || (key !== undefined && field.fieldKey === fieldKey));
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** The value in the form its field type stores, or undefined if the API drops it without an error. */
function convert(field: CustomField, value: unknown): unknown {
  switch (field.dataType) {
    case 'NUMERICAL':
    case 'MONETORY':
      return toNumber(value);
    case 'CHECKBOX':
    case 'MULTIPLE_OPTIONS':
      return toChoices(field, value);
    case 'SINGLE_OPTIONS':
    case 'RADIO':
      return field.picklistOptions?.find((option) => option === value);
    case 'DATE':
      return toDay(value);
    case 'TEXTBOX_LIST':
    case 'FILE_UPLOAD':
      return typeof value === 'object' ? value : undefined;
    default:
      return typeof value === 'object' ? undefined : String(value);
  }
}

function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value.replaceAll(',', '')) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A boolean written to a checkbox is stored as text. */
function toChoices(field: CustomField, value: unknown): string[] | undefined {
  if (typeof value === 'boolean') return [String(value)];
  const known = [value].flat().filter((option) => field.picklistOptions?.some((choice) => choice === option));
  return known.length > 0 ? known.map(String) : undefined;
}

function toDay(value: unknown): string | undefined {
  const date = new Date(typeof value === 'number' ? value : String(value));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10);
}
