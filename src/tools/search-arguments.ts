import * as z from 'zod';
import type { Json } from '../lib/json.ts';
import { Filled, Time, User, unlistedLimit } from './core/schemas.ts';
import { MAX_SEARCH_TEXT } from './search-filters.ts';

/** Common filters of contacts as plain arguments, next to `filters`: all must hold. */
export const searchArguments = {
  tag: Filled.max(MAX_SEARCH_TEXT).meta(unlistedLimit).optional(),
  assignedTo: User.describe('name, id or me').optional(),
  business: Filled.max(200).meta(unlistedLimit).describe('name or id').optional(),
  createdAfter: Time.optional(),
  createdBefore: Time.describe('exclusive').optional(),
  updatedAfter: Time.optional(),
  hasEmail: z.boolean().optional(),
  hasPhone: z.boolean().optional(),
  dnd: z.boolean().optional(),
};
type Name = keyof typeof searchArguments;

const FILTERS: Readonly<Record<Name, (value: unknown) => Json>> = {
  tag: (value) => ({ field: 'tags', operator: 'eq', value }),
  assignedTo: (value) => ({ field: 'assignedTo', operator: 'eq', value }),
  business: (value) => ({ field: 'businessName', operator: 'eq', value }),
  createdAfter: (gte) => ({ field: 'dateAdded', operator: 'range', gte }),
  createdBefore: (lt) => ({ field: 'dateAdded', operator: 'range', lt }),
  updatedAfter: (gte) => ({ field: 'dateUpdated', operator: 'range', gte }),
  hasEmail: (has) => ({ field: 'email', operator: has === true ? 'exists' : 'not_exists' }),
  hasPhone: (has) => ({ field: 'phone', operator: has === true ? 'exists' : 'not_exists' }),
  dnd: (value) => ({ field: 'dnd', operator: 'eq', value }),
};

export interface PlainFilter {
  /** The argument it was given as. */
  readonly argument: Name;
  readonly filter: Json;
}

const NAMES = Object.keys(FILTERS).filter((name): name is Name => Object.hasOwn(FILTERS, name));

/** The filters that the plain arguments stand for. */
export const plainFilters = (args: Json): PlainFilter[] =>
  NAMES.flatMap((argument) =>
    args[argument] === undefined ? [] : [{ argument, filter: FILTERS[argument](args[argument]) }],
  );

/** The other arguments. */
export const withoutPlainFilters = (args: Json): Json =>
  Object.fromEntries(Object.entries(args).filter(([name]) => !Object.hasOwn(FILTERS, name)));

export const hasFilters = (args: Json): boolean => args.filters !== undefined || plainFilters(args).length > 0;
