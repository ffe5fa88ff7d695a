import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';

import type { SandboxOptions } from '../../src/sandbox/index.ts';
import { connect, NOW } from '../connect.ts';

const at = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();
const visit = (id: string, more: object = {}) => ({
  id: `visit${id}`.padEnd(20, 'x'),
  title: `Visit ${id}`,
  startTime: at(24),
  endTime: at(25),
  calendarId: 'calendar000000000000',
  ...more,
});
const task = (id: string, more: object = {}) => ({
  id: `task${id}`.padEnd(20, 'x'),
  title: `Task ${id}`,
  dueDate: at(24),
  ...more,
});
const contactId = 'contactAnn0000000000';

/** One contact with a booking and a task, and of each a deleted one that HighLevel still returns. */
const data = {
  calendars: [{ id: 'calendar000000000000', name: 'Shop' }],
  contacts: [
    {
      id: contactId,
      firstName: 'Ann',
      appointments: [visit('Deleted', { deleted: true }), visit('Current')],
      tasks: [task('Deleted', { deleted: true }), task('Current')],
    },
  ],
};

const sources: [string, NonNullable<SandboxOptions['switches']>][] = [
  ["the contact's own list", { deletedAppointments: 'everywhere' }],
  ['the calendars, because the list of the contact is empty', { contactAppointments: 'empty' }],
];

const titles = (rows: unknown) => (rows as Json[]).map(({ title }) => title);

describe.each(sources)('a deleted appointment in %s', (_, switches) => {
  const connected = () => connect({ sandbox: { data, switches } });

  test.skipIf(switches.contactAppointments === 'empty')('is not in list_contact_appointments', async () => {
    const { call } = await connected();
    expect(await call('list_contact_appointments', { contactId })).toMatchObject({ total: 1 });
    expect(titles((await call('list_contact_appointments', { contactId })).events)).toEqual(['Visit Current']);
  });

  test('is neither listed nor counted in the overview', async () => {
    const { call } = await connected();
    const { coming, counts } = await call('get_contact_overview', { contactId });
    expect(titles(coming)).toEqual(['Visit Current']);
    expect(counts).toMatchObject({ appointments: 1 });
  });

  test('is not in the timeline', async () => {
    const { call } = await connected();
    const { timeline } = await call('get_contact_timeline', { contactId, kinds: ['appointment'] });
    expect(titles(timeline)).toEqual(['Visit Current']);
  });

  test('is not in the resource', async () => {
    const { client } = await connected();
    const { contents } = await client.readResource({ uri: `ghl://contacts/${contactId}/overview` });
    const text = JSON.stringify(contents);
    expect(text).toContain('Visit Current');
    expect(text).not.toContain('Visit Deleted');
  });
});

describe('a deleted task that the search over the location still returns', () => {
  test('is not in search_location_tasks, and pages have their full size', async () => {
    const many = Array.from({ length: 60 }, (_, i) => task(String(i), i % 2 ? { deleted: true } : {}));
    const { call } = await connect({
      sandbox: { data: { contacts: [{ id: contactId, firstName: 'Ann', tasks: many }] } },
    });
    const found: unknown[] = [];
    for (let args: Json | undefined = { limit: 7 }; args; ) {
      const page: Json = await call('search_location_tasks', args);
      found.push(...titles(page.tasks));
      args = page.next as Json | undefined;
    }
    expect(found).toEqual(many.filter((_, i) => i % 2 === 0).map(({ title }) => title));
  });

  test('is reported by list_changed_contacts as deleted, not as changed', async () => {
    const { call, now } = await connect({ sandbox: { data } });
    const { cursor } = await call('list_changed_contacts', { since: new Date(now()).toISOString(), tasks: true });
    await call('delete_contact_task', { contactId, taskId: task('Current').id });
    const { changedTasks } = await call('list_changed_contacts', { cursor, tasks: true });
    expect(changedTasks).toMatchObject([{ change: 'deleted' }]);
  });
});
