import { UserError } from '../../../lib/errors.ts';
import { isEmpty, type Json } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { memoizeAsync } from '../../../lib/memoize.ts';
import { type ParsedPhone, parsePhone } from '../../../lib/phone.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { mayRead } from '../../core/permissions.ts';
import { getLocation, listCustomFields } from '../../lookups.ts';
import { findCustomField, lookUpRows } from '../../runtime/name-lookup.ts';
import type { CustomValue } from '../custom-field-values.ts';
import { matchEntry } from './input.ts';

export type By = 'email' | 'phone' | 'matchField';

/** One way to find the person. */
export interface Reach {
  readonly by: By;
  /** What is looked for: a phone in E.164. */
  readonly value: unknown;
  /** False for a phone whose country was guessed. */
  readonly certain: boolean;
  readonly custom?: CustomValue;
  /** Shared by everything that may mean the same person. */
  readonly key: string;
}

/** A person as somebody wants them to be, read in full: nothing in it has to be asked for again. */
export interface Person {
  /** Contact fields as given, custom fields apart. */
  readonly fields: Json;
  readonly custom: readonly CustomValue[];
  /** Custom fields that this location does not have. */
  readonly unknown: readonly string[];
  readonly tags: readonly string[];
  readonly note: string | undefined;
  /** As `create_contact_task` takes them, due dates with an offset; what is the same throughout is there once. */
  readonly tasks: readonly Json[];
  readonly businessId: string | undefined;
  readonly reach: readonly Reach[];
}

/** By which a task is found again, whoever has it now and whatever was added to it. */
export const taskKey = ({ title, dueDate }: Json): string =>
  `${normalizeText(title).toLowerCase()} ${Math.floor(Date.parse(String(dueDate)) / 1_000)}`;

/** Tells tasks of one title and time apart. */
export const wholeTaskKey = (task: Json): string =>
  JSON.stringify([taskKey(task), normalizeText(task.body), normalizeText(task.assignedTo)]);

/** A task to the letter: what differs only in how it is written may be meant to differ. */
export const writtenTaskKey = ({ title, dueDate, body, assignedTo }: Json): string =>
  JSON.stringify([title, Date.parse(String(dueDate)), body ?? '', assignedTo ?? '']);

/** The first of each kind, in their order. */
export const uniqueBy = <T>(items: readonly T[], key: (item: T) => string): T[] => {
  const keys = new Set<string>();
  return items.filter((item) => {
    const before = keys.size;
    return keys.add(key(item)).size > before;
  });
};

/** What the location knows that rows are read by; each asked for once, and only where it is needed. */
interface Office {
  readonly country: () => Promise<string | undefined>;
  /** The definitions; undefined where they cannot be read. */
  readonly customFields: () => Promise<readonly Json[] | undefined>;
}

const officeOf = (context: ToolContext): Office => ({
  country: memoizeAsync(() => countryOf(context)),
  customFields: memoizeAsync(() => lookUpRows('customFields', context)),
});

