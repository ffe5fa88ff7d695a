import { expect, test } from 'vitest';
import { Checks } from '../../scripts/interop/checks.ts';
import { programs } from '../../scripts/interop/programs.ts';
import { propertyPaths } from '../../scripts/interop/providers/schemas.ts';

test('each program has a name of its own and packages with exact versions', () => {
  expect(new Set(programs.map(({ name }) => name)).size).toBe(programs.length);
  for (const { name, packages } of programs) {
    for (const version of Object.values(packages)) expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  }
});

test('checks list everything that failed', async () => {
  const checks = new Checks();
  checks.expect('one', true);
  expect(checks.done()).toBe('1 checks');
  checks.expect('two', false, { found: 2 });
  await checks.succeeds('three', () => Promise.reject(new Error('refused')));
  expect(() => checks.done()).toThrow('two: {"found":2}\nthree: refused');
});

test('the properties of a schema include those of rows and of alternatives', () => {
  const row = { type: 'object', properties: { field: { type: 'string' } } };
  const filters = { type: 'array', items: { anyOf: [row, { type: 'string' }] } };
  expect(propertyPaths({ type: 'object', properties: { filters, page: { type: 'number' } } })).toEqual([
    'filters',
    'filters.field',
    'page',
  ]);
});
