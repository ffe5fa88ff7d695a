import { fullName } from '../../../api/contact-fields.ts';
import { foldText } from '../../../lib/fold.ts';
import { isBlank, isRecord, type Json, textIn } from '../../../lib/json.ts';
import { isE164 } from '../../../lib/phone.ts';
import { epochMs } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { OMITTED_FIELDS, pickFields, rowOf } from '../../core/row-shape.ts';
import { toE164 } from '../../names/phone.ts';

/** What two contacts may share, the strongest evidence first. */
export const KINDS = ['email', 'phone', 'name'] as const;
export type Kind = (typeof KINDS)[number];

/** What is stored of a contact: the row that answers show, and its values in the form in which they are compared. */
export interface Person {
  readonly id: string;
  readonly row: Json;
  readonly values: Readonly<Record<Kind, readonly string[]>>;
  /** How many values, tags and custom fields it has. */
  readonly size: number;
  /** Epoch ms; NaN if it is not known. */
  readonly addedAt: number;
}

/** The contact with the most data first, of equal ones the oldest: the one to keep. */
export const fullestFirst = (a: Person, b: Person): number => b.size - a.size || a.addedAt - b.addedAt;

/** Values of a contact that people know, each item of a list for itself. */
const sizeOf = (contact: Json): number =>
  Object.entries(contact).flatMap(([key, value]) => (OMITTED_FIELDS.has(key) || isBlank(value) ? [] : value)).length;

/** Characters of a value, in the answer and in comparisons. */
const CHARACTERS = 100;
const ROW = ['id', 'name', 'email', 'phone', 'lastActivity', 'dateUpdated', 'dateAdded', 'tagCount'] as const;

/** A contact from a row of search. */
export async function personOf(raw: Json, context: ToolContext): Promise<Person> {
  const contact = rowOf.contact(raw);
  const { id, lastActivity, dateUpdated, tags, additionalEmails, additionalPhones } = contact;
  const name = fullName(contact);
  const shown = {
    ...contact,
    name,
    dateUpdated: lastActivity ? undefined : dateUpdated,
    tagCount: Array.isArray(tags) && tags.length > 0 ? tags.length : undefined,
  };
  const phones = textsOf(contact.phone, additionalPhones, 'phone').map((phone) => comparablePhone(phone, context));
  const values = {
    email: textsOf(contact.email, additionalEmails, 'email').map((email) => email.toLowerCase()),
    phone: (await Promise.all(phones)).filter((phone) => phone !== undefined),
    name: [foldText(name)].filter(isFullName),
  };
  return {
    ...{ id: String(id), row: pickFields(shown, CHARACTERS, ROW), values },
    size: sizeOf(contact),
    addedAt: epochMs(contact.dateAdded),
  };
}

/** First and last name: many people share one of the two. */
const isFullName = (name: string): boolean => name.includes(' ');

/** The primary value and the others, which are texts or objects; each once. */
function textsOf(primary: unknown, others: unknown, key: string): string[] {
  const all = [primary, others].flat().map((item) => (isRecord(item) ? textIn(item, key) : item));
  const texts = all.flatMap((item) => (typeof item === 'string' ? item.trim().slice(0, 3 * CHARACTERS) : []));
  return [...new Set(texts)].filter(Boolean);
}

/** Nearly every phone is stored in E.164; for others the location's country is read once. */
const comparablePhone = (phone: string, context: ToolContext): string | undefined | Promise<string | undefined> =>
  isE164(phone) ? phone : toE164(phone, context);