/** The location's country in two letters; undefined where it may not be read. */
export async function countryOf({
  call,
  access: gate,
}: Pick<ToolContext, 'call' | 'access'>): Promise<string | undefined> {
  if (!mayRead(getLocation, gate)) return undefined;
  try {
    const { location } = await call(getLocation, {});
    const { country } = (location ?? {}) as Json;
    return typeof country === 'string' ? country : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Local times echoed in full; the rest are counted. */
const ECHOES = 3;

/**
 * Reads rows whose shape has been checked: spellings of phones, local times, "me", keys of custom fields. Writes
 * nothing. `where` begins the name of a row's arguments in an error.
 * @throws UserError that names what cannot be read
 */
export async function readPeople(
  rows: readonly Json[],
  context: ToolContext,
  where: (row: number) => string = () => '',
): Promise<Person[]> {
  const office = officeOf(context);
  const echoes = new Set<string>();
  const people: Person[] = [];
  for (const [at, row] of rows.entries()) people.push(await readPerson(row, where(at), office, echoes, context));
  for (const echo of [...echoes].slice(0, ECHOES)) context.notify(`dueDate read as ${echo}.`);
  if (echoes.size > ECHOES) context.notify(`${echoes.size - ECHOES} more due dates were read in the same zone.`);
  return people;
}

async function readPerson(
  row: Json,
  where: string,
  office: Office,
  echoes: Set<string>,
  context: ToolContext,
): Promise<Person> {
  const { customFields, tags, note, tasks, businessId, matchField, ...rest } = row;
  const phone = typeof rest.phone === 'string' ? await parsePhone(rest.phone, office.country) : undefined;
  if (phone && !phone.certain) context.notify(GUESSED);
  const { custom, unknown, match } = await readCustom({ customFields, matchField }, where, office);
  const reach = [
    ...(rest.email ? [byEmail(String(rest.email))] : []),
    ...(phone ? [byPhone(phone)] : []),
    ...(match ? [byMatch(match)] : []),
  ];
  return {
    // An uncertain one is sent as typed: HighLevel knows the country.
    fields: phone?.certain ? { ...rest, phone: phone.number } : rest,
    custom,
    unknown,
    tags: uniqueBy((tags ?? []) as string[], (tag) => tag.toLowerCase()),
    note: isEmpty(note) ? undefined : String(note),
    tasks: uniqueBy(await readTasks((tasks ?? []) as Json[], where, echoes, context), wholeTaskKey),
    businessId: businessId as string | undefined,
    reach,
  };
}

const GUESSED =
  'A phone without a country code was taken for one of North America; to be sure give + and the country code.';

const byEmail = (email: string): Reach => ({
  by: 'email',
  value: email,
  certain: true,
  key: `email ${email.toLowerCase()}`,
});

/** The last digits are the same in every spelling of a number; two numbers that share them wait without need. */
const byPhone = ({ number, certain }: ParsedPhone): Reach => ({
  by: 'phone',
  value: number,
  certain,
  key: `phone ${number.replace(/\D/g, '').slice(-8)}`,
});

const byMatch = (custom: CustomValue): Reach => ({
  by: 'matchField',
  value: custom.value,
  certain: true,
  custom,
  key: `customField ${custom.id} ${normalizeText(custom.value)}`,
});

async function readTasks(
  tasks: readonly Json[],
  where: string,
  echoes: Set<string>,
  context: ToolContext,
): Promise<Json[]> {
  const read: Json[] = [];
  for (const [at, task] of tasks.entries()) {
    const { iso, echo } = await readTime(`${where}tasks[${at}].dueDate`, String(task.dueDate), context.clock);
    if (echo) echoes.add(echo);
    read.push({ ...task, dueDate: iso });
  }
  return read;
}

interface ReadCustom {
  readonly custom: CustomValue[];
  readonly unknown: string[];
  readonly match: CustomValue | undefined;
}

async function readCustom({ customFields, matchField }: Json, where: string, office: Office): Promise<ReadCustom> {
  const wanted = matchEntry({ customFields }, matchField);
  const custom: CustomValue[] = [];
  const unknown: string[] = [];
  let match: CustomValue | undefined;
  for (const entry of (customFields ?? []) as Json[]) {
    const read = await readEntry(entry, office);
    const { name, reason } = read;
    if (entry === wanted && read.value?.id === undefined)
      throw new UserError(
        `${where}matchField: which custom field ${quoteForMessage(name)} is, is not known; nothing was written. ${reason}`,
      );
    if (entry === wanted) match = read.value;
    if (read.value) custom.push(read.value);
    else unknown.push(name);
  }
  return { custom, unknown, match };
}

interface ReadEntry {
  readonly name: string;
  /** Undefined where the location has no such field. */
  readonly value?: CustomValue;
  /** Why its id is not known. */
  readonly reason?: string;
}

async function readEntry(entry: Json, office: Office): Promise<ReadEntry> {
  const { id, key, value } = entry as { id?: string; key?: string; value: unknown };
  const name = String(id ?? key);
  const fields = await office.customFields();
  if (fields === undefined)
    return {
      name,
      value: { id, key, type: undefined, value },
      reason: `list_custom_fields tells, which needs the scope ${listCustomFields.scope}; or give the id in place of the key, in matchField and customFields.`,
    };
  const found = findCustomField(name, fields);
  if (!found) return { name, reason: 'This location has none of this name; list_custom_fields names those there are.' };
  return { name, value: { id: String(found.id), key, type: found.dataType, value } };
}
