import { foldText } from '../../lib/fold.ts';
import { distance } from '../../lib/nearest.ts';
import type { NamedRow } from '../core/lookup-cache.ts';

/** Rows by a text that several may share. */
export type Index = ReadonlyMap<string, readonly NamedRow[]>;

export function indexBy(rows: readonly NamedRow[], keyOf: (row: NamedRow) => string | undefined): Index {
  const index = new Map<string, NamedRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === undefined) continue;
    const others = index.get(key);
    if (others) others.push(row);
    else index.set(key, [row]);
  }
  return index;
}

/** One index for each reading of a lookup, so that a call with many names stays linear. */
export function memoizeByRows<T>(build: (rows: readonly NamedRow[]) => T): (rows: readonly NamedRow[]) => T {
  const built = new WeakMap<readonly NamedRow[], { readonly value: T }>();
  return (rows) => {
    const entry = built.get(rows) ?? { value: build(rows) };
    built.set(rows, entry);
    return entry.value;
  };
}

const byFoldedName = memoizeByRows((rows) => indexBy(rows, ({ name }) => foldText(name)));
export const indexById = memoizeByRows(
  (rows): ReadonlyMap<string, NamedRow> => new Map(rows.map((row) => [row.id, row])),
);

/** Candidates shown for a name that fits none or several. */
const MAX_CANDIDATES = 5;

/** Rows whose name is this one, whatever its case, accents and space. What has no visible character is no name. */
export function rowsNamed(name: string, rows: readonly NamedRow[]): readonly NamedRow[] {
  const wanted = foldText(name);
  return wanted === '' ? [] : (byFoldedName(rows).get(wanted) ?? []);
}

/** Rows whose names are nearest to what was given: those that hold it, or are few letters away. */
export function nearestRows(name: string, rows: readonly NamedRow[]): NamedRow[] {
  const wanted = foldText(name);
  const scored = rows.map((row) => ({ row, score: farness(wanted, foldText(row.name)) }));
  return scored
    .filter(({ score }) => score <= Math.max(2, wanted.length / 2))
    .sort((a, b) => a.score - b.score)
    .slice(0, MAX_CANDIDATES)
    .map(({ row }) => row);
}

/** Names longer than this are not compared letter by letter, which takes the product of both lengths. */
const MAX_COMPARED = 60;

function farness(wanted: string, name: string): number {
  if (wanted !== '' && name !== '' && (name.includes(wanted) || wanted.includes(name))) return 0.5;
  if (wanted.length > MAX_COMPARED || name.length > MAX_COMPARED) return Number.POSITIVE_INFINITY;
  const words = name.split(' ').map((word) => distance(wanted, word) + 1);
  return Math.min(distance(wanted, name), ...words);
}
