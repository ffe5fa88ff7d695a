import { describe, expect, test } from 'vitest';
import { CLUB, TASKS, world, writes } from './world.ts';

describe('arguments', () => {
  test('requires an email, a phone or a match field with its value', async () => {
    const { refused, sent } = await world();
    expect(await refused('onboard_contact', { firstName: 'Nobody' })).toMatch(
      /^Nothing was sent\. give email, phone, or matchField/,
    );
    const args = { email: 'x@y.example', matchField: 'bike', customFields: [{ field: 'spend', value: 3 }] };
    expect(await refused('onboard_contact', args)).toContain('matchField must stand in customFields');
    expect(await sent()).toEqual([]);
  });

  test('rejects dates that do not exist and incomplete tasks, naming the argument', async () => {
    const server = await world();
    const task = { title: 'x', dueDate: '2026-02-30T09:00' };
    expect(await server.refused('onboard_contact', { email: 'x@y.example', tasks: [TASKS[0], task] })).toContain(
      'tasks[1].dueDate',
    );
    expect(await server.refused('onboard_contact', { email: 'x@y.example', tasks: [{ title: 'x' }] })).toContain(
      'tasks[0].dueDate is missing',
    );
    expect(await writes(server)).toEqual([]);
  });
});

describe('tools that GHL_TOOLS forbids', () => {
  test.each([
    ['-create_contact', { email: 'new@moss.example', note: 'x' }, 'create_contact'],
    ['-tasks', { email: 'new@moss.example', tasks: TASKS.slice(0, 1) }, 'create_contact_task'],
    ['-update_contact', { email: 'ada@moss.example', city: 'Elgin', tags: ['x'] }, 'update_contact'],
    ['-bulk', { email: 'ada@moss.example', businessId: CLUB, tags: ['x'] }, 'bulk_assign_contact_business'],
  ])('%s rejects a call that needs them before anything is written', async (select, args, name) => {
    const server = await world({ select });
    expect(await server.refused('onboard_contact', args)).toMatch(new RegExp(`${name} (does, which )?is switched off`));
    expect(await writes(server)).toEqual([]);
  });

  test('a call that needs none of them works', async () => {
    const { call } = await world({ select: '-create_contact,-tasks' });
    expect(await call('onboard_contact', { email: 'ada@moss.example', city: 'Elgin' })).toMatchObject({
      changed: [{}],
    });
  });
});
