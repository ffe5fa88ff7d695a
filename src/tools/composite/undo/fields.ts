import { isEmpty, isRecord, type Json, recordsOf, stableKey } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { epochMs, toDay } from '../../../lib/time.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { valuesByField } from '../../core/row-shape.ts';

/** Fields of a contact that are lists: a change adds and removes items, and leaves those of others. */
export type ListField = 'tags' | 'followers';
export const isList = (field: string): field is ListField => field === 'tags' || field === 'followers';

/** Keys of records that no change sets. */
const NOT_SET = new Set(['id', 'locationId', 'contactId', 'dateAdded', 'dateUpdated']);

/** The fields of a record that a change may set. */
export const fieldsOf = (record: Json): Map<string, unknown> => valuesByField(record, NOT_SET);

/** The record with one of these fields set. */
export function withField(record: Json, field: string, value: unknown): Json {
  if (!field.startsWith(CUSTOM_FIELDS)) return { ...record, [field]: value };
  const id = field.slice(CUSTOM_FIELDS.length);
  const others = recordsOf(record.customFields).filter((each) => each.id !== id);
  return { ...record, customFields: [...others, { id, value }] };
}

/** Whether two values of a field mean the same; HighLevel gives some in several forms. */
export const isSameValue = (field: string, a: unknown, b: unknown): boolean => formOf(field, a) === formOf(field, b);

const FLAGS = new Set(['dnd', 'completed', 'pinned']);

function formOf(field: string, value: unknown): string {
  if (FLAGS.has(field)) return `${value ?? false}`;
  if (field === 'dndSettings' || field === 'inboundDndSettings') return stableKey(blockedChannels(value));
  if (isEmpty(value)) return '';
  if (field === 'dateOfBirth') return toDay(value);
  if (field === 'dueDate') return `${epochMs(value)}`;
  if (field === 'email') return normalizeText(value).toLowerCase();
  if (Array.isArray(value))
    return stableKey(value.map((item) => (typeof item === 'string' ? item : stableKey(item))).sort());
  return typeof value === 'object' ? stableKey(value) : normalizeText(value) || `${value}`;
}

/** A channel without a setting is not blocked. */
const blockedChannels = (settings: unknown): Json =>
  isRecord(settings)
    ? Object.fromEntries(
        Object.entries(settings).filter(([, channel]) => isRecord(channel) && channel.status !== 'inactive'),
      )
    : {};
