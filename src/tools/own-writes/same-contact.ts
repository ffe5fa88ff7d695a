import { isEmpty, type Json, recordsOf, stableKey } from '../../lib/json.ts';
import { rowOf } from '../core/row-shape.ts';
import type { Candidate } from './match-filters.ts';

/** Fields that writes change and that rows of lists and searches have. */
const FIELDS = [
  'firstName', 'lastName', 'email', 'phone', 'companyName', 'address1', 'city', 'state', 'country', 'postalCode', 'website',
  'dnd', 'type', 'source', 'assignedTo', 'businessId', 'tags', 'followers', 'customFields', 'dateOfBirth',
] as const; // biome-ignore format: a list

/** Whether a row in the form of `rowOf.contact` shows what is known of its contact. Keys that the row lacks are not compared. */
export const rowShows = (row: Json, { contact, isWhole }: Candidate): boolean =>
  FIELDS.every((key) => !(key in row) || !(isWhole || key in contact) || isSameValue(key, row, contact));

function isSameValue(key: (typeof FIELDS)[number], row: Json, contact: Json): boolean {
  // The plain list may leave out all custom fields.
  if (key === 'customFields') return isEmpty(row[key]) || customValues(row[key]) === customValues(contact[key]);
  return comparable(row[key]) === comparable(contact[key]);
}

const customValues = (fields: unknown): string =>
  recordsOf(fields)
    .map(({ id, value }) => stableKey([id, value]))
    .sort()
    .join('\n');

/** HighLevel leaves out a `dnd` that is false. */
const comparable = (value: unknown): string =>
  isEmpty(value) || value === false
    ? ''
    : Array.isArray(value)
      ? value.map(stableKey).sort().join('\n')
      : stableKey(value);

const isField = (key: string): boolean => FIELDS.some((field) => field === key);

/** What is known now, with the rest as the index has it; null, as in the index, where a whole contact has no value. */
export function overlay(indexRow: Json, { contact, isWhole }: Candidate): Json {
  const { contactName: _derived, businessName, dateUpdated: _outdated, ...row } = rowOf.contact(indexRow);
  const rest = Object.entries(row).map(([key, value]) => [key, isWhole && isField(key) ? null : value]);
  const merged = { ...Object.fromEntries(rest), ...contact };
  const isSameBusiness = businessName !== undefined && comparable(row.businessId) === comparable(merged.businessId);
  return isSameBusiness ? { ...merged, businessName } : merged;
}
