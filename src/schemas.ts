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

const object = z.looseObject({}).optional();
const rows = z.array(z.looseObject({})).optional();

/** Answers are described one level deep, every key optional: an added or missing field must never break a client. */
export const outputs = {
  contact: z.looseObject({ contact: object }),
  contacts: z.looseObject({ contacts: rows, next: object }),
  task: z.looseObject({ task: object }),
  tasks: z.looseObject({ tasks: rows, next: object }),
  note: z.looseObject({ note: object }),
  notes: z.looseObject({ notes: rows, next: object }),
  events: z.looseObject({ events: rows, next: object }),
  done: z.looseObject({ succeeded: z.boolean().optional() }),
  tags: z.looseObject({ tags: z.array(z.string()).optional() }),
  rows: (key: string) => z.looseObject({ [key]: rows, next: object }),
  any: z.looseObject({}),
};
