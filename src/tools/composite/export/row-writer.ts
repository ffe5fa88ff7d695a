import { isEmpty, type Json, rowsIn } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { rowOf } from '../../core/row-shape.ts';
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
  const named = rowsIn(await showNames({ contacts }, context, [], keys), 'contacts');
  return rows.map((raw, at) => format.row(valuesOf(layout, raw, named[at] ?? {}), layout.columns)).join('');
}
