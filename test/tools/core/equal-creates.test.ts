import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';

import { type Connected, connect } from '../../connect.ts';

const data = {
  contacts: [
    { id: 'one', firstName: 'A' },
    { id: 'two', firstName: 'B' },
  ],
} as never;
const world = () => connect({ sandbox: { data } });
const DUE = '2026-12-01T10:00:00Z';

const kinds: [string, string, Json, Json][] = [
  ['create_contact_note', 'note', { contactId: 'one', body: 'Called' }, { contactId: 'one', body: ' Called\n' }],
  [
    'create_contact_task',
    'task',
    { contactId: 'one', title: 'Call', dueDate: DUE },
    { contactId: 'one', title: 'call', dueDate: '2026-12-01T04:00:00-06:00', body: 'soon' },
  ],
  ['create_contact', 'contact', { firstName: 'Cleo', lastName: 'Park' }, { firstName: 'cleo', lastName: 'park' }],
];
const made = (answer: Json, key: string) => (answer[key] as Json).id as string;
const notices = async ({ call }: Connected, tool: string, args: Json) => String((await call(tool, args)).notice ?? '');

describe.each(kinds)('%s', (tool, key, args, again) => {
  test('twice within ten minutes is done twice, and the second result names the first', async () => {
    const all = await world();
    const first = await all.call(tool, args);
    expect(first.notice ?? '').not.toContain('this is another one');
    all.advance(180_000);
    const second = await all.call(tool, again);
    expect(made(second, key)).not.toBe(made(first, key));
    expect(second.notice).toContain(`3 min ago (id ${made(first, key)}); this is another one`);
    all.advance(599_000);
    expect(await notices(all, tool, args)).toContain(`(id ${made(second, key)})`);
    all.advance(601_000);
    expect(await notices(all, tool, args)).not.toContain('this is another one');
  });

  test('by another server adds no notice', async () => {
    const one = await world();
    await one.call(tool, args);
    const other = await connect({ sandboxed: one.sandbox });
    expect(await notices(other, tool, args)).not.toContain('this is another one');
  });
});

describe('there is no notice', () => {
  test.each<[string, string, Json, Json, string?, Json?]>([
    [
      'for another text',
      'create_contact_note',
      { contactId: 'one', body: 'x <a>' },
      { contactId: 'one', body: 'x <b>' },
    ],
    ['for another contact', 'create_contact_note', { contactId: 'one', body: 'x' }, { contactId: 'two', body: 'x' }],
    [
      'for another time',
      'create_contact_task',
      { contactId: 'one', title: 'x', dueDate: DUE },
      { contactId: 'one', title: 'x', dueDate: '2026-12-02T10:00:00Z' },
    ],
    ['for a contact with an email', 'create_contact', { firstName: 'C' }, { firstName: 'C', email: 'c@x.example' }],
    [
      'for a note that was deleted',
      'create_contact_note',
      { contactId: 'one', body: 'x' },
      { contactId: 'one', body: 'x' },
      'delete_contact_note',
    ],
    [
      'for a note that was changed',
      'create_contact_note',
      { contactId: 'one', body: 'x' },
      { contactId: 'one', body: 'x' },
      'update_contact_note',
      { body: 'y' },
    ],
    [
      'for a task that is completed',
      'create_contact_task',
      { contactId: 'one', title: 'x', dueDate: DUE },
      { contactId: 'one', title: 'x', dueDate: DUE },
      'set_contact_task_completed',
      { completed: true },
    ],
  ])('%s', async (_, tool, args, again, then, more = {}) => {
    const all = await world();
    const first = await all.call(tool, args);
    const [noteId, taskId] = [(first.note as Json)?.id, (first.task as Json)?.id];
    if (then) await all.call(then, { contactId: 'one', ...(noteId ? { noteId } : { taskId }), ...more });
    expect(await notices(all, tool, again)).not.toContain('this is another one');
  });

  test('for a call repeated after the host cancelled it', async () => {
    const all = await world();
    all.sandbox.setFaults([
      { route: 'POST /contacts/{contactId}/notes', nth: 1, fault: { connection: 'cut', strikes: 'after' } },
    ]);
    const args = { contactId: 'one', body: 'Once' };
    const first = await all.call('create_contact_note', args);
    const second = await all.call('create_contact_note', args);
    expect(made(second, 'note')).toBe(made(first, 'note'));
    expect(second.notice).not.toContain('this is another one');
  });
});
