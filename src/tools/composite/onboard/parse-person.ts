import { isEmpty } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { memoizeAsync } from '../../../lib/memoize.ts';
import { type ParsedPhone, parsePhone } from '../../../lib/phone.ts';
import { readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { lookUpRows } from '../../runtime/name-lookup.ts';
import type { CustomValue } from '../custom-field-values.ts';
import { locationCountry } from '../phone-lookup.ts';
import type { PersonInput, TaskInput } from './input.ts';
import { uniqueTasks } from './match-tasks.ts';
import { type ParsedCustomFields, parseCustomFields } from './parse-custom-fields.ts';

type MatchValue = NonNullable<ParsedCustomFields['match']>;

/** A value by which the person is looked up. Equal `key`s may mean the same person, in whatever spelling. */
export type LookupKey =
  | {
      readonly kind: 'email' | 'phone';
      /** A phone in E.164. */
      readonly value: string;
      /** False for a phone whose country was guessed. */
      readonly certain: boolean;
      readonly key: string;
    }
  | { readonly kind: 'matchField'; readonly field: MatchValue; readonly key: string };

/** A person as they are to be stored. Times, phones and custom fields are parsed: no further lookup is needed. */
export interface DesiredPerson {
  /** Contact fields other than custom fields; `name` only if no part of it is given. */
  readonly fields: Omit<PersonInput, 'customFields' | 'tags' | 'note' | 'tasks' | 'businessId' | 'matchField'>;
  readonly customFields: readonly CustomValue[];
  /** Names of custom fields that this location does not have. */
  readonly unknownFields: readonly string[];
  /** In lower case, as HighLevel stores them. */
  readonly tags: readonly string[];
  readonly note: string | undefined;
  /** Each once, with due dates that have an offset. */
  readonly tasks: readonly TaskInput[];
  readonly businessId: string | undefined;
  readonly lookupKeys: readonly LookupKey[];
}

export const keysOf = ({ lookupKeys }: DesiredPerson): string[] => lookupKeys.map(({ key }) => key);

/** Data of the location, read once and only if a row needs it. */
const locationDefaults = (context: ToolContext) => ({
  country: memoizeAsync(() => locationCountry(context)),
  /** Undefined if they cannot be read. */
  customFields: memoizeAsync(() => lookUpRows('customFields', context)),
});
type LocationDefaults = ReturnType<typeof locationDefaults>;

/** Local times that are echoed in full; the others are counted. */
const MAX_ECHOES = 3;

/**
 * Parses rows that fit the input schema. Writes nothing. `pathOf` gives the prefix of a row's arguments in an error.
 * @throws UserError that names the argument that cannot be parsed
 */
export async function parsePeople(
  rows: readonly PersonInput[],
  context: ToolContext,
  pathOf: (row: number) => string = () => '',
): Promise<DesiredPerson[]> {
  const location = locationDefaults(context);
  const echoes = new Set<string>();
  const people: DesiredPerson[] = [];
  for (const [at, row] of rows.entries()) {
    const tasks = await parseTasks(row.tasks ?? [], pathOf(at), echoes, context);
    people.push({ ...(await parsePerson(row, pathOf(at), location, context)), tasks });
  }
  for (const echo of [...echoes].slice(0, MAX_ECHOES)) context.notify(`dueDate read as ${echo}.`);
  if (echoes.size > MAX_ECHOES)
    context.notify(`${echoes.size - MAX_ECHOES} more due dates were read in the same zone.`);
  return people;
}

async function parsePerson(
  row: PersonInput,
  path: string,
  location: LocationDefaults,
  context: ToolContext,
): Promise<Omit<DesiredPerson, 'tasks'>> {
  const { customFields, tags = [], note, tasks, businessId, matchField, name, ...fields } = row;
  const phone = fields.phone === undefined ? undefined : await parsePhone(fields.phone, location.country);
  if (phone && !phone.certain) context.notify(GUESSED_COUNTRY);
  const { match, ...custom } = parseCustomFields(row, path, customFields && (await location.customFields()));
  const hasNamePart = !isEmpty(fields.firstName) || !isEmpty(fields.lastName);
  return {
    fields: {
      ...(name === undefined || hasNamePart ? {} : { name }),
      ...fields,
      // An uncertain phone is sent as typed: HighLevel knows the country.
      ...(phone?.certain ? { phone: phone.number } : {}),
    },
    ...custom,
    tags: [...new Set(tags.map((tag) => tag.toLowerCase()))],
    note: isEmpty(note) ? undefined : note,
    businessId,
    lookupKeys: [
      ...(fields.email === undefined ? [] : [emailKey(fields.email)]),
      ...(phone ? [phoneKey(phone)] : []),
      ...(match ? [matchKey(match)] : []),
    ],
  };
}

const GUESSED_COUNTRY =
  'A phone without a country code was taken for one of North America; to be sure give + and the country code.';

const emailKey = (email: string): LookupKey => ({
  kind: 'email',
  value: email,
  certain: true,
  key: `email ${email.toLowerCase()}`,
});

/** The last digits are the same in every spelling; two numbers that share them wait for each other without need. */
const phoneKey = ({ number, certain }: ParsedPhone): LookupKey => ({
  kind: 'phone',
  value: number,
  certain,
  key: `phone ${number.replace(/\D/g, '').slice(-8)}`,
});

const matchKey = (field: MatchValue): LookupKey => ({
  kind: 'matchField',
  field,
  key: `customField ${field.id} ${normalizeText(field.value)}`,
});

/** Adds the local times it reads to `echoes`. */
async function parseTasks(
  tasks: readonly TaskInput[],
  path: string,
  echoes: Set<string>,
  { clock }: ToolContext,
): Promise<TaskInput[]> {
  const parsed: TaskInput[] = [];
  for (const [at, task] of tasks.entries()) {
    const { iso, echo } = await readTime(`${path}tasks[${at}].dueDate`, task.dueDate, clock);
    if (echo) echoes.add(echo);
    parsed.push({ ...task, dueDate: iso });
  }
  return uniqueTasks(parsed);
}
