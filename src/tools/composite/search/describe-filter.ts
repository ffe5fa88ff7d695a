import { type Json, recordsOf } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { FIELD_NAMES, indexField } from '../../core/search-fields.ts';
import { BOUNDS } from '../../search-filters.ts';

/** A filter in one line: `firstName contains "marc"`, `dateAdded gte 2026-11-01`. Values are quoted, as anybody wrote them. */
export function describeFilter({ group, filters, field, operator, value, ...rest }: Json): string {
  if (group !== undefined) return `(${recordsOf(filters).map(describeFilter).join(` ${group} `)})`;
  const bounds = BOUNDS.flatMap((bound) =>
    rest[bound] === undefined ? [] : [`${bound} ${describeBound(rest[bound])}`],
  );
  const values = [value].flat().map(describeValue).join(', ');
  const compared =
    operator === 'range'
      ? bounds.join(' ')
      : [operator, Array.isArray(value) ? `[${values}]` : values].join(' ').trim();
  return `${describeField(field)} ${compared}`;
}

/** Under the name that people give: `firstName`, not `firstNameLowerCase`. */
function describeField(given: unknown): string {
  const field = typeof given === 'string' ? given : '';
  const known = FIELD_NAMES.find((name) => indexField(name) === indexField(field));
  return known ?? (/^[\w.-]{1,100}$/.test(field) ? field : quoteForMessage(field));
}

const describeValue = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? quoteForMessage(value) : String(value);

/** Times, and how they were read, hold nothing that anybody wrote. */
const TIME_TEXT = /^[\dTZ:.+-]+( \[[\w/+-]+[^"]{0,200}\].{0,100})?$/;
const describeBound = (bound: unknown): string =>
  typeof bound === 'string' && TIME_TEXT.test(bound) ? bound : describeValue(bound);
