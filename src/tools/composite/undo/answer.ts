import type { Json } from '../../../lib/json.ts';
import { cleanValue } from '../../core/row-shape.ts';
import type { Conflict, NotRestored, Step } from './plan.ts';
import type { Progress } from './run-steps.ts';
import { idsOf } from './write.ts';

/** Rows of each list; more say nothing more. */
const MAX_ROWS = 50;
/** Characters of a value. */
const MAX_VALUE = 200;

type About = Pick<Conflict, 'entry' | 'record'> & { readonly field: string };

/** What a row is about, with the id under which the record exists now. */
function subject({ entry, record, field }: About, newIds: ReadonlyMap<string, string>): Json {
  const ids = Object.entries(idsOf(record)).map(([key, id]) => [key, newIds.get(String(id)) ?? id]);
  const name = record.contactName ?? entry.contactName;
  return {
    tool: entry.tool,
    ...Object.fromEntries(ids),
    ...(name === undefined ? {} : { contactName: cleanValue(name, MAX_VALUE) }),
    field,
  };
}

const value = (raw: unknown): unknown => cleanValue(raw ?? null, MAX_VALUE);

export const conflictRows = (conflicts: readonly Conflict[]): Json[] =>
  conflicts.slice(0, MAX_ROWS).map((conflict) => ({
    ...subject(conflict, new Map()),
    stored: value(conflict.stored),
    now: value(conflict.now),
    wouldBecome: value(conflict.wouldBecome),
  }));

export const notRestoredRows = (rows: readonly NotRestored[], newIds: ReadonlyMap<string, string>): Json[] =>
  rows.slice(0, MAX_ROWS).map((row) => ({ ...subject(row, newIds), reason: row.reason }));

export const undoneRows = (steps: readonly Step[], newIds: ReadonlyMap<string, string>): Json[] =>
  steps.flatMap(({ entry, record, restored }) =>
    restored.map(({ field, from, to }) => ({
      ...subject({ entry, record, field }, newIds),
      from: value(from),
      to: value(to),
    })),
  );

/** The answer of an undo that wrote something. */
export function progressAnswer({ done, newIds, notRestored }: Progress, left: readonly NotRestored[]): Json {
  const rows = undoneRows(done, newIds);
  const others = [...left, ...notRestored];
  return {
    undone: rows.slice(0, MAX_ROWS),
    ...(rows.length > MAX_ROWS ? { total: rows.length } : {}),
    ...(others.length > 0 ? { notRestored: notRestoredRows(others, newIds) } : {}),
    ...(newIds.size > 0 ? { newIds: Object.fromEntries(newIds) } : {}),
  };
}
