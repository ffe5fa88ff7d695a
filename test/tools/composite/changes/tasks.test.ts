import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { inMemoryStore } from '../../../../src/lib/state-file.ts';
import { CONTACTS, connect } from '../../../connect.ts';
import { connectVia, isTaskSearch, since, task } from './changed-answers.ts';

describe('tasks of changed contacts', () => {
  const contacts = [{ id: 'one', firstName: 'One' }] as never;

  test.each([['a/b'], [''], ['..'], [7], [null], [undefined]])(
    'a task with the id %j is ignored, also in later calls',
    async (id) => {
      const memory = inMemoryStore();
      const answer = { tasks: [{ ...task('good'), id }, task('other', { contactId: id }), task('good')] };
      const odd = await connectVia((request, real) => (isTaskSearch(request) ? Response.json(answer) : real), {
        memory,
      });
      await odd.call('list_changed_contacts', { since, tasks: true });
      answer.tasks[2] = task('good', { title: 'Changed' });
      odd.advance(10_000);
      const { changedTasks } = await odd.call('list_changed_contacts', { since: 'last', tasks: true });
      expect(changedTasks).toMatchObject([{ id: 'good', change: 'changed' }]);
      const later = await connect({ memory, sandbox: { data: { contacts } } });
      expect(await later.call('list_changed_contacts', { since: 'last', tasks: true })).toMatchObject({
        changedTasks: [{ id: 'good', change: 'deleted' }],
      });
    },
  );

  test('a contact with an invalid id is ignored', async () => {
    const odd = await connectVia(async (request, real) => {
      if (!request.url.endsWith('/contacts/search')) return real;
      const data = (await real.json()) as { contacts: Json[] };
      return Response.json({ ...data, contacts: [{ ...data.contacts[0], id: 'a/b' }, ...data.contacts] });
    });
    const { contacts: given } = await odd.call('list_changed_contacts', { since: '2026-01-01', tasks: true, limit: 2 });
    expect((given as Json[]).map(({ id }) => id)).not.toContain('a/b');
    expect(given).toHaveLength(2);
  });

  test('with over 3,000 tasks in the location only those of the changed contacts are read', async () => {
    const data = { contacts: [{ id: 'one', firstName: 'One', tasks: [task('own')] }] as never };
    let pages = 0;
    const server = await connectVia(
      (request, real) => {
        if (!isTaskSearch(request)) return real;
        pages += 1;
        return Response.json({ tasks: Array.from({ length: 100 }, (_, i) => task(`t${pages * 100 + i}`)) });
      },
      { sandbox: { data } },
    );
    // Its answer says that there is no rate limit: the clock, which bulk requests would wait for, stands still.
    await server.call('list_users');
    const answer = await server.call('list_changed_contacts', { since: '2020-01-01', tasks: true });
    expect(pages).toBe(31);
    expect(answer.contacts).toMatchObject([{ id: 'one', tasks: [{ title: 'Task own' }] }]);
    expect(answer.unseen).toContain('tasks of other contacts');
    expect(answer.changedTasks).toBeUndefined();
  });

  test('if the tasks of one contact cannot be read its row says so, and the others have theirs', async () => {
    const two = ['one', 'two'].map((id) => ({ id, firstName: id, tasks: [task(`of-${id}`)] })) as never;
    const { call, sandbox } = await connect({ scopes: CONTACTS, sandbox: { data: { contacts: two } } });
    sandbox.setFaults([{ route: 'GET /contacts/{contactId}/tasks', nth: 1, fault: { status: 403 } }]);
    const answer = await call('list_changed_contacts', { since: '2020-01-01', tasks: true });
    expect((answer.contacts as Json[]).filter(({ tasksFailed }) => tasksFailed !== undefined)).toHaveLength(1);
    expect((answer.contacts as Json[]).filter(({ tasks }) => (tasks as Json[] | undefined)?.length === 1)).toHaveLength(
      1,
    );
  });
});
