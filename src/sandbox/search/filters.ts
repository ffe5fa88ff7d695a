import type { Contact } from '../contact.ts';
import { badRequest, unprocessable } from '../http-error.ts';
import type { Call } from '../route.ts';
import { isRecord } from '../validation.ts';
import { type Operator, type SearchField, searchField } from './fields.ts';

export type ContactPredicate = (contact: Contact) => boolean;
type ValuePredicate = (value: unknown) => boolean;

/** Filters in a list are ANDed; groups nest. All errors are found before the first contact is tested. */
export function compileFilters(filters: readonly unknown[], call: Call, group: 'AND' | 'OR' = 'AND'): ContactPredicate {
  const tests = filters.map((filter) => compileFilter(filter, call));
  if (group === 'OR') return (contact) => tests.some((test) => test(contact));
  return (contact) => tests.every((test) => test(contact));
}

function compileFilter(filter: unknown, call: Call): ContactPredicate {
  if (!isRecord(filter)) throw unprocessable(['each value in filters must be an object']);
  const { group, filters, field, operator, value } = filter;
  if (group !== undefined) {
    if (group !== 'AND' && group !== 'OR') throw unprocessable(['group must be one of the following values: AND, OR']);
    if (!Array.isArray(filters)) throw unprocessable(['filters must be an array']);
    return compileFilters(filters, call, group);
  }
  if (typeof field !== 'string') throw unprocessable(['field must be a string']);
  if (typeof operator !== 'string') throw unprocessable(['operator must be a string']);
  if (operator === 'nested') return compileNested(field, filters, call);
  return compileField(field, operator, value, call);
}

const NESTED_FIELDS = ['pipelineId', 'pipelineStageId', 'status'];

/** Matches a contact with an opportunity that passes all inner filters. */
function compileNested(name: string, filters: unknown, call: Call): ContactPredicate {
  const field = searchField(name, call);
  if (field === 'unknown custom field' || !field?.operators.has('nested')) throw badRequest(`Invalid field ${name}`);
  if (!Array.isArray(filters)) throw unprocessable(['filters must be an array']);
  const tests = filters.map(compileInner);
  return (contact) => field.values(contact, call).some((item) => tests.every((test) => test(item)));
}

function compileInner(filter: unknown): ValuePredicate {
  if (!isRecord(filter)) throw badRequest(`Invalid field ${filter}`);
  const { field: key, value, operator } = filter;
  if (typeof key !== 'string' || !NESTED_FIELDS.includes(key)) throw badRequest(`Invalid field ${key}`);
  const read = (item: unknown) => (isRecord(item) ? item[key] : undefined);
  switch (operator) {
    case 'eq':
      return (item) => read(item) === value;
    case 'not_eq':
      return (item) => read(item) !== value;
    case 'exists':
      return (item) => read(item) !== undefined;
    case 'not_exists':
      return (item) => read(item) === undefined;
    default:
      throw badRequest(`Invalid field ${key}`);
  }
}

function compileField(name: string, operator: string, value: unknown, call: Call): ContactPredicate {
  const field = searchField(name, call);
  if (field === 'unknown custom field') return () => false;
  const known = field && [...field.operators].find((allowed) => allowed === operator);
  if (!field || !known) throw badRequest(`Invalid field ${name}`);
  return compileOperator(field, known, value, call);
}

function compileOperator(field: SearchField, operator: Operator, value: unknown, call: Call): ContactPredicate {
  const any =
    (test: ValuePredicate): ContactPredicate =>
    (contact) =>
      field.values(contact, call).some(test);
  const none =
    (test: ValuePredicate): ContactPredicate =>
    (contact) =>
      !field.values(contact, call).some(test);
  switch (operator) {
    case 'exists':
      return any(() => true);
    case 'not_exists':
      return none(() => true);
    case 'eq':
      return any(equals(field, value));
    case 'not_eq':
      return none(equals(field, value));
    case 'contains':
      return any(contains(field, value));
    case 'not_contains':
      return none(contains(field, value));
    case 'contains_set':
      return containsAll(field, value, call);
    case 'wildcard':
      return any(wildcard(value));
    case 'range':
      return any(inRange(value));
    case 'nested':
      throw badRequest('Invalid field');
  }
}

const normalize = (field: SearchField, value: unknown) =>
  field.caseSensitive ? String(value) : String(value).toLowerCase();

/** Matches a contact that has every one of the values. */
function containsAll(field: SearchField, value: unknown, call: Call): ContactPredicate {
  if (!Array.isArray(value)) throw unprocessable(['value must be an array']);
  const tests = value.map((item) => equals(field, item));
  return (contact) => {
    const values = field.values(contact, call);
    return tests.every((test) => values.some(test));
  };
}

/** The test for one value or, where the field accepts a list, for any of several values. */
function anyOf(field: SearchField, value: unknown, compile: (value: unknown) => ValuePredicate): ValuePredicate {
  if (!field.acceptsList || !Array.isArray(value)) return compile(value);
  const tests = value.map(compile);
  return (stored) => tests.some((test) => test(stored));
}

const equals = (field: SearchField, value: unknown): ValuePredicate =>
  anyOf(field, value, (single) => {
    if (!['string', 'number', 'boolean'].includes(typeof single)) {
      throw unprocessable(['value must be a string, a number or a boolean']);
    }
    const expected = normalize(field, checkLength(single));
    return (stored) => normalize(field, stored) === expected;
  });

const contains = (field: SearchField, value: unknown): ValuePredicate =>
  anyOf(field, value, (single) => {
    if (typeof single !== 'string') throw unprocessable(['value must be a string']);
    const expected = normalize(field, checkLength(single));
    return (stored) => normalize(field, stored).includes(expected);
  });

function wildcard(value: unknown): ValuePredicate {
  if (typeof value !== 'string') throw unprocessable(['value must be a string']);
  const parts = checkLength(value)
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`, 'i');
  return (stored) => pattern.test(String(stored));
}

function inRange(value: unknown): ValuePredicate {
  if (!isRecord(value)) throw unprocessable(['value must be an object']);
  const tests = Object.entries(value).map(([key, bound]) => compareToBound(key, toNumber(bound)));
  return (stored) => {
    const number = toNumber(stored);
    return tests.every((test) => test(number));
  };
}

function compareToBound(key: string, bound: number): (number: number) => boolean {
  switch (key) {
    case 'gte':
      return (number) => number >= bound;
    case 'gt':
      return (number) => number > bound;
    case 'lte':
      return (number) => number <= bound;
    case 'lt':
      return (number) => number < bound;
    default:
      throw unprocessable([`value.property ${key} should not exist`]);
  }
}

/** A number, epoch ms, or an ISO date as epoch ms. */
function toNumber(value: unknown): number {
  const number = typeof value === 'string' && Number.isNaN(Number(value)) ? Date.parse(value) : Number(value);
  if (Number.isNaN(number)) throw unprocessable(['value must be a number or a valid ISO 8601 date string']);
  return number;
}

function checkLength<T>(value: T): T {
  if (String(value).length > 75) throw unprocessable(['value must be shorter than or equal to 75 characters']);
  return value;
}
