import * as z from 'zod';
import type { Json } from '../../../lib/json.ts';

import { contactFields, Filled, Id, LongText, TagsOrNone, Text, Time } from '../../core/schemas.ts';

const Task = z.strictObject({
  title: Filled,
  dueDate: Time,
  body: LongText.optional(),
  assignedTo: Id.optional(),
  completed: z.boolean().optional(),
});

/** Tasks one person may be given in one call. */
const MAX_TASKS = 50;

/** What is known of a person, flat, and what they are to have. */
export const personFields = {
  ...contactFields,
  companyName: Text.optional(),
  gender: Text.optional(),
  tags: TagsOrNone.optional(),
  note: LongText.optional(),
  tasks: z.array(Task).max(MAX_TASKS).optional(),
  businessId: Id.optional(),
  matchField: z
    .string()
    .regex(/^[\w.-]{1,128}$/, 'must be the id or key of a custom field')
    .describe('customFields id or key that holds an external id')
    .optional(),
};

/** Characters of a text that search looks for. */
const MAX_VALUE = 75;

const plainKey = (key: unknown): string => String(key).replace(/^contact\./, '');

/** Whether a custom field is given by this name: its id, or its key with or without `contact.`. */
const isNamed = ({ id, key }: Json, name: string): boolean =>
  id === name || (key !== undefined && plainKey(key) === plainKey(name));

/** The custom field of a row that `matchField` names, where it holds what search can look for. */
export function matchEntry({ customFields }: Json, matchField: unknown): Json | undefined {
  if (typeof matchField !== 'string' || !Array.isArray(customFields)) return undefined;
  const entry = (customFields as Json[]).find((each) => isNamed(each, matchField));
  const value = typeof entry?.value === 'number' ? String(entry.value) : entry?.value;
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_VALUE ? entry : undefined;
}

export const WAYS_TO_FIND = 'email, phone, or matchField with its value in customFields, to find the person by';
export const MATCH_RULE = `must stand in customFields by the same id or key, with its value (text of up to ${MAX_VALUE} characters, or a number)`;

/** Whether a row can be found again; `matchField` is the row's own or that of all rows. */
export const isFindable = (row: Json, matchField: unknown): boolean =>
  row.email !== undefined || row.phone !== undefined || matchEntry(row, matchField) !== undefined;
