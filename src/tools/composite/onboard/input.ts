import * as z from 'zod';
import { contactFields, Filled, Id, LongText, TagsOrNone, Text, Time } from '../../core/schemas.ts';

const Task = z.strictObject({
  title: Filled,
  dueDate: Time,
  body: LongText.optional(),
  assignedTo: Id.optional(),
  completed: z.boolean().optional(),
});
export type TaskInput = z.output<typeof Task>;

/** Tasks of one person in one call. */
const MAX_TASKS = 50;

/** A person to onboard: contact fields, and the records that belong to the contact. */
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
export type PersonInput = z.output<z.ZodObject<typeof personFields>>;
export type CustomFieldInput = NonNullable<PersonInput['customFields']>[number];

/** Longest text, in characters, that contact search accepts as a value. */
const MAX_VALUE = 75;

const withoutPrefix = (key: string): string => key.replace(/^contact\./, '');

/** The custom field that `matchField` names by id or key, if search can look for its value. */
export function matchEntry(
  { customFields }: Pick<PersonInput, 'customFields'>,
  matchField: string | undefined,
): CustomFieldInput | undefined {
  if (matchField === undefined) return undefined;
  const entry = customFields?.find(
    ({ id, key }) => id === matchField || (key !== undefined && withoutPrefix(key) === withoutPrefix(matchField)),
  );
  if (typeof entry?.value === 'number') return entry;
  const isSearchable = typeof entry?.value === 'string' && entry.value.trim() !== '' && entry.value.length <= MAX_VALUE;
  return isSearchable ? entry : undefined;
}

/** A schema that also checks that `matchField` names one of the custom fields given. */
export const withMatchField = <T extends z.ZodObject<typeof personFields>>(schema: T): T =>
  schema.refine((row) => row.matchField === undefined || matchEntry(row, row.matchField) !== undefined, {
    path: ['matchField'],
    message: `must stand in customFields by the same id or key, with its value (text of up to ${MAX_VALUE} characters, or a number)`,
  });

export const IDENTITY_RULE = 'email, phone, or matchField with its value in customFields, to find the person by';

/** Whether the person can be looked up; `matchField` is the row's own or that of all rows. */
export const isFindable = (row: PersonInput, matchField = row.matchField): boolean =>
  row.email !== undefined || row.phone !== undefined || matchEntry(row, matchField) !== undefined;
