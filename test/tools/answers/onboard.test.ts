import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { ANN, contactIn, LONG, openAnswers } from './world.ts';

const rowsOf = (answer: Json) => answer.rows as Json[];

test('onboarding shows who the contact is, the fields given, and tasks with assignee and due date', async () => {
  const { call } = await openAnswers();
  const answer = await call('onboard_contact', {
    email: 'ann@example.com',
    city: 'Oslo',
    tags: ['Spring'],
    customFields: [{ field: 'Bike', value: 'Brompton' }],
    tasks: [{ title: 'Measure', dueDate: '2026-11-25T09:00', assignedTo: 'Dana Whitfield' }],
  });
  const { assignedTo: _, ...contact } = contactIn(answer);
  expect(contact).toEqual({
    id: ANN,
    firstName: 'Ann',
    lastName: 'Lee',
    email: 'ann@example.com',
    phone: '+13125550101',
    city: 'Oslo',
    tags: ['vip', 'spring'],
    assignedToName: 'Dana Whitfield',
    customFields: { Bike: 'Brompton' },
  });
  expect(answer.tasks).toMatchObject([
    { title: 'Measure', dueDate: '2026-11-25T09:00-06:00', assignedToName: 'Dana Whitfield', created: true },
  ]);
});

test('onboarding shows what was written also where the contact cannot be read again', async () => {
  const { call, sandbox } = await openAnswers();
  sandbox.setFaults([{ route: 'GET /contacts/{contactId}', nth: [2, 3, 4, 5], fault: { status: 400, body: {} } }]);
  const answer = await call('onboard_contact', { email: 'ann@example.com', city: 'Oslo', tags: ['Spring'] });
  expect(contactIn(answer)).toMatchObject({ id: ANN, city: 'Oslo', tags: ['vip', 'spring'] });
});

describe('bulk_upsert_contacts shows for each row', () => {
  test('old and new values, what the contact has now, and the tasks and note that were added', async () => {
    const { call } = await openAnswers();
    const answer = await call('bulk_upsert_contacts', {
      rows: [
        {
          email: 'ann@example.com',
          city: 'Oslo',
          tags: ['Spring'],
          customFields: [{ field: 'Size', value: 54 }],
          note: 'Came in',
          tasks: [{ title: 'Measure', dueDate: '2026-11-25T09:00', assignedTo: 'Dana Whitfield' }],
        },
        { email: 'ben@example.com', firstName: 'Ben' },
        { email: 'cy@example.com', name: 'Cy Roe' },
      ],
    });
    expect(answer).toMatchObject({ asked: 3, created: 1, updated: 1, unchanged: 1 });
    const [ann, ben, cy] = rowsOf(answer);
    expect(ann).toMatchObject({
      outcome: 'updated',
      contactId: ANN,
      contact: { firstName: 'Ann', city: 'Oslo', tags: ['vip', 'spring'], customFields: { Size: 54 } },
      changed: [
        { field: 'city', old: 'Rome', new: 'Oslo' },
        { field: 'customFields.Size', old: 52, new: 54 },
        { field: 'tags', old: ['vip'], new: ['vip', 'spring'] },
      ],
      noteId: expect.any(String),
      tasks: [{ title: 'Measure', dueDate: '2026-11-25T09:00-06:00', assignedToName: 'Dana Whitfield' }],
    });
    expect(ben).not.toHaveProperty('changed');
    expect(ben).toMatchObject({ outcome: 'unchanged', contact: { firstName: 'Ben', email: 'ben@example.com' } });
    expect(cy).toMatchObject({ outcome: 'created', contact: { firstName: 'Cy', lastName: 'Roe' } });
    // The same rows again change nothing, and show the same.
    expect(rowsOf(await call('bulk_upsert_contacts', { rows: [{ email: 'cy@example.com', name: 'Cy Roe' }] }))).toEqual(
      [{ ...cy, row: 0, outcome: 'unchanged' }],
    );
  });

  test('less where 100 rows do not fit, and all rows in any case', async () => {
    const { call } = await openAnswers({ sandbox: { rate: 5_000 } });
    const long = LONG.slice(0, 700);
    const rows = Array.from({ length: 100 }, (_, i) => ({ email: `p${i}@many.example`, address1: long, city: long }));
    const answer = await call('bulk_upsert_contacts', { rows });
    expect(answer).toMatchObject({ asked: 100, created: 100 });
    expect(rowsOf(answer)).toHaveLength(100);
    expect(rowsOf(answer)[99]).toEqual({
      row: 99,
      outcome: 'created',
      contactId: expect.any(String),
      contact: { email: 'p99@many.example', address1: shortened(50), city: shortened(50) },
    });
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(40_000);
  });
});

const shortened = (characters: number) => `${'x'.repeat(characters)}…`;
