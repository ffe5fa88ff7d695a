import * as z from 'zod';
import { ID } from '../../api/endpoint.ts';
import { reference } from './references.ts';

/** Accepted, but not in `tools/list`: another form of an argument, or a property that is rarely needed. */
export const unlisted = { unlisted: true } as const;

/** Choices that one description names for several properties. */
export const enumInDescription = { enumInDescription: true } as const;

/** A limit far above normal use: checked, but not in `tools/list`. */
export const unlistedLimit = { unlistedLimit: true } as const;
export const listOf = <T extends z.ZodType>(item: T, most: number) =>
  z.array(item).min(1).max(most).meta(unlistedLimit);
const listOrNone = <T extends z.ZodType>(item: T, most: number) => z.array(item).max(most).meta(unlistedLimit);

/** Characters of a field, and of a long text. A whole request may have 100,000 bytes. */
const MAX_FIELD = 5_000;
const MAX_TEXT = 65_000;

const ID_RULE = 'must be an id as HighLevel gives it: 1 to 64 letters, digits, "-" or "_"';
export const Id = z.string().regex(ID, ID_RULE);
export const Ids = z.array(Id).min(1);

export const Text = z.string().max(MAX_FIELD);
export const LongText = z.string().max(MAX_TEXT);
const filled = z.string().trim().min(1, 'must not be empty');
export const Filled = filled.max(MAX_FIELD);
export const FilledLong = filled.max(MAX_TEXT);

/** Text that is also accepted as a number: a phone number, a postal code. Never an id. */
const orNumber = { acceptsNumber: true } as const;
export const Phone = Filled.meta(orNumber);

const MAX_TAGS = 500;
export const Tags = listOf(Filled, MAX_TAGS);
export const TagsOrNone = listOrNone(Filled, MAX_TAGS);

/** What people call something: its name or its id. The shape of an id is checked again when the request is made. */
const Called = z.string().trim().min(1, 'must not be empty').max(200);
export const User = Called.meta(reference('users'));
export const Users = z.array(User).min(1);
export const Business = Called.meta(reference('businesses'));
export const Calendar = Called.meta(reference('calendars'));
export const Workflow = Called.meta(reference('workflows'));
export const Campaign = Called.meta(reference('campaigns'));
export const CustomFieldName = Called.meta(reference('customField'));
/** A contact by its id, email, phone or full name. Deletes and enrolments take the id only. */
export const Contact = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(320)
  .meta(reference('contact'))
  .describe('id, email, phone or full name');

/** Whole numbers from 1 to `max`. */
export const upTo = (max: number) => z.int().min(1).max(max);
export const Skip = z.int().min(0);

/** Keys of the rows to show; never sent to the API. */
const FieldName = z
  .string()
  .regex(/^(\w{1,64}|customFields\..{1,200})$/u, 'must be a key of the rows, such as email, or customFields.Name')
  .meta(reference('fieldName'));
export const Fields = listOf(FieldName, 100);

/** Paging of lists that the API sends in one answer; never sent to the API. */
export const window = { limit: upTo(500).optional(), skip: Skip.optional() };

export const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const TIME_RULE = 'must be ISO 8601, such as 2026-11-24T09:00-05:00, or a local time such as 2026-11-24T09:00';
export const Time = z.string().regex(TIME, TIME_RULE);

/** The eight spellings the API documents; there is no day-first form. */
export const DATE_OF_BIRTH = /^(\d{4}([-/._])\d{2}\2\d{2}|\d{2}([-/._])\d{2}\3\d{4})$/;

const note = Text.meta(unlisted).optional();
const DndSetting = z
  .strictObject({
    status: z.enum(['active', 'inactive', 'permanent']).meta(enumInDescription),
    message: note,
    code: note,
  })
  .optional();
const DndSettings = z.strictObject({
  Call: DndSetting,
  Email: DndSetting,
  SMS: DndSetting,
  WhatsApp: DndSetting,
  GMB: DndSetting,
  FB: DndSetting,
});
/** The channels that are blocked most; the others are accepted too. */
const CommonDndSettings = z.strictObject({
  ...DndSettings.shape,
  WhatsApp: DndSetting.meta(unlisted),
  GMB: DndSetting.meta(unlisted),
  FB: DndSetting.meta(unlisted),
});
const DND_STATUS = 'status: active (blocked), inactive or permanent';
const InboundDndSettings = z.strictObject({
  all: z.strictObject({ status: z.enum(['active', 'inactive']).meta(enumInDescription), message: note }),
});

/** Depends on the type of the field: text, number, boolean, list of choices. Files cannot be written this way. */
const FieldValue = z.union([LongText, z.number(), z.boolean(), listOrNone(Text.meta(orNumber), 500)]);
const CustomField = z.strictObject({
  field: Called.meta(unlistedLimit).describe('name, key or id'),
  value: FieldValue,
});
export type CustomFieldInput = z.output<typeof CustomField>;
export const CustomFields = listOf(CustomField, 200);

/** Contact fields that create, update and upsert have in common. */
export const contactFields = {
  firstName: Text.optional(),
  lastName: Text.optional(),
  name: Text.optional(),
  email: z.email('must be an email address').optional(),
  phone: Phone.optional(),
  address1: Text.optional(),
  city: Text.optional(),
  state: Text.optional(),
  postalCode: Text.meta(orNumber).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a two-letter country code such as US')
    .describe('ISO code, US')
    .optional(),
  website: Text.optional(),
  timezone: Text.optional(),
  dnd: z.boolean().optional(),
  dndSettings: DndSettings.describe(DND_STATUS).optional(),
  inboundDndSettings: InboundDndSettings.optional(),
  source: Text.optional(),
  dateOfBirth: z
    .string()
    .regex(DATE_OF_BIRTH, 'must be YYYY-MM-DD or MM-DD-YYYY (also with / . _), never day first')
    .optional(),
  assignedTo: User.describe('user: name or id').optional(),
  customFields: CustomFields.optional(),
};

/** The same where tools take more than one contact's fields, with only the common ones listed. */
export const composedContactFields = {
  ...contactFields,
  companyName: Text.optional(),
  dndSettings: CommonDndSettings.describe(DND_STATUS).optional(),
  inboundDndSettings: InboundDndSettings.meta(unlisted).optional(),
};

/** An object of answers that `tools/list` shows without its properties. */
const anObject = z.looseObject({}).meta({ opaque: true });

/** Argument by which a call that asks is confirmed: the handle of its preview. `true` is not consent, so it is no handle. */
export const confirmation = { confirm: z.union([Filled, z.boolean().meta(unlisted)]).optional() };

/** Types of the root keys of answers. Nested values are not described, and every key is optional. */
export const of = {
  object: anObject.optional(),
  rows: z.array(anObject).optional(),
  texts: z.array(z.string()).optional(),
  text: z.string().optional(),
  count: z.number().optional(),
  flag: z.boolean().optional(),
  objectOrNull: anObject.nullable().optional(),
} as const;

/**
 * The answer of a tool. It declares every possible root key, as some clients drop all others. A missing or additional key
 * is valid.
 */
export const answer = (keys: z.ZodRawShape) => z.looseObject({ ...keys, notice: of.text });

/** What a tool that asks answers while nothing is done. */
export const confirmationAnswer = { preview: of.flag, question: of.text, confirmed: of.flag, next: of.object };

/** One record; `listsCut` where its lists were truncated. */
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

/** What to do if an update gives only ids. */
export const NO_CHANGE = 'give at least one field to change';
