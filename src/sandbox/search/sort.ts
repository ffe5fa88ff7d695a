import type { Contact } from '../contact.ts';
import { badRequest, unprocessable } from '../http-error.ts';
import type { Call } from '../route.ts';
import { businessName } from './fields.ts';

export interface Sort {
  readonly field: string;
  readonly direction: 'asc' | 'desc';
}
type SortKey = string | number | null;

const KEYS: Readonly<Record<string, (contact: Contact, call: Call) => SortKey>> = {
  email: ({ email }) => email?.toLowerCase() ?? null,
  dnd: ({ dnd = false }) => Number(dnd),
  source: ({ source }) => source ?? null,
  firstNameLowerCase: ({ firstName }) => firstName?.toLowerCase() ?? null,
  lastNameLowerCase: ({ lastName }) => lastName?.toLowerCase() ?? null,
  dateAdded: ({ dateAdded }) => dateAdded,
  dateUpdated: ({ dateUpdated }) => dateUpdated,
};

/** Listed by one set of recordings; not in the official table. */
const RECORDED_KEYS: typeof KEYS = {
  businessName: (contact, call) => businessName(contact, call)?.toLowerCase() ?? null,
};

/** The sort values of a row and, to break ties, its id. It is also the row's `searchAfter`. */
export type SortPosition = readonly SortKey[];

export function createOrder(sorts: readonly Sort[], call: Call) {
  const { sortFields, searchFields } = call.switches;
  if (sorts.length > sortFields) throw unprocessable([`sort must contain no more than ${sortFields} elements`]);
  const known = searchFields === 'recorded' ? { ...KEYS, ...RECORDED_KEYS } : KEYS;
  const order = sorts.length > 0 ? sorts : [{ field: 'dateAdded', direction: 'desc' } as const];
  const keys = order.map(({ field }) => {
    const key = Object.hasOwn(known, field) ? known[field] : undefined;
    if (!key) throw badRequest(`Invalid field ${field}`);
    return key;
  });
  const positionOf = (contact: Contact): SortPosition => [...keys.map((key) => key(contact, call)), contact.id];
  const compare = (a: SortPosition, b: SortPosition): number => {
    for (let at = 0; at < a.length; at += 1) {
      const ascending = order[at]?.direction !== 'desc';
      const result = compareKeys(a[at] ?? null, b[at] ?? null, ascending);
      if (result !== 0) return result;
    }
    return 0;
  };
  return { positionOf, compare, length: order.length + 1 };
}

/** Absent values come last in both directions. */
function compareKeys(a: SortKey, b: SortKey, ascending: boolean): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b === ascending ? -1 : 1;
}
