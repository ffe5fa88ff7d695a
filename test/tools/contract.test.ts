import { describe, expect, test } from 'vitest';
import { fixedCredential } from '../../src/api/credentials.ts';
import { fetchTransport } from '../../src/api/transport/index.ts';
import type { Json } from '../../src/lib/json.ts';

import { sandboxRoutes } from '../../src/sandbox/index.ts';
import { getCalendarEvent, listCalendarEvents } from '../../src/tools/appointments.ts';
import { endpoints, tools } from '../../src/tools/index.ts';
import { layer } from '../api/layer.ts';
import { connect, find, NOW } from '../connect.ts';
import { contract } from './contract.ts';

const DAY = 86_400_000;

type Row = readonly [name: string, route: string, scope: string];
const records: readonly Row[] = endpoints.map((endpoint) => [endpoint.name, endpoint.route, endpoint.scope]);

/** Parameter names differ between the three; their places do not. */
const anonymous = (route: string) => route.replace(/\{\w+\}/g, '{}');
const same = (a: Row, b: Row) => a[0] === b[0] && anonymous(a[1]) === anonymous(b[1]) && a[2] === b[2];

/** An endpoint is three edits; this names the ones left out. */
function leftOut(rows: readonly Row[], routes: readonly string[], typed: readonly Row[]): string[] {
  const hasRoute = (row: Row) => routes.some((route) => anonymous(route) === anonymous(row[1]));
  return [
    ...rows
      .filter((row) => !typed.some((t) => same(t, row)))
      .map((row) => `test/tools/contract.ts: add or correct ${row[0]}`),
    ...typed.filter((t) => !rows.some((row) => same(t, row))).map((t) => `src/tools: no record for ${t[0]}`),
    ...rows.filter((row) => !hasRoute(row)).map((row) => `src/sandbox/routes: add ${row[1]}`),
  ];
}

describe('adding an endpoint is three edits', () => {
  test('every endpoint has its constant, its sandbox route and its contract row, and they agree', () => {
    expect(leftOut(records, sandboxRoutes, contract)).toEqual([]);
  });

  test('every endpoint exists once: no composite tool repeats the endpoint of a tool', () => {
    const names = endpoints.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test.each(contract)('a missing one of the three is named: %s', (name, route) => {
    const others = (row: Row) => row[0] !== name;
    const otherRoutes = sandboxRoutes.filter((r) => anonymous(r) !== anonymous(route));
    expect(leftOut(records.filter(others), sandboxRoutes, contract)).toEqual([`src/tools: no record for ${name}`]);
    expect(leftOut(records, sandboxRoutes, contract.filter(others))).toEqual([
      `test/tools/contract.ts: add or correct ${name}`,
    ]);
    expect(leftOut(records, otherRoutes, contract)[0]).toMatch(/^src\/sandbox\/routes: add /);
  });

  test('a wrong scope or path in a constant is named', () => {
    const wrong = records.map(
      (row): Row => (row[0] === 'delete_contact' ? [row[0], row[1], 'contacts.readonly'] : row),
    );
    expect(leftOut(wrong, sandboxRoutes, contract)).toContain('test/tools/contract.ts: add or correct delete_contact');
  });
});

describe('an endpoint that is not a tool', () => {
  const hidden = contract.map(([name]) => name).filter((name) => !tools.some((tool) => tool.name === name));

  test('is used only by composite tools', () => {
    expect(hidden).toEqual([listCalendarEvents.name, getCalendarEvent.name]);
  });

  test('lists the appointments of a calendar through the request layer', async () => {
    const { call, sandbox } = await connect();
    const api = layer({ transport: fetchTransport(sandbox.fetch), credential: fixedCredential(sandbox) });
    const { id: contactId } = await find(call, 'maria lopez');
    const { calendars } = await call('list_calendars');
    const span = { startTime: NOW - 400 * DAY, endTime: NOW + 400 * DAY };
    const found = await Promise.all(
      (calendars as Json[]).map(({ id }) => api.call(listCalendarEvents, { calendarId: id, ...span })),
    );
    const { events } = await call('list_contact_appointments', { contactId });
    const idsOf = (rows: unknown) => (rows as Json[]).map(({ id }) => id).sort();
    const hers = found.flatMap(({ events }) => events as Json[]).filter((event) => event.contactId === contactId);
    expect(hers.length).toBeGreaterThan(0);
    expect(idsOf(hers)).toEqual(idsOf(events));
  });
});
