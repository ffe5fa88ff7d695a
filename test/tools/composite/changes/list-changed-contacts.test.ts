import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { inMemoryStore } from '../../../../src/lib/state-file.ts';
import { CONTACTS, connect, find, NOW } from '../../../connect.ts';
import { client } from '../../../sandbox/api.ts';

describe('list_changed_contacts', () => {
  test('distinguishes created from updated contacts, with status and tasks', async () => {
    const { call, advance, indexed, sandbox } = await connect({ scopes: CONTACTS });
    const others = client(sandbox);
    const { id: maria } = await find(call, 'maria lopez');
    advance(1_000);
    const nora = await others.create({ firstName: 'Nora', lastName: 'Whelan', email: 'nora@whelan.example' });
    await others.post(`/contacts/${nora}/tasks`, {
      title: 'Call Nora',
      dueDate: '2026-11-19T10:00:00Z',
      completed: false,
    });
    advance(1_000);
    await others.put(`/contacts/${maria}`, { dnd: true });
    indexed();
    const answer = await call('list_changed_contacts', { since: new Date(NOW).toISOString(), tasks: true });
    expect(answer.contacts).toMatchObject([
      {
        id: nora,
        change: 'created',
        firstName: 'Nora',
        status: 'lead',
        tasks: [{ title: 'Call Nora', status: 'overdue' }],
      },
      { id: maria, change: 'updated', status: 'lead, DND' },
    ]);
    expect(answer.unseen).toEqual(['appointments', 'deleted contacts', 'notes', 'tasks of other contacts']);
    expect(Date.parse(String(answer.completeTo))).toBeLessThanOrEqual(NOW + 2_000);
  });

  test('"last" continues after the last result, also in another process', async () => {
    const memory = inMemoryStore();
    const first = await connect({ memory });
    const answer = await first.call('list_changed_contacts', { since: '2026-11-01', limit: 2 });
    expect(answer.next).toBeDefined();
    const second = await connect({ memory });
    const rest = await second.call('list_changed_contacts', { since: 'last' });
    const ids = [...(answer.contacts as Json[]), ...(rest.contacts as Json[])].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const whole = await (await connect()).call('list_changed_contacts', { since: '2026-11-01', limit: 50 });
    expect(ids).toEqual((whole.contacts as Json[]).map(({ id }) => id));
  });

  test('the cursors of two concurrent calls are both stored', async () => {
    const { call } = await connect();
    const since = { since: '2026-11-01', limit: 1 };
    const answers = await Promise.all([call('list_changed_contacts', since), call('list_changed_contacts', since)]);
    for (const { cursor } of answers) expect((await call('list_changed_contacts', { cursor })).notice).toBeUndefined();
  });

  test('if the task search fails, the tasks of each contact are read and a notice says so', async () => {
    const { call, sandbox, advance } = await connect();
    const first = await call('list_changed_contacts', { since: '2026-11-01', tasks: true });
    sandbox.setFaults([
      { route: 'POST /locations/{locationId}/tasks/search', fault: { status: 401, body: { message: 'Unauthorized' } } },
    ]);
    advance(20_000);
    const answer = await call('list_changed_contacts', { since: '2026-11-01', tasks: true });
    expect(answer.contacts).toEqual(first.contacts);
    expect(answer.unseen).toContain('tasks of other contacts');
    expect(answer.notice).toContain('could not be searched: HighLevel refused the sign-in (401)');
  });

  test('"last" without a stored cursor is the last 24 hours, and a notice says so', async () => {
    const { call } = await connect();
    expect((await call('list_changed_contacts', { since: 'last' })).notice).toContain('the last 24 hours');
  });

  test('a cursor that is not stored continues from its time, and a notice says what that means', async () => {
    const [first, second] = [await connect(), await connect()];
    const { cursor } = await first.call('list_changed_contacts', { since: '2026-11-01' });
    const answer = await second.call('list_changed_contacts', { cursor });
    expect(answer.notice).toContain('some rows may be repeated');
  });

  test.each([
    [{ cursor: 'nonsense' }, 'cursor is not one that list_changed_contacts gave'],
    [{ cursor: '20269999T999999Z-abcdef' }, 'cursor is not one that list_changed_contacts gave'],
    [{ cursor: '29990101T000000Z-abcdef' }, 'cursor is not one that list_changed_contacts gave'],
    [{ cursor: '__proto__' }, 'cursor is not one that list_changed_contacts gave'],
    [{ since: '2026-12-24' }, 'since lies in the future: it is 2026-11-20T09:00-06:00'],
    [{ since: 'yesterday' }, 'since must be a time'],
    [{}, 'give either since or cursor'],
    [{ since: 'last', cursor: 'x' }, 'give either since or cursor'],
  ])('%j is rejected and nothing is sent', async (args, message) => {
    const { refused, sent } = await connect({ timezone: 'America/Chicago' });
    expect(await refused('list_changed_contacts', args)).toContain(message);
    expect(await sent()).toEqual([]);
  });

  test('a contact deleted between two calls is left out and does not affect the others', async () => {
    const { call, advance, indexed, sandbox } = await connect({ scopes: CONTACTS });
    const others = client(sandbox);
    const { cursor } = await call('list_changed_contacts', { since: new Date(NOW).toISOString() });
    advance(5_000);
    const [one, two] = [await others.create({ firstName: 'One' }), await others.create({ firstName: 'Two' })];
    indexed();
    // The index still lists the contact until the deletion reaches it.
    await others.remove(`/contacts/${one}`);
    const early = await call('list_changed_contacts', { cursor, tasks: true });
    expect((early.contacts as Json[]).map(({ id, tasksFailed }) => [id, tasksFailed !== undefined])).toEqual([
      [one, true],
      [two, false],
    ]);
    indexed();
    const answer = await call('list_changed_contacts', { cursor, tasks: true });
    expect((answer.contacts as Json[]).map(({ id }) => id)).toEqual([two]);
  });
});
