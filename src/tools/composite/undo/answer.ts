import type { Json } from '../../../lib/json.ts';
import { cleanValue } from '../../core/row-shape.ts';
import type { Conflict, IdNow, NotRestored, Row, Step } from './plan.ts';
import type { Progress } from './run-steps.ts';
import { idsOf } from './write.ts';

/** Rows of each list; more say nothing more. */
const MAX_ROWS = 50;
/** Characters of a value. */
const MAX_VALUE = 200;

/** What a row is about, with the id under which the record exists now. */
function subject({ entry, record, field }: Row, idNow: IdNow): Json {
  const ids = Object.entries(idsOf(record)).map(([key, id]) => [key, idNow(id)]);
  const name = record.contactName ?? entry.contactName;
  return {
    tool: entry.tool,
    ...Object.fromEntries(ids),
    ...(name === undefined ? {} : { contactName: cleanValue(name, MAX_VALUE) }),
    field,
  };
}

const value = (raw: unknown): unknown => cleanValue(raw ?? null, MAX_VALUE);

export const conflictRows = (conflicts: readonly Conflict[], idNow: IdNow): Json[] =>
  conflicts.slice(0, MAX_ROWS).map((conflict) => ({
    ...subject(conflict, idNow),
    stored: value(conflict.stored),
    now: value(conflict.now),
    wouldBecome: value(conflict.wouldBecome),
  }));

export const notRestoredRows = (rows: readonly NotRestored[], idNow: IdNow): Json[] =>
  rows.slice(0, MAX_ROWS).map((row) => ({ ...subject(row, idNow), reason: row.reason }));

export const undoneRows = (steps: readonly Step[], idNow: IdNow): Json[] =>
  steps.flatMap(({ rows }) =>
    rows.map((row) => ({ ...subject(row, idNow), from: value(row.from), to: value(row.to) })),
  );

/** The answer of an undo that wrote something. */
export function progressAnswer({ done, idNow, newIds, notRestored }: Progress, left: readonly NotRestored[]): Json {
  const rows = undoneRows(done, idNow);
  const others = [...left, ...notRestored];
  return {
    undone: rows.slice(0, MAX_ROWS),
    ...(rows.length > MAX_ROWS ? { total: rows.length } : {}),
    ...(others.length > 0 ? { notRestored: notRestoredRows(others, idNow) } : {}),
    ...(newIds.size > 0 ? { newIds: Object.fromEntries(newIds) } : {}),
  };
}
