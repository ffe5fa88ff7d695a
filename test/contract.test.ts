import { describe, expect, test } from 'vitest';
import { sandboxRoutes } from '../src/sandbox/index.ts';
import { endpoints } from '../src/tools/index.ts';
import { contract } from './contract.ts';

const anonymous = (route: string) => route.replace(/\{\w+\}/g, '{}');

describe('an endpoint is three edits: record, sandbox route, contract row', () => {
  test.each(endpoints.map((e) => [e.name, e] as const))('%s has a row in the contract with its route and scope', (name, e) => {
    const row = contract.find(([tool]) => tool === name);
    expect(row, `add ${name} to test/contract.ts`).toBeDefined();
    expect([anonymous(e.route), e.scope]).toEqual([anonymous(row?.[1] ?? ''), row?.[2]]);
  });

  test.each(contract.map(([name, route]) => [name, route] as const))('%s has a record and a sandbox route', (name, route) => {
    expect(endpoints.map((e) => e.name)).toContain(name);
    expect(sandboxRoutes.map(anonymous), `add ${route} to src/sandbox/routes`).toContain(anonymous(route));
  });
});
