import { COUNTRIES } from './countries.ts';
import { birthDate } from './dates.ts';
import {
  anyValue,
  arrayOf,
  boolean,
  email,
  mustBe,
  nonEmpty,
  nullable,
  object,
  oneOf,
  optional,
  type Parsed,
  phone,
  type Rule,
  string,
  stringArray,
} from './validation.ts';

const country = mustBe<string>(
  (value) => typeof value === 'string' && (value === '' || COUNTRIES.has(value)),
  'a valid ISO31661 Alpha2 code',
);
const dateOfBirth = mustBe<string>(
  (value) => typeof value === 'string' && (value === '' || birthDate(value) !== undefined),
  'a valid date',
);

const dnd = optional(
  object({
    status: oneOf('active', 'inactive', 'permanent'),
    message: optional(string),
    code: optional(string),
  }),
);
const dndSettings = optional(object({ Call: dnd, Email: dnd, SMS: dnd, WhatsApp: dnd, GMB: dnd, FB: dnd }));
const inboundDndSettings = optional(
  object({ all: object({ status: oneOf('active', 'inactive'), message: optional(string) }) }),
);

/** An id or key with a value: `field_value` or `fieldValue` by API version; `value` is undocumented but accepted. */
const customField = object({
  id: optional(string),
  key: optional(string),
  field_value: anyValue,
  fieldValue: anyValue,
  value: anyValue,
});
export type CustomFieldWrite = typeof customField extends Rule<infer T> ? T : never;

/** Fields that every contact write accepts. */
export const contactFields = {
  firstName: nullable(string),
  lastName: nullable(string),
  name: nullable(string),
  email: nullable(email),
  phone: nullable(phone),
  address1: nullable(string),
  city: nullable(string),
  state: nullable(string),
  postalCode: optional(string),
  country: optional(country),
  website: nullable(string),
  timezone: nullable(string),
  companyName: nullable(string),
  dnd: optional(boolean),
  dndSettings,
  inboundDndSettings,
  tags: optional(stringArray()),
  customFields: optional(arrayOf(customField)),
  dateOfBirth: nullable(dateOfBirth),
};

export const createBody = {
  locationId: nonEmpty,
  ...contactFields,
  gender: optional(string),
  source: optional(string),
  assignedTo: optional(string),
};

/** An update accepts no locationId and no gender. Only an update accepts null for source and assignedTo. */
export const updateBody = { ...contactFields, source: nullable(string), assignedTo: nullable(string) };

export const upsertBody = { ...createBody, createNewIfDuplicateAllowed: optional(boolean) };

export type ContactBody = Partial<Omit<Parsed<typeof upsertBody>, 'source' | 'assignedTo'>> &
  Partial<Parsed<typeof updateBody>>;
