import { ID } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { foldText } from '../../lib/fold.ts';
import { isEmpty, isRecord, type Json } from '../../lib/json.ts';
import { quoteForMessage } from '../../lib/text.ts';
import type { ToolContext } from '../core/context.ts';
import type { NamedRow } from '../core/lookup-cache.ts';
import { readFieldValue } from './custom-field-type.ts';
import { fieldLabels, type Part, partsOf } from './custom-field-values.ts';
import { NameNotFound } from './find-by-name.ts';
import { lookUp, lookUpAgain, whyNoNames } from './lookups.ts';
import { indexBy, indexById, memoizeByRows, nearestRows, rowsNamed } from './match-name.ts';

/** A value for a custom field. */
export interface FieldValue {
  /** The id; where the definitions cannot be read it may be a key, by which HighLevel finds the field as well. */
  readonly field: string;
  readonly value: unknown;
}

/** A field, or a box of a TEXTBOX_LIST field. */
export interface FoundField {
  readonly field: NamedRow;
  readonly part?: Part;
}

/**
 * Values for custom fields, given as `{field, value}` with the name, key or id of each, as the API takes them: by id,
 * options in their exact spelling, the boxes of a TEXTBOX_LIST in one object.
 * @throws NameNotFound, UserError for a value that the field does not take; nothing was sent
 */
export async function readCustomFields(given: readonly Json[], path: string, context: ToolContext) {
  const definitions = await lookUp('customFields', context);
  const values = new Map<string, FieldValue>();
  for (const [at, { field, value }] of given.entries()) {
    const argument = `${path}[${at}]`;
    if (definitions === undefined) {
      values.set(argument, { field: idOrKey(String(field), `${argument}.field`, context), value });
      continue;
    }
    const found = await findCustomField(String(field), `${argument}.field`, definitions, context);
    const { id } = found.field;
    const earlier = values.get(id)?.value;
    if (found.part && earlier === undefined) context.notify(ALL_PARTS);
    values.set(id, { field: id, value: mergedValue(found, value, earlier, argument) });
  }
  return [...values.values()];
}

/** The value as it is sent, with what was given before for other parts of the field. */
function mergedValue({ field, part }: FoundField, value: unknown, earlier: unknown, argument: string): unknown {
  const read = readFieldValue(part ? { ...field, dataType: 'TEXT' } : field, value, argument);
  const others = isRecord(earlier) ? earlier : {};
  if (earlier !== undefined && (!part || !isRecord(earlier) || Object.hasOwn(others, part.id)))
    throw new UserError(`Nothing was sent. ${argument}: ${quoteForMessage(field.name)} has a value already: give one.`);
  return part ? { ...others, [part.id]: isEmpty(read) ? '' : read } : read;
}

/** The id of the custom field that a word names. @throws NameNotFound */
export async function customFieldId(word: string, argument: string, context: ToolContext): Promise<string> {
  const definitions = await lookUp('customFields', context);
  return definitions === undefined
    ? idOrKey(word, argument, context)
    : (await findCustomField(word, argument, definitions, context)).field.id;
}

/**
 * The name that search has for the custom field, or for the box of one, that a word names: its id, with the id of the box
 * behind it. @throws NameNotFound
 */
export async function customFieldPath(word: string, argument: string, context: ToolContext): Promise<string> {
  const definitions = await lookUp('customFields', context);
  if (definitions === undefined) return isPath(word) ? word : idOrKey(word, argument, context);
  const { field, part } = await findCustomField(word, argument, definitions, context);
  return part ? pathOf(field, part) : field.id;
}

const pathOf = ({ id }: NamedRow, part: Part): string => `${id}.${part.id}`;
const isPath = (word: string): boolean => word.split('.').length === 2 && word.split('.').every((id) => ID.test(id));

const ALL_PARTS = 'Of a TEXTBOX_LIST field give every part that is to stay: HighLevel may empty those left out.';

/** What only a definition could tell is left to HighLevel: an id, or a key such as `contact.bike_model`. */
function idOrKey(field: string, argument: string, context: ToolContext): string {
  if (/^contact\.\w{1,190}$/.test(field) || ID.test(field)) return field;
  throw new NameNotFound(
    `Nothing was sent. ${argument}: ${quoteForMessage(field)} is neither an id nor a key such as contact.bike_model, and ${whyNoNames('customFields', context)} give one of these.`,
  );
}

/** The custom field, or the box of one, that a word names. @throws NameNotFound with the nearest candidates */
export async function findCustomField(
  word: string,
  argument: string,
  definitions: readonly NamedRow[],
  context: ToolContext,
): Promise<FoundField> {
  const found = fieldsNamed(word, definitions);
  const rows = found.length > 0 ? definitions : ((await lookUpAgain('customFields', context)) ?? definitions);
  const all = rows === definitions ? found : fieldsNamed(word, rows);
  const [first, second] = all;
  if (first && !second) return first;
  const describe = ({ field, part }: FoundField) =>
    `${quoteForMessage(part ? `${field.name} / ${part.label}` : field.name)} (${field.id})`;
  const nearest = nearestRows(word, rows).map((field) => describe({ field }));
  throw new NameNotFound(
    first
      ? `Nothing was sent. ${argument}: ${all.length} custom fields have the name ${quoteForMessage(word)}: ${all.slice(0, 5).map(describe).join(', ')}. Give the id of the right one.`
      : `Nothing was sent. ${argument}: no custom field has the id, key or name ${quoteForMessage(word)}.${nearest.length > 0 ? ` Nearest: ${nearest.join(', ')}.` : ''} list_custom_fields lists them.`,
  );
}

const plainKey = (key: string): string => key.replace(/^contact\./, '').toLowerCase();

const byLabel = memoizeByRows((rows): ReadonlyMap<string | undefined, NamedRow> => {
  const withId = rows.map((row) => [`${row.name} [${row.id}]`, row] as const);
  return new Map([...withId, ...rows.map((row) => [fieldLabels(rows).get(row.id), row] as const)]);
});
const byKey = memoizeByRows((rows) =>
  indexBy(rows, ({ fieldKey }) => (typeof fieldKey === 'string' ? plainKey(fieldKey) : undefined)),
);
/** Parts by the name of the field, or the key under which answers show it, and their own label or id; also by their path. */
const byPart = memoizeByRows((rows): ReadonlyMap<string, readonly FoundField[]> => {
  const index = new Map<string, FoundField[]>();
  for (const field of rows)
    for (const part of partsOf(field)) {
      const names = [field.name, fieldLabels(rows).get(field.id)];
      const keys = names.flatMap((name) => [`${name} / ${part.label}`, `${name} / ${part.id}`]);
      for (const key of new Set([...keys, pathOf(field, part)].map(foldText)))
        index.set(key, [...(index.get(key) ?? []), { field, part }]);
    }
  return index;
});

/** By id, by name with the id behind it as answers show it, by name, by key, and by the name of a part. */
export function fieldsNamed(word: string, definitions: readonly NamedRow[]): readonly FoundField[] {
  const exact = indexById(definitions).get(word) ?? byLabel(definitions).get(word);
  if (exact) return [{ field: exact }];
  const named = rowsNamed(word, definitions);
  const fields = named.length > 0 ? named : (byKey(definitions).get(plainKey(word)) ?? []);
  return fields.length > 0 ? fields.map((field) => ({ field })) : (byPart(definitions).get(foldText(word)) ?? []);
}
