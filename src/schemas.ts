import * as z from 'zod';
import { ID } from './endpoint.ts';

/** Marks a schema that is checked in full but advertised by its type and description alone. */
const shallow = { shallow: true } as const;

const ID_RULE = 'must be an id as HighLevel gives it: 1 to 64 letters, digits, "-" or "_"';
export const Id = z.string().regex(ID, ID_RULE);
export const Ids = z.array(Id).min(1);

export const Text = z.string();
export const Filled = z.string().trim().min(1, 'must not be empty');
export const Strings = z.array(Filled).min(1);

/** Whole numbers from 1 to `max`. */
export const upTo = (max: number) => z.int().min(1).max(max);
export const Skip = z.int().min(0);

/** Row keys instead of the default ones; ours, never sent. */
export const Fields = z.array(z.string().regex(/^\w+$/)).min(1);

/** How many rows and from where, for lists the API sends whole; ours, never sent. */
export const window = { limit: upTo(500).optional(), skip: Skip.optional() };

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const TIME_RULE = 'must be ISO 8601, such as 2026-11-24T09:00:00-05:00, or a local time such as 2026-11-24T09:00';
export const Time = z.string().regex(TIME, TIME_RULE);

/** The eight spellings the API documents; there is no day-first form. */
export const DATE_OF_BIRTH = /^(\d{4}([-/._])\d{2}\2\d{2}|\d{2}([-/._])\d{2}\3\d{4})$/;

const DND_CHANNELS = ['Call', 'Email', 'SMS', 'WhatsApp', 'GMB', 'FB'] as const;
const DndSetting = z.strictObject({
  status: z.enum(['active', 'inactive', 'permanent']),
  message: z.string().optional(),
  code: z.string().optional(),
});
const DndSettings = z.partialRecord(z.enum(DND_CHANNELS), DndSetting).meta(shallow);
const InboundDndSettings = z
  .strictObject({ all: z.strictObject({ status: z.enum(['active', 'inactive']), message: z.string().optional() }) })
  .meta(shallow);

/** By the type of the field: text, number, list of choices; lists of boxes and files are maps. */
const FieldValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.record(z.string(), z.unknown()).meta(shallow),
]);
const CustomField = z
  .strictObject({
    id: Id.optional(),
    key: z
      .string()
      .regex(/^[\w.]+$/)
      .optional(),
    value: FieldValue,
  })
  .refine((field) => (field.id === undefined) !== (field.key === undefined), 'takes either id or key');
export const CustomFields = z.array(CustomField).min(1);

/** Contact fields every write takes (create, update and upsert differ in what they add). */
export const contactFields = {
  firstName: Text.optional(),
  lastName: Text.optional(),
  name: Text.optional(),
  email: z.email('must be an email address').optional(),
  phone: Filled.optional(),
  address1: Text.optional(),
  city: Text.optional(),
  state: Text.optional(),
  postalCode: Text.optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a two-letter country code such as US')
    .describe('ISO code, US')
    .optional(),
  website: Text.optional(),
  timezone: Text.optional(),
  dnd: z.boolean().optional(),
  dndSettings: DndSettings.describe(
    '{Call|Email|SMS|WhatsApp|GMB|FB: {status: active (blocked)|inactive|permanent, message}}',
  ).optional(),
  inboundDndSettings: InboundDndSettings.describe('{all: {status: active|inactive}}').optional(),
  source: Text.optional(),
  dateOfBirth: z
    .string()
    .regex(DATE_OF_BIRTH, 'must be YYYY-MM-DD or MM-DD-YYYY (also with / . _), never day first')
    .describe('YYYY-MM-DD or MM-DD-YYYY, also with / . _')
    .optional(),
  assignedTo: Id.describe('user id').optional(),
  customFields: CustomFields.optional(),
};

const anObject = z.looseObject({}).meta(shallow);

/** Types of the root keys of answers. What stands below is not described, and every key is optional. */
export const of = {
  object: anObject.optional(),
  rows: z.array(anObject).optional(),
  texts: z.array(z.string()).optional(),
  text: z.string().optional(),
  count: z.number().optional(),
  flag: z.boolean().optional(),
  /** Of several types, or null. */
  any: z.unknown().optional(),
} as const;

/**
 * The answer of a tool. Every root key it may give is declared: some clients keep only those. An added or missing one
 * never breaks a client.
 */
export const answer = (keys: z.ZodRawShape) => z.looseObject({ ...keys, notice: of.text });

/** Of one record; `listsCut` where its lists were too long. */
const record = (keys: z.ZodRawShape) => answer({ ...keys, listsCut: of.object });
const list = (key: string) => answer({ [key]: of.rows, total: of.count, next: of.object });

export const outputs = {
  record,
  list,
  contact: record({ contact: of.object }),
  contacts: list('contacts'),
  task: record({ task: of.object }),
  tasks: list('tasks'),
  note: record({ note: of.object }),
  notes: list('notes'),
  events: list('events'),
  done: record({ succeeded: of.flag }),
};
