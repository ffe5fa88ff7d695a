import { describe, expect, test } from 'vitest';
import { undiciTransport } from '../../../src/api/transport/index.ts';
import type { Entry } from '../../../src/api/write/journal/entry.ts';
import type { Json } from '../../../src/lib/json.ts';

import { createSandbox, type FaultRule, serveSandbox } from '../../../src/sandbox/index.ts';
import { connect, find, NOW } from '../../connect.ts';
import { recordingJournal } from '../../recording-journal.ts';
import { virtualClock, whenLoopIsIdle } from '../virtual-clock.ts';

/** The reported outcome, and how many requests reached the route. */
type Cell = readonly [outcome: 'done' | 'reconciled' | 'notDone' | 'refused' | 'unknown', requests: number];

type Effect = 'read' | 'create contact' | 'create note' | 'create task' | 'update' | 'delete';
type Row = readonly [fault: string, nth: number[], rule: FaultRule['fault'], cells: Record<Effect, Cell>];

/** The same for every kind of create. */
const row = (read: Cell, create: Cell, update: Cell, remove: Cell): Record<Effect, Cell> => ({
  read,
  'create contact': create,
  'create note': create,
  'create task': create,
  update,
  delete: remove,
});

const REFUSED_422 = { message: ['email must be an email'], error: 'Unprocessable Entity', statusCode: 422 };
const EXPIRED = { statusCode: 401, message: 'Invalid JWT' };

/** Every fault against every effect. A write reported as done or reconciled is in the sandbox once, any other never. */
const matrix: readonly Row[] = [
  ['429 without Retry-After', [1], { status: 429 }, row(['done', 2], ['done', 2], ['done', 2], ['done', 2])],
  [
    '429 with Retry-After',
    [1],
    { status: 429, headers: { 'retry-after': '1' } },
    row(['done', 2], ['done', 2], ['done', 2], ['done', 2]),
  ],
  ['500 then 200', [1], { status: 500 }, row(['done', 2], ['notDone', 1], ['done', 2], ['done', 2])],
  ['503 three times', [1, 2, 3], { status: 503 }, row(['done', 4], ['notDone', 1], ['done', 4], ['done', 4])],
  ['reset before the write', [1], { connection: 'cut' }, row(['done', 2], ['notDone', 1], ['done', 2], ['done', 2])],
  [
    'reset after the write',
    [1],
    { connection: 'cut', strikes: 'after' },
    row(['done', 2], ['reconciled', 1], ['done', 2], ['reconciled', 2]),
  ],
  [
    'response lost',
    [1],
    { connection: 'hang', strikes: 'after' },
    row(['done', 2], ['reconciled', 1], ['done', 2], ['reconciled', 2]),
  ],
  ['cut JSON', [1], { answer: 'cut JSON' }, row(['done', 2], ['reconciled', 1], ['reconciled', 1], ['reconciled', 1])],
  [
    'body shorter than announced',
    [1],
    { answer: 'too short' },
    row(['done', 2], ['reconciled', 1], ['done', 2], ['reconciled', 2]),
  ],
  ['HTML with 200', [1], { answer: 'html' }, row(['done', 2], ['reconciled', 1], ['reconciled', 1], ['reconciled', 1])],
  ['empty body', [1], { answer: 'empty' }, row(['done', 2], ['reconciled', 1], ['reconciled', 1], ['reconciled', 1])],
  ['over 10 MB', [1], { answer: 'huge' }, row(['refused', 1], ['reconciled', 1], ['reconciled', 1], ['reconciled', 1])],
  ['unexpected gzip', [1], { answer: 'gzip' }, row(['done', 1], ['done', 1], ['done', 1], ['done', 1])],
  [
    'HTML 502',
    [1],
    { status: 502, body: '<html>Bad gateway</html>' },
    row(['done', 2], ['notDone', 1], ['done', 2], ['done', 2]),
  ],
  ['hang', [1], { connection: 'hang' }, row(['done', 2], ['notDone', 1], ['done', 2], ['done', 2])],
  ['slow body', [1], { answer: 'slow' }, row(['done', 2], ['reconciled', 1], ['done', 2], ['reconciled', 2])],
  ['401 once', [1], { status: 401, body: EXPIRED }, row(['done', 2], ['done', 2], ['done', 2], ['done', 2])],
  [
    'redirect',
    [1],
    { status: 307, headers: { location: 'http://127.0.0.1:1/' } },
    row(['refused', 1], ['refused', 1], ['refused', 1], ['refused', 1]),
  ],
  [
    '422 but done',
    [1],
    { status: 422, body: REFUSED_422, strikes: 'after' },
    row(['refused', 1], ['reconciled', 1], ['reconciled', 1], ['reconciled', 1]),
  ],
  ['422', [1], { status: 422, body: REFUSED_422 }, row(['refused', 1], ['refused', 1], ['refused', 1], ['refused', 1])],
];

