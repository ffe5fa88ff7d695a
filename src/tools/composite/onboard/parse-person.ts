import { storedTag } from '../../../api/contact-fields.ts';
import { UserError } from '../../../lib/errors.ts';
import { isBlank } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { once } from '../../../lib/memoize.ts';
import { type ParsedPhone, parsePhone } from '../../../lib/phone.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { readTime } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import type { NamedRow } from '../../core/lookup-cache.ts';
import { listCustomFields } from '../../lookups.ts';
import { lookUp } from '../../names/lookups.ts';
import { locationCountry } from '../../names/phone.ts';
import { type CustomValue, resolveCustomField } from '../custom-field-values.ts';
import { matchEntry, type PersonInput, type TaskInput } from './input.ts';
import { uniqueTasks } from './match-tasks.ts';

/** The value of `matchField`. */
type MatchValue = CustomValue & { readonly id: string };

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

/** A field that HighLevel did not store, or that is not written. */
export interface NotStored {
  readonly field: string;
  readonly reason: string;
}

/** A person as they are to be stored. Times, phones and custom fields are parsed: no further lookup is needed. */
export interface DesiredPerson {
  /** Contact fields other than custom fields. */
  readonly fields: Omit<PersonInput, 'customFields' | 'tags' | 'note' | 'tasks' | 'businessId' | 'matchField'>;
  readonly customFields: readonly CustomValue[];
  /** In lower case, as HighLevel stores them. */
  readonly tags: readonly string[];
  readonly note: string | undefined;
  /** Each once, with due dates that have an offset. */
  readonly tasks: readonly TaskInput[];
  readonly businessId: string | undefined;
  readonly lookupKeys: readonly LookupKey[];
}

export const keysOf = ({ lookupKeys }: DesiredPerson): string[] => lookupKeys.map(({ key }) => key);

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
  const parser = new Parser(context);
  const people: DesiredPerson[] = [];
  for (const [at, row] of rows.entries()) people.push(await parser.parse(row, pathOf(at)));
  const [...echoes] = parser.echoes;
  for (const echo of echoes.slice(0, MAX_ECHOES)) context.notify(`dueDate read as ${echo}.`);
  if (echoes.length > MAX_ECHOES)
    context.notify(`${echoes.length - MAX_ECHOES} more due dates were read in the same zone.`);
  return people;
}

class Parser {
  /** Local times that were read. */
  readonly echoes = new Set<string>();
  readonly #context: ToolContext;
  // Data of the location, read once and only if a row needs it.
  readonly #country: () => Promise<string | undefined>;
  readonly #definitions: () => Promise<readonly NamedRow[] | undefined>;

  constructor(context: ToolContext) {
    this.#context = context;
    this.#country = once(() => locationCountry(context));
    this.#definitions = once(() => lookUp('customFields', context));
  }

  async parse(row: PersonInput, path: string): Promise<DesiredPerson> {
    const { customFields, tags = [], note, tasks = [], businessId, matchField, ...fields } = row;
    const phone = fields.phone === undefined ? undefined : await parsePhone(fields.phone, this.#country);
    if (phone && !phone.certain) this.#context.notify(GUESSED_COUNTRY);
    const { match, ...custom } = parseCustomFields(row, path, customFields && (await this.#definitions()));
    return {
      // An uncertain phone is sent as typed: HighLevel knows the country.
      fields: phone?.certain ? { ...fields, phone: phone.number } : fields,
      ...custom,
      tags: [...new Set(tags.map(storedTag))],
      note: isBlank(note) ? undefined : note,
      tasks: await this.#parseTasks(tasks, path),
      businessId,
      lookupKeys: lookupKeysOf(fields.email, phone, match),
    };
  }

  async #parseTasks(tasks: readonly TaskInput[], path: string): Promise<TaskInput[]> {
    const parsed: TaskInput[] = [];
    for (const [at, task] of tasks.entries()) {
      const { iso, echo } = await readTime(`${path}tasks[${at}].dueDate`, task.dueDate, this.#context.clock);
      if (echo) this.echoes.add(echo);
      parsed.push({ ...task, dueDate: iso });
    }
    return uniqueTasks(parsed);
  }
}

const GUESSED_COUNTRY =
  'A phone without a country code was taken for one of North America; to be sure give + and the country code.';

function lookupKeysOf(
  email: string | undefined,
  phone: ParsedPhone | undefined,
  field: MatchValue | undefined,
): LookupKey[] {
  const keys: LookupKey[] = [];
  if (email !== undefined)
    keys.push({ kind: 'email', value: email, certain: true, key: `email ${email.toLowerCase()}` });
  if (phone) {
    // The last digits are the same in every spelling; two numbers that share them wait for each other without need.
    const lastDigits = phone.number.replace(/\D/g, '').slice(-8);
    keys.push({ kind: 'phone', value: phone.number, certain: phone.certain, key: `phone ${lastDigits}` });
  }
  if (field) keys.push({ kind: 'matchField', field, key: `customField ${field.id} ${normalizeText(field.value)}` });
  return keys;
}

/**
 * Finds the id and type of each custom field. `definitions` are those of the location, undefined if they cannot be read.
 * @throws UserError if the field that `matchField` names has no known id
 */
function parseCustomFields(row: PersonInput, path: string, definitions: readonly NamedRow[] | undefined) {
  const matched = matchEntry(row, row.matchField);
  const customFields: CustomValue[] = [];
  let match: MatchValue | undefined;
  for (const entry of row.customFields ?? []) {
    const value = resolveCustomField(entry, definitions);
    customFields.push(value);
    if (entry !== matched) continue;
    if (value.id === undefined) throw unidentified(`${path}matchField`, entry.field);
    match = { ...value, id: value.id };
  }
  return { customFields, match };
}

const unidentified = (argument: string, name: string): UserError =>
  new UserError(
    `${argument}: the id of the custom field ${quoteForMessage(name)} is not known; nothing was written. Give the id in place of the key, in matchField and customFields; list_custom_fields gives it, which needs the scope ${listCustomFields.scope}.`,
  );
