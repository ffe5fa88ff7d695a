import type { Contact } from '../contact.ts';
import { badRequest, unprocessable } from '../http-error.ts';
import type { Call } from '../route.ts';
import { isRecord } from '../validation.ts';
import { type Operator, type SearchField, searchField } from './fields.ts';

export type ContactPredicate = (contact: Contact) => boolean;
type ValuePredicate = (value: unknown) => boolean;

/** Filters side by side are ANDed; groups nest. Everything wrong is found before the first contact is looked at. */
export function compileFilters(filters: readonly unknown[], call: Call, group: 'AND' | 'OR' = 'AND'): ContactPredicate {
  const tests = filters.map((filter) => compileFilter(filter, call));
  if (group === 'OR') return (contact) => tests.some((compileOperator) => compileOperator(contact));
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

const NESTED = new Set(['pipelineId', 'pipelineStageId', 'status']);

/** A deal that passes all of the inner filters. */
function compileNested(name: string, filters: unknown, call: Call): ContactPredicate {
  const field = searchField(name, call);
  if (field === 'nothing' || !field?.operators.has('nested')) throw badRequest(`Invalid field ${name}`);
  if (!Array.isArray(filters)) throw unprocessable(['filters must be an array']);
  const tests = filters.map((filter): ValuePredicate => {
    if (!isRecord(filter) || !NESTED.has(String(filter.field)))
      throw badRequest(`Invalid field ${isRecord(filter) ? filter.field : filter}`);
    const [key, wanted] = [String(filter.field), filter.value];
    const of = (each: unknown) => (isRecord(each) ? each[key] : undefined);
    switch (filter.operator) {
      case 'eq':
        return (each) => of(each) === wanted;
      case 'not_eq':
        return (each) => of(each) !== wanted;
      case 'exists':
        return (each) => of(each) !== undefined;
      case 'not_exists':
        return (each) => of(each) === undefined;
      default:
        throw badRequest(`Invalid field ${key}`);
    }
  });
  return (contact) => field.values(contact, call).some((each) => tests.every((holds) => holds(each)));
}

function compileField(name: string, operator: string, value: unknown, call: Call): ContactPredicate {
  const field = searchField(name, call);
  if (field === 'nothing') return () => false;
  const known = field && [...field.operators].find((each) => each === operator);
  if (!field || !known) throw badRequest(`Invalid field ${name}`);
  return test(field, known, value, call);
}

function test(field: SearchField, operator: Operator, value: unknown, call: Call): ContactPredicate {
  const any =
    (compare: ValuePredicate): ContactPredicate =>
    (contact) =>
      field.values(contact, call).some(compare);
  const none = (compare: ValuePredicate): ContactPredicate => not(any(compare));
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

const not =
  (inner: ContactPredicate): ContactPredicate =>
  (contact) =>
    !inner(contact);

const normalize = (field: SearchField, value: unknown) =>
  field.caseSensitive ? String(value) : String(value).toLowerCase();

/** All of several values: the contact has every one of them. */
function containsAll(field: SearchField, value: unknown, call: Call): ContactPredicate {
  if (!Array.isArray(value)) throw unprocessable(['value must be an array']);
  const each = value.map((one) => equals(field, one));
  return (contact) => {
    const values = field.values(contact, call);
    return each.every((holds) => values.some(holds));
  };
}

function equals(field: SearchField, value: unknown): ValuePredicate {
  if (field.acceptsList && Array.isArray(value)) {
    const each = value.map((one) => equals(field, one));
    return (held) => each.some((holds) => holds(held));
  }
  if (!['string', 'number', 'boolean'].includes(typeof value)) {
    throw unprocessable(['value must be a string, a number or a boolean']);
  }
  const wanted = normalize(field, checkLength(value));
  return (each) => normalize(field, each) === wanted;
}

function contains(field: SearchField, value: unknown): ValuePredicate {
  if (field.acceptsList && Array.isArray(value)) {
    const each = value.map((one) => contains(field, one));
    return (held) => each.some((holds) => holds(held));
  }
  if (typeof value !== 'string') throw unprocessable(['value must be a string']);
  const wanted = normalize(field, checkLength(value));
  return (each) => normalize(field, each).includes(wanted);
}

function wildcard(value: unknown): ValuePredicate {
  if (typeof value !== 'string') throw unprocessable(['value must be a string']);
  const parts = checkLength(value)
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`, 'i');
  return (each) => pattern.test(String(each));
}

function inRange(value: unknown): ValuePredicate {
  if (!isRecord(value)) throw unprocessable(['value must be an object']);
  const bounds = Object.entries(value).map(([key, bound]) => compareToBound(key, toNumber(bound)));
  return (each) => {
    const number = toNumber(each);
    return bounds.every((holds) => holds(number));
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

/** Bounds are ISO dates or epoch ms; for number fields simply numbers. */
function toNumber(value: unknown): number {
  const number = typeof value === 'string' && Number.isNaN(Number(value)) ? Date.parse(value) : Number(value);
  if (Number.isNaN(number)) throw unprocessable(['value must be a number or a valid ISO 8601 date string']);
  return number;
}

function checkLength<T>(value: T): T {
  if (String(value).length > 75) throw unprocessable(['value must be shorter than or equal to 75 characters']);
  return value;
}
