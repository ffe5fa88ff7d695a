import { afterAll, describe, expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';
import { type Connected, connect } from '../../connect.ts';
import { clinic } from './clinic.ts';

interface Call {
  readonly tool: string;
  readonly args: Json | ((answers: readonly Json[]) => Json);
}
interface Request {
  /** What a member of the clinic's staff says. */
  readonly said: string;
  readonly calls: readonly Call[];
  /** Checks that the last answer holds what was asked for. */
  readonly check: (answer: Json, connected: Connected) => unknown;
}

const rows = (answer: Json, key: string): Json[] => answer[key] as Json[];

const REQUESTS: readonly Request[] = [
  {
    said: 'Phone and owner of Maria Lopez?',
    calls: [{ tool: 'get_contact', args: { contactId: 'Maria Lopez', fields: ['phone', 'assignedTo'] } }],
    check: ({ contact }) => expect(contact).toMatchObject({ phone: '+13125550142', assignedToName: 'Dana Whitfield' }),
  },
  {
    said: "Which insurance has Maria Lopez's pet?",
    calls: [{ tool: 'get_contact', args: { contactId: 'Maria Lopez', fields: ['customFields.Pet insurance'] } }],
    check: ({ contact }) => expect(contact).toEqual({ customFields: { 'Pet insurance': 'Trupanion 88-1204' } }),
  },
  {
    said: 'Add a note for Maria Lopez: Rex eats again.',
    calls: [{ tool: 'create_contact_note', args: { contactId: 'Maria Lopez', body: 'Rex eats again.' } }],
    check: async ({ note }, { call }) => {
      expect(note).toMatchObject({ body: 'Rex eats again.' });
      const { notes } = await call('list_contact_notes', { contactId: 'contactMaria00000001' });
      expect(notes).toHaveLength(3);
    },
  },
  {
    said: 'What happened with Maria Lopez, oldest first?',
    calls: [{ tool: 'get_contact_timeline', args: { contactId: 'Maria Lopez', order: 'oldest' } }],
    check: (answer) => {
      const [first, second] = rows(answer, 'timeline');
      expect(first).toMatchObject({ kind: 'created', at: '2026-09-01T10:00-05:00' });
      expect(second).toMatchObject({ kind: 'note', text: 'Rex limps after walks.' });
      const ahead = rows(answer, 'timeline').filter((row) => row.ahead === true);
      expect(ahead.map(({ title }) => title)).toEqual(['Check hip', 'Send invoice']);
    },
  },
  {
    said: 'Who comes in tomorrow?',
    calls: [{ tool: 'search_location_appointments', args: { from: '2026-11-21', to: '2026-11-21' } }],
    check: (answer) => {
      const events = rows(answer, 'events');
      expect(events.map(({ title, calendarName }) => [title, calendarName])).toEqual([
        ['Spay', 'Surgery'],
        ['Check hip', 'Check-ups'],
      ]);
      expect(JSON.stringify(events)).toContain('Noah Berg');
      expect(JSON.stringify(events)).toContain('+13125550142');
      expect(JSON.stringify(events)).toContain('Theo Brandt');
    },
  },
  {
    said: 'Overdue tasks of Theo Brandt?',
    calls: [{ tool: 'search_location_tasks', args: { status: 'overdue', assignedTo: 'Theo Brandt' } }],
    check: (answer) =>
      expect(rows(answer, 'tasks').map(({ title, status }) => [title, status])).toEqual([
        ['Ask for vaccination card', 'overdue'],
        ['Call about the X-ray', 'overdue'],
      ]),
  },
  {
    said: 'How many contacts had their last visit between 1 October and 15 November?',
    calls: [
      {
        tool: 'count_contacts',
        args: {
          filters: [{ field: 'customFields.Last visit', operator: 'range', gte: '2026-10-01', lte: '2026-11-15' }],
        },
      },
    ],
    check: ({ total }) => expect(total).toBe(14),
  },
  {
    said: "Tick off 'Call about the X-ray' of Maria Lopez.",
    calls: [
      { tool: 'list_contact_tasks', args: { contactId: 'Maria Lopez' } },
      {
        tool: 'set_contact_task_completed',
        args: ([answer = {}]) => ({
          contactId: 'Maria Lopez',
          taskId: rows(answer, 'tasks').find(({ title }) => title === 'Call about the X-ray')?.id,
          completed: true,
        }),
      },
    ],
    check: ({ task }) => expect(task).toMatchObject({ title: 'Call about the X-ray', status: 'completed' }),
  },
  {
    said: 'Make Dana Whitfield the owner of everyone tagged puppy class.',
    calls: [
      {
        tool: 'bulk_update_contacts',
        args: {
          filters: [{ field: 'tags', operator: 'eq', value: 'Puppy Class' }],
          set: { assignedTo: 'Dana Whitfield' },
        },
      },
      { tool: 'bulk_update_contacts', args: ([preview = {}]) => preview.next as Json },
    ],
    check: (answer) => expect(answer).toMatchObject({ changed: 30, failed: 0 }),
  },
];

describe('requests of people', () => {
  const table: { request: string; calls: number; upstream: number }[] = [];

  test.each(REQUESTS)('$said', async ({ said, calls, check }) => {
    const connected = await connect({ confirm: 'on', sandbox: { data: clinic } });
    const answers: Json[] = [];
    for (const { tool, args } of calls)
      answers.push(await connected.call(tool, typeof args === 'function' ? args(answers) : args));
    const upstream = await connected.sent();
    await check(answers.at(-1) ?? {}, connected);
    table.push({ request: said, calls: answers.length, upstream: upstream.length });
  });

  afterAll(() => {
    const lines = table.map(
      ({ request, calls, upstream }) => `  ${calls}  ${String(upstream).padStart(3)}  ${request}`,
    );
    console.log(['calls of tools, requests to HighLevel (nothing in memory), request:', ...lines].join('\n'));
  });
});