const EMAIL = 'once@matrix.example';
const DUE = '2026-12-01T10:00:00.000Z';

/** The call of each effect, and how many of its records are in the sandbox afterwards. */
const effects: Record<
  Effect,
  { route: string; tool: string; args: (id: string) => Json; marks: (call: Call, id: string) => Promise<number> }
> = {
  read: {
    route: 'GET /contacts/{contactId}',
    tool: 'get_contact',
    args: (contactId) => ({ contactId }),
    marks: async () => 0,
  },
  'create contact': {
    route: 'POST /contacts/',
    tool: 'create_contact',
    args: () => ({ firstName: 'Once', email: EMAIL }),
    marks: async (call) => ((await call('list_contacts', { query: EMAIL })).contacts as unknown[]).length,
  },
  'create note': {
    route: 'POST /contacts/{contactId}/notes',
    tool: 'create_contact_note',
    args: (contactId) => ({ contactId, body: 'Once only' }),
    marks: async (call, contactId) =>
      withText(await call('list_contact_notes', { contactId }), 'notes', 'body', 'Once only'),
  },
  'create task': {
    route: 'POST /contacts/{contactId}/tasks',
    tool: 'create_contact_task',
    args: (contactId) => ({ contactId, title: 'Once only', dueDate: DUE }),
    marks: async (call, contactId) =>
      withText(await call('list_contact_tasks', { contactId }), 'tasks', 'title', 'Once only'),
  },
  update: {
    route: 'PUT /contacts/{contactId}',
    tool: 'update_contact',
    args: (contactId) => ({ contactId, city: 'Matrixville' }),
    marks: async (call, contactId) =>
      ((await call('get_contact', { contactId })).contact as Json).city === 'Matrixville' ? 1 : 0,
  },
  delete: {
    route: 'DELETE /contacts/{contactId}',
    tool: 'delete_contact',
    args: (contactId) => ({ contactId }),
    marks: async (call, contactId) =>
      await call('get_contact', { contactId }).then(
        () => 0,
        () => 1,
      ),
  },
};
type Call = Awaited<ReturnType<typeof connect>>['call'];
const withText = (data: Json, list: string, key: string, text: string) =>
  (data[list] as Json[]).filter((row) => row[key] === text).length;

const cases = matrix.flatMap(([fault, nth, rule, cells]) =>
  (Object.keys(effects) as Effect[]).map((effect) => ({ fault, nth, rule, effect, cell: cells[effect] })),
);

describe('the fault matrix, over a real socket', () => {
  test.each(cases)('$fault × $effect: $cell', async ({ nth, rule, effect, cell: [outcome, requests] }) => {
    const clock = virtualClock(NOW, whenLoopIsIdle);
    const sandbox = createSandbox({ now: clock.now, wait: clock.wait, rate: 'off' });
    const served = await serveSandbox(sandbox);
    const { journal, entries } = recordingJournal();
    const { call, client } = await connect({
      api: {
        timers: clock,
        transport: undiciTransport(),
        baseUrl: served.url,
        timeoutMs: 30_000,
        random: () => 0.5,
        credential: { current: async () => sandbox, renew: async () => true },
        journal,
      },
    });
    const { route, tool, args, marks } = effects[effect];
    const { id } = await find(call, 'maria');
    sandbox.setFaults([{ route, nth, fault: rule }]);
    const result = await client.callTool({ name: tool, arguments: args(id) });
    const seen = await fetch(`${served.url}/__sandbox/requests`).then(
      (answer) => answer.json() as Promise<{ method: string; path: string }[]>,
    );
    const attempts = seen.filter(({ method, path }) => matches(route, `${method} ${path}`)).length;
    sandbox.setFaults([]);
    const found = await marks(call, id);
    await served.close();

    expect([reportedOutcome(result.isError === true, entries), attempts], JSON.stringify(result.content)).toEqual([
      outcome,
      requests,
    ]);
    expect(found).toBe(effect !== 'read' && (outcome === 'done' || outcome === 'reconciled') ? 1 : 0);
    if (effect !== 'read') expect(entries).toHaveLength(1);
  });
});

const matches = (route: string, spelling: string) =>
  new RegExp(`^${route.replace(/\/$/, '').replace(/\{\w+\}/g, '[\\w-]+')}/?$`).test(spelling);

function reportedOutcome(failed: boolean, [entry]: Entry[]): Cell[0] {
  if (!entry) return failed ? 'refused' : 'done';
  return entry.outcome === 'done' && entry.reconciled ? 'reconciled' : entry.outcome;
}
