import { isEmpty, type Json, recordsOf } from '../../lib/json.ts';
import { epochMs } from '../../lib/time.ts';
import type { Position } from '../core/own-cursor.ts';

type SortKey = Position[number];

/** Characters of a sort value that are compared. A cursor has up to three of them. */
const MAX_CHARACTERS = 500;

const text = (value: unknown): SortKey =>
  typeof value === 'string' && value !== '' ? value.slice(0, MAX_CHARACTERS) : null;
const lower = (value: unknown): SortKey => text(typeof value === 'string' ? value.toLowerCase() : value);
const time = (value: unknown): SortKey | undefined => {
  if (value === undefined) return undefined;
  const ms = epochMs(value);
  return Number.isNaN(ms) ? null : ms;
};

/** Sort values by the fields of the index, for a contact in the form of `rowOf.contact`; undefined if it is not known. */
const SORT_KEYS: Readonly<Record<string, (contact: Json) => SortKey | undefined>> = {
  email: ({ email }) => lower(email),
  dnd: ({ dnd }) => Number(dnd === true),
  source: ({ source }) => text(source),
  firstNameLowerCase: ({ firstName }) => lower(firstName),
  lastNameLowerCase: ({ lastName }) => lower(lastName),
  businessName: ({ businessName, businessId }) =>
    businessName === undefined && !isEmpty(businessId) ? undefined : lower(businessName),
  dateAdded: ({ dateAdded }) => time(dateAdded),
  dateUpdated: ({ dateUpdated }) => time(dateUpdated),
};

/** The order of a list. Absent values come last in both directions, and equal contacts in the order of their ids. */
export interface Order {
  /** Undefined if a sort value is not known. */
  readonly positionOf: (contact: Json) => Position | undefined;
  /** Negative if `a` comes first; NaN for positions of different shapes. */
  readonly compare: (a: Position, b: Position) => number;
}

/** False where one of the two is not known. */
export const isBefore = (a: Position | undefined, b: Position | undefined, order: Order | undefined): boolean =>
  a !== undefined && b !== undefined && order !== undefined && order.compare(a, b) < 0;

/** Undefined for a field whose order is not known here. */
export function orderBy(sort: unknown): Order | undefined {
  const given = recordsOf(sort);
  const sorts = given.length > 0 ? given : [{ field: 'dateAdded', direction: 'desc' }];
  const keys = sorts.flatMap(({ field }) =>
    typeof field === 'string' && Object.hasOwn(SORT_KEYS, field) ? (SORT_KEYS[field] ?? []) : [],
  );
  if (keys.length < sorts.length) return undefined;
  return {
    positionOf(contact) {
      const values = keys.map((key) => key(contact)).filter((value) => value !== undefined);
      const { id } = contact;
      return values.length === keys.length && typeof id === 'string' ? [...values, id] : undefined;
    },
    compare(a, b) {
      if (a.length !== b.length) return Number.NaN;
      const results = a.map((key, at) => compareKeys(key, b[at] ?? null, sorts[at]?.direction !== 'desc'));
      return results.find((result) => result !== 0) ?? 0;
    },
  };
}

function compareKeys(a: SortKey, b: SortKey, ascending: boolean): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (typeof a !== typeof b) return Number.NaN;
  return a < b === ascending ? -1 : 1;
}
