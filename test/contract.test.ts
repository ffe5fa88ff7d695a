import { describe, expect, test } from 'vitest';
import { sandboxRoutes } from '../src/sandbox/index.ts';
import { endpoints } from '../src/tools/index.ts';
import { contract } from './contract.ts';

type Row = readonly [name: string, route: string, scope: string];
const records: readonly Row[] = endpoints.map((e) => [e.name, e.route, e.scope]);

/** Parameter names differ between the three; their places do not. */
const anonymous = (route: string) => route.replace(/\{\w+\}/g, '{}');
const same = (a: Row, b: Row) => a[0] === b[0] && anonymous(a[1]) === anonymous(b[1]) && a[2] === b[2];

/** An endpoint is three edits; this names the ones left out. */
function leftOut(rows: readonly Row[], routes: readonly string[], typed: readonly Row[]): string[] {
  const hasRoute = (row: Row) => routes.some((route) => anonymous(route) === anonymous(row[1]));
  return [
    ...rows
      .filter((row) => !typed.some((t) => same(t, row)))
      .map((row) => `test/contract.ts: add or correct ${row[0]}`),
    ...typed.filter((t) => !rows.some((row) => same(t, row))).map((t) => `src/tools: no record for ${t[0]}`),
    ...rows.filter((row) => !hasRoute(row)).map((row) => `src/sandbox/routes: add ${row[1]}`),
  ];
}

describe('adding an endpoint is three edits', () => {
  test('every endpoint has its record, its sandbox route and its contract row, and they agree', () => {
    expect(leftOut(records, sandboxRoutes, contract)).toEqual([]);
  });

  test.each(contract)('leaving out one of the three for %s is named', (name, route) => {
    const others = (row: Row) => row[0] !== name;
    const otherRoutes = sandboxRoutes.filter((r) => anonymous(r) !== anonymous(route));
    expect(leftOut(records.filter(others), sandboxRoutes, contract)).toEqual([`src/tools: no record for ${name}`]);
    expect(leftOut(records, sandboxRoutes, contract.filter(others))).toEqual([
      `test/contract.ts: add or correct ${name}`,
    ]);
    expect(leftOut(records, otherRoutes, contract)[0]).toMatch(/^src\/sandbox\/routes: add /);
  });

  test('a wrong scope or path in a record is named', () => {
    const wrong = records.map(
      (row): Row => (row[0] === 'delete_contact' ? [row[0], row[1], 'contacts.readonly'] : row),
    );
    expect(leftOut(wrong, sandboxRoutes, contract)).toContain('test/contract.ts: add or correct delete_contact');
  });
});
