import { UserError } from '../../../lib/errors.ts';
import { isEmpty, type Json, rowsIn } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { formatTime, isEpochMs, parseTime } from '../../../lib/time-format.ts';
import type { ToolContext } from '../../core/context.ts';
import type { NamedRow } from '../../core/lookup-cache.ts';
import { namingOf } from '../../core/named-ids.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { cleanValue, rowOf } from '../../core/row-shape.ts';
import { type CustomFieldPath, customFieldIn } from '../../core/search-fields.ts';
import { partsOf, showCustomFields } from '../../names/custom-field-values.ts';
import { lookUp, whyNoNames } from '../../names/lookups.ts';
import { indexById } from '../../names/match-name.ts';

/** Keys of rows of search, in the order in which they are exported. */
const KEYS = [
  'id', 'firstName', 'lastName', 'email', 'phone', 'companyName', 'businessId', 'assignedTo', 'tags', 'source', 'type',
  'address1', 'city', 'state', 'postalCode', 'country', 'dateOfBirth', 'dnd', 'dateAdded', 'dateUpdated',
] as const; // biome-ignore format: a list
/** Keys that are exported only if they are named. */
const FURTHER_KEYS = [
  'website',
  'timezone',
  'followers',
  'additionalEmails',
  'additionalPhones',
  'lastActivity',
] as const;
const TIMES: ReadonlySet<string> = new Set(['dateAdded', 'dateUpdated', 'lastActivity']);
/** All custom fields, each in a column of its own. */
const ALL_CUSTOM_FIELDS = 'customFields';
/** Most custom fields exported without being named. */
const MAX_FIELDS = 200;

/** A column of the file. Ids of users and businesses are exported as names: `assignedTo` as `assignedToName`. */
export type Column =
  | { readonly header: string; readonly key: string }
  /** A custom field, or one box of a TEXTBOX_LIST; `label` is the key under which answers show it. */
  | { readonly header: string; readonly fieldId: string; readonly label: string };

/** The columns of an export, fixed when it starts. */
export interface Layout {
  readonly columns: readonly Column[];
  /** Definitions of the custom fields; none where they cannot be read. */
  readonly definitions: readonly NamedRow[];
  /** Times are local to it; undefined where it is not known. */
  readonly zone: string | undefined;
}

const KEY_OF: ReadonlyMap<string, string> = new Map(
  [...KEYS, ...FURTHER_KEYS].flatMap((key) => [[key, key] as const, [headerOf(key), key] as const]),
);

function headerOf(key: string): string {
  return namingOf(key)?.shown ?? key;
}

/**
 * The columns that are asked for, custom fields by id, or else the usual ones and all custom fields.
 * @throws UserError for a column that contacts do not have
 */
export async function layoutOf(asked: readonly string[] | undefined, context: ToolContext): Promise<Layout> {
  const wanted = asked ?? [...KEYS, ALL_CUSTOM_FIELDS];
  const needsFields = wanted.some((name) => name.startsWith(ALL_CUSTOM_FIELDS));
  const definitions = needsFields ? await lookUp('customFields', context) : [];
  if (definitions === undefined && wanted.includes(ALL_CUSTOM_FIELDS))
    context.notify(
      `Custom fields are left out: ${whyNoNames('customFields', context)} name them as customFields.<id>.`,
    );
  const columns = wanted.flatMap((name) => columnsOf(name, definitions ?? [], context));
  const zone = await context.clock.shownZone();
  return { columns: withUniqueHeaders(columns), definitions: definitions ?? [], zone };
}

function columnsOf(name: string, definitions: readonly NamedRow[], { notify }: ToolContext): Column[] {
  const key = KEY_OF.get(name);
  if (key !== undefined) return [{ header: headerOf(key), key }];
  if (name.startsWith(CUSTOM_FIELDS)) return fieldColumns(customFieldIn(name), definitions);
  if (name !== ALL_CUSTOM_FIELDS)
    throw new UserError(
      `Nothing was exported. columns: ${quoteForMessage(name)} is no column. Give any of ${[...KEYS, ...FURTHER_KEYS].join(', ')}, ${ALL_CUSTOM_FIELDS} (all), ${CUSTOM_FIELDS}<name>.`,
    );
  if (definitions.length > MAX_FIELDS)
    notify(`Of ${definitions.length} custom fields the first ${MAX_FIELDS} are exported: name others in columns.`);
  return definitions.slice(0, MAX_FIELDS).flatMap(({ id }) => fieldColumns({ id }, definitions));
}

function fieldColumns({ id, part }: CustomFieldPath, definitions: readonly NamedRow[]): Column[] {
  const definition = indexById(definitions).get(id);
  const boxes = definition ? partsOf(definition).filter((box) => part === undefined || box.id === part) : [];
  const value = boxes.length > 0 ? Object.fromEntries(boxes.map((box) => [box.id, ''])) : '';
  const labels = Object.keys(showCustomFields([{ id, value }], definitions));
  return labels.map((label) => ({ header: label, fieldId: id, label }));
}

/** Each column once. A custom field may have the name of another column. */
function withUniqueHeaders(columns: readonly Column[]): Column[] {
  const byHeader = new Map<string, Column>();
  for (const column of columns) {
    const taken = byHeader.get(column.header);
    const isOther = taken && 'fieldId' in column && !('fieldId' in taken && taken.fieldId === column.fieldId);
    const header = isOther ? `${CUSTOM_FIELDS}${column.header}` : column.header;
    byHeader.set(header, { ...column, header });
  }
  return [...byHeader.values()];
}

/** Rows as the columns need them, before ids are replaced by names: nothing else, so that nothing else is looked up. */
export const neededKeys = ({ columns }: Layout): string[] =>
  columns.flatMap((column) => ('key' in column ? [column.key, headerOf(column.key)] : []));

/** A time in the form of answers, any other value as it is. */
function shownValue(key: string, value: unknown, zone: string | undefined): unknown {
  if (!TIMES.has(key)) return value;
  const at = isEpochMs(value) ? value : parseTime(`${value}`);
  return Number.isNaN(at) ? value : formatTime(at, zone);
}

/** The values of a contact by column; `named` is its row with names in place of ids. */
export function valuesOf(
  { columns, definitions, zone }: Layout,
  raw: Json,
  named: Json,
): (readonly [Column, unknown])[] {
  const fields = new Map(
    rowsIn(rowOf.contact(raw), 'customFields').map((field) => [field.id, showCustomFields([field], definitions)]),
  );
  const inColumn = (column: Column): unknown =>
    'key' in column
      ? shownValue(column.key, named[column.header] ?? named[column.key], zone)
      : fields.get(column.fieldId)?.[column.label];
  return columns.flatMap((column) => {
    const value = cleanValue(inColumn(column), Number.POSITIVE_INFINITY);
    return isEmpty(value) ? [] : [[column, value] as const];
  });
}
