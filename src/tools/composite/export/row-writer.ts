import { isEmpty, type Json, rowsIn } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { idsIn, namingOf } from '../../core/named-ids.ts';
import { rowOf } from '../../core/row-shape.ts';
import { LOOKUPS } from '../../names/lookup-kinds.ts';
import { showNames } from '../../names/show-names.ts';
import { type Layout, neededKeys, valuesOf } from './columns.ts';
import type { Format } from './formats.ts';

/** The rows of a page as text, with users and businesses by name. */
export async function writeRows(
  rows: readonly Json[],
  layout: Layout,
  format: Format,
  context: ToolContext,
): Promise<string> {
  const keys = neededKeys(layout);
  const contacts = rows.map((raw) => {
    const row = rowOf.contact(raw);
    return Object.fromEntries(keys.flatMap((key) => (isEmpty(row[key]) ? [] : [[key, row[key]]])));
  });
  const named = rowsIn(await showNames({ contacts }, idsIn(contacts), context), 'contacts');
  for (const key of keys) if (named.some((row) => row[key] !== undefined)) noteIds(key, context);
  return rows.map((raw, at) => format.row(valuesOf(layout, raw, named[at] ?? {}), layout.columns)).join('');
}

/** A column of names has ids where a lookup failed or is not allowed, and for users and businesses that were deleted. */
function noteIds(key: string, { notify }: ToolContext): void {
  const { kind, shown } = namingOf(key) ?? {};
  if (kind === undefined) return;
  const { name, scope } = LOOKUPS[kind].endpoint;
  notify(`Some values of ${shown} are ids: ${name} (${scope}) did not give their names.`);
}
