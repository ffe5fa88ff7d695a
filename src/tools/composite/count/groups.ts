import { isId } from '../../../api/endpoint.ts';
import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { epochMs, zoneOrUtc } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { cleanValue } from '../../core/row-shape.ts';
import { partOf } from '../../core/search-fields.ts';
import { findCustomField } from '../../names/custom-field-input.ts';
import { labelOfField } from '../../names/custom-field-values.ts';
import { NameNotFound } from '../../names/find-by-name.ts';
import { lookUp } from '../../names/lookups.ts';
import { customFieldValue } from '../custom-field-values.ts';

/** What contacts are grouped by. */
export interface Grouping {
  /** As the answer names it: `source`, or `customFields.Bike model`. */
  readonly by: string;
  /** What a contact counts under: one value or a list; empty values do not count. */
  readonly value: (row: Json) => unknown;
  /** Further keys of the answer. */
  readonly about: Json;
}

const GROUPINGS: Readonly<Record<string, Grouping['value']>> = {
  tag: ({ tags }) => tags,
  source: ({ source }) => source,
  owner: ({ assignedTo }) => assignedTo,
  business: ({ businessId, businessName }) => businessId ?? businessName,
  city: ({ city }) => city,
};
const CHOICES = 'tag, source, owner, month, business, city or customFields.<name>';
export const NAME_CHARACTERS = 80;

/** @throws UserError for what contacts cannot be grouped by */
export async function groupingOf(by: string, context: ToolContext): Promise<Grouping> {
  const value = Object.hasOwn(GROUPINGS, by) ? GROUPINGS[by] : undefined;
  if (value) return { by, value, about: {} };
  return by === 'month' ? byMonth(context) : byCustomField(by, context);
}

/** Months in the zone of the clock, or in UTC while it is not known; the answer names the zone. */
async function byMonth({ clock }: ToolContext): Promise<Grouping> {
  const zone = await zoneOrUtc(clock);
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit' });
  const value = ({ dateAdded }: Json) => {
    const at = epochMs(dateAdded);
    if (Number.isNaN(at)) return undefined;
    const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
    return `${parts.year}-${parts.month}`;
  };
  return { by: 'month', value, about: { zone } };
}

async function byCustomField(by: string, context: ToolContext): Promise<Grouping> {
  const word = by.startsWith(CUSTOM_FIELDS) ? by.slice(CUSTOM_FIELDS.length) : by;
  const definitions = await lookUp('customFields', context);
  if (definitions === undefined) {
    if (word === by || !isId(word))
      throw new UserError(`groupBy takes ${CHOICES}; ${quoteForMessage(by)} is none of these. Nothing was counted.`);
    return { by, value: (row) => customFieldValue(row, word), about: {} };
  }
  const { field, part } = await findCustomField(word, 'groupBy', definitions, context).catch((error: unknown) => {
    throw error instanceof NameNotFound ? new NameNotFound(`${error.message} groupBy takes ${CHOICES}.`) : error;
  });
  const value = (row: Json) => partOf(customFieldValue(row, field.id), part?.id);
  const name = labelOfField(field.id, part?.id, definitions);
  return { by: `${CUSTOM_FIELDS}${cleanValue(name, NAME_CHARACTERS)}`, value, about: {} };
}

export interface Group {
  readonly value: string;
  readonly count: number;
}

/** Contacts by value. A contact with several values counts once for each. */
export class Groups {
  readonly #counts = new Map<string, number>();
  /** Contacts that have no value. */
  without = 0;
  /** True if a contact had several values. */
  several = false;

  add(value: unknown): void {
    const values = new Set([value].flat().map(textOf).filter(Boolean));
    if (values.size === 0) this.without += 1;
    if (values.size > 1) this.several = true;
    for (const each of values) this.#counts.set(each, (this.#counts.get(each) ?? 0) + 1);
  }

  /** The largest first. */
  sorted(): Group[] {
    return [...this.#counts]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  }
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value).trim();
}
