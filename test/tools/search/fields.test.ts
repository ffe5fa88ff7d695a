import { expect, test } from 'vitest';
import type { NamedRow } from '../../../src/tools/core/lookup-cache.ts';
import { SEARCH_FIELDS, searchField } from '../../../src/tools/core/search-fields.ts';
import { openSandbox } from '../../sandbox/api.ts';

const OPERATORS = [
  ...['eq', 'not_eq', 'contains', 'not_contains', 'contains_set', 'wildcard'],
  ...['exists', 'not_exists', 'range', 'nested', 'like'],
];
const TYPES = ['TEXT', 'NUMERICAL', 'MONETORY', 'DATE', 'CHECKBOX', 'RADIO', 'TEXTBOX_LIST', 'FILE_UPLOAD'];

const definitions = TYPES.map((dataType): NamedRow => ({ id: `field${dataType}`, name: dataType, dataType }));
const { search } = openSandbox({ data: { contacts: [], customFields: definitions } });

function filterOf(field: string, operator: string) {
  if (operator === 'nested') return { field, operator, filters: [] };
  if (operator === 'range') return { field, operator, value: { gte: 1 } };
  if (operator === 'contains_set') return { field, operator, value: ['x'] };
  return { field, operator, ...(operator.endsWith('exists') ? {} : { value: 'x' }) };
}

/** The operators that the sandbox, which was written without this table, accepts for a field. */
async function accepted(field: string): Promise<string[]> {
  const found: string[] = [];
  for (const operator of OPERATORS)
    if ((await search({ filters: [filterOf(field, operator)] })).status === 200) found.push(operator);
  return found;
}

const names = [...Object.keys(SEARCH_FIELDS), ...definitions.map(({ id }) => `customFields.${id}`)];

test.each(names)('the operators of %s are those that the sandbox accepts', async (name) => {
  expect([...(searchField(name, definitions)?.operators ?? [])].sort()).toEqual((await accepted(name)).sort());
});

test('the fields by which the index sorts are those that the sandbox accepts', async () => {
  const sorted: string[] = [];
  for (const field of Object.keys(SEARCH_FIELDS))
    if ((await search({ sort: [{ field, direction: 'asc' }] })).status === 200) sorted.push(field);
  expect(sorted).toEqual(Object.keys(SEARCH_FIELDS).filter((name) => SEARCH_FIELDS[name]?.sorts));
});
