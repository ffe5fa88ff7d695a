import { fullName } from '../../../api/contact-fields.ts';
import { UserError } from '../../../lib/errors.ts';
import { foldText } from '../../../lib/fold.ts';
import { isBlank, isRecord, type Json } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { epochMs, toDay } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { rowOf } from '../../core/row-shape.ts';
import { customFieldIn, type FieldType, isCustomField, partOf, searchField } from '../../core/search-fields.ts';
import { lookUp } from '../../names/lookups.ts';
import { customFieldValue, toNumber } from '../custom-field-values.ts';

/** What rows are compared by; a cursor holds it. Undefined where the contact has no value: these come last. */
type Key = string | number | undefined;

/** One field that rows are sorted by. */
export interface SortKey {
  readonly ascending: boolean;
  readonly read: (contact: Json) => Key;
}

/** Characters of a text that are compared. */
const MAX_TEXT = 200;

/** How rows are compared by the fields of a sort. @throws UserError for a field whose values have no order */
export async function sortKeys(sort: readonly Json[], context: ToolContext): Promise<SortKey[]> {
  const isCustom = sort.some(({ field }) => isCustomField(field));
  const definitions = isCustom ? await lookUp('customFields', context) : undefined;
  return sort.map(({ field, direction }) => {
    const name = typeof field === 'string' ? field : '';
    const { type, path } = searchField(name, definitions) ?? { type: 'object' };
    if (type === 'object')
      throw new UserError(`Nothing was sent. sort: the values of ${quoteForMessage(name)} have no order.`);
    const custom = isCustomField(name) ? customFieldIn(name) : undefined;
    const valueIn = (contact: Json) => {
      if (custom) return partOf(customFieldValue(contact, custom.id), custom.part);
      return path === 'contactName' ? fullName(contact) : contact[path ?? ''];
    };
    return { ascending: direction !== 'desc', read: (contact) => readKey(valueIn(contact), type) };
  });
}

function readKey(value: unknown, type: FieldType): Key {
  if (isBlank(value) || isRecord(value)) return undefined;
  switch (type) {
    case 'number':
      return finite(toNumber(value));
    case 'time':
      return finite(typeof value === 'number' ? value : epochMs(value));
    case 'boolean':
      return Number(value === true);
    case 'day':
      return toDay(value);
    default:
      return typeof value === 'number' ? value : foldText([value].flat().join(', ')).slice(0, MAX_TEXT) || undefined;
  }
}

const finite = (number: number): number | undefined => (Number.isFinite(number) ? number : undefined);

/** A row and where it stands: its keys, then its id, which decides between equal ones. */
interface Positioned {
  readonly row: Json;
  readonly position: readonly Key[];
}

/** The rows in order, each with its position as `searchAfter`: the page after a row is the rows after its position. */
export function sortRows(rows: readonly Json[], keys: readonly SortKey[]): Json[] {
  return rows
    .map((row): Positioned => {
      const contact = rowOf.contact(row);
      return { row, position: [...keys.map(({ read }) => read(contact)), String(row.id)] };
    })
    .sort((a, b) => compare(a.position, b.position, keys))
    .map(({ row, position }) => ({ ...row, searchAfter: position.map((key) => key ?? '') }));
}

/** Index of the first row after a cursor. @throws UserError for a cursor of another sort */
export function indexAfter(cursor: unknown, rows: readonly Json[], keys: readonly SortKey[]): number {
  const after = readPosition(cursor);
  if (after.length !== keys.length + 1)
    throw new UserError(
      'Nothing is shown. searchAfter belongs to another sort: leave it out to start at the first row.',
    );
  const index = rows.findIndex(({ searchAfter }) => compare(readPosition(searchAfter), after, keys) > 0);
  return index === -1 ? rows.length : index;
}

const readPosition = (cursor: unknown): Key[] =>
  [cursor].flat().map((key) => (typeof key === 'number' || (typeof key === 'string' && key !== '') ? key : undefined));

function compare(a: readonly Key[], b: readonly Key[], keys: readonly SortKey[]): number {
  for (let at = 0; at <= keys.length; at += 1) {
    const result = compareKeys(a[at], b[at], keys[at]?.ascending ?? true);
    if (result !== 0) return result;
  }
  return 0;
}

/** Missing values come last in both directions; numbers come before texts. */
function compareKeys(a: Key, b: Key, ascending: boolean): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  const isLess = typeof a === typeof b ? a < b : typeof a === 'number';
  return isLess === ascending ? -1 : 1;
}
