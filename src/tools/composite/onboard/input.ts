import * as z from 'zod';
import {
  Business,
  type CustomFieldInput,
  CustomFieldName,
  composedContactFields,
  Filled,
  LongText,
  TagsOrNone,
  Text,
  Time,
  User,
} from '../../core/schemas.ts';

const Task = z.strictObject({
  title: Filled,
  dueDate: Time,
  body: LongText.optional(),
  assignedTo: User.optional(),
  completed: z.boolean().optional(),
});
export type TaskInput = z.output<typeof Task>;

/** Tasks of one person in one call. */
const MAX_TASKS = 50;

/** A person to onboard: contact fields, and the records that belong to the contact. */
export const personFields = {
  ...composedContactFields,
  gender: Text.optional(),
  tags: TagsOrNone.optional(),
  note: LongText.optional(),
  tasks: z.array(Task).max(MAX_TASKS).optional(),
  businessId: Business.optional(),
  matchField: CustomFieldName.describe('custom field that holds an external id').optional(),
};
export type PersonInput = z.output<z.ZodObject<typeof personFields>>;

/** Longest text, in characters, that contact search accepts as a value. */
const MAX_VALUE = 75;

const withoutPrefix = (name: string): string => name.toLowerCase().replace(/^contact\./, '');

/** The custom field that `matchField` names, if search can look for its value. */
export function matchEntry(
  { customFields }: Pick<PersonInput, 'customFields'>,
  matchField: string | undefined,
): CustomFieldInput | undefined {
  if (matchField === undefined) return undefined;
  const entry = customFields?.find(({ field }) => withoutPrefix(field) === withoutPrefix(matchField));
  if (typeof entry?.value === 'number') return entry;
  const isSearchable = typeof entry?.value === 'string' && entry.value.trim() !== '' && entry.value.length <= MAX_VALUE;
  return isSearchable ? entry : undefined;
}

/** A schema that also checks that `matchField` names one of the custom fields given. */
export const withMatchField = <T extends z.ZodObject<typeof personFields>>(schema: T): T =>
  schema.refine((row) => row.matchField === undefined || matchEntry(row, row.matchField) !== undefined, {
    path: ['matchField'],
    message: `must stand in customFields by the same name, key or id, with its value (text of up to ${MAX_VALUE} characters, or a number)`,
  });

export const IDENTITY_RULE = 'email, phone, or matchField with its value in customFields, to find the person by';

/** Whether the person can be looked up; `matchField` is the row's own or that of all rows. */
export const isFindable = (row: PersonInput, matchField = row.matchField): boolean =>
  row.email !== undefined || row.phone !== undefined || matchEntry(row, matchField) !== undefined;
