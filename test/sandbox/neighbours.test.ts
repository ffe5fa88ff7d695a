import { describe, expect, test } from 'vitest';
import { type Switches, sandboxRoutes } from '../../src/sandbox/index.ts';
import { client, type Json, NOON, openSandbox } from './api.ts';

const DAY = 86_400_000;

test('there are 32 contact routes and thirteen neighbours', () => {
  const ours = sandboxRoutes.filter((route) => / \/contacts\//.test(route));
  expect([ours.length, sandboxRoutes.length]).toEqual([32, 45]);
  expect(sandboxRoutes).toContain('DELETE /contacts/{contactId}/campaigns/removeAll');
});

test.each([
  ['/locations/LOC', 'location', 'locations.readonly'],
  ['/locations/LOC/tags', 'tags', 'locations/tags.readonly'],
  ['/locations/LOC/customFields', 'customFields', 'locations/customFields.readonly'],
  ['/users/?locationId=LOC', 'users', 'users.readonly'],
  ['/businesses/?locationId=LOC', 'businesses', 'businesses.readonly'],
  ['/calendars/?locationId=LOC', 'calendars', 'calendars.readonly'],
  ['/workflows/?locationId=LOC', 'workflows', 'workflows.readonly'],
  ['/campaigns/?locationId=LOC', 'campaigns', 'campaigns.readonly'],
  ['/calendars/events?locationId=LOC&startTime=0&endTime=1&calendarId=any', 'events', 'calendars/events.readonly'],
])('%s has its own scope', async (path, key, scope) => {
  const { sandbox, locationId } = openSandbox();
  const there = path.replace('LOC', locationId);
  const one = client(sandbox, sandbox.issueToken({ scopes: [scope] }));
  const other = client(sandbox, sandbox.issueToken({ scopes: ['contacts.readonly', 'contacts.write'] }));
  expect((await one.get(there)).body).toHaveProperty(key);
  expect((await other.get(there)).status).toBe(401);
});

test('user search needs the company', async () => {
  const { get, locationId } = openSandbox();
  const { companyId } = (await get(`/locations/${locationId}`)).body.location;
  expect(await get('/users/search?query=theo')).toMatchObject({
    status: 401,
    body: { message: 'E01 - Unauthorized request' },
  });
  expect(await get(`/users/search?locationId=${locationId}`)).toMatchObject({
    status: 422,
    body: { message: ['companyId must be a string'] },
  });
  const { users, count } = (await get(`/users/search?companyId=${companyId}&query=theo`)).body;
  expect(count).toBe(1);
  expect(users[0]).toMatchObject({ name: 'Theo Brandt', email: 'theo@spokeandgear.example' });
});

test('a location says whether duplicates are allowed and by what they are told', async () => {
  const settingsOf = async (switches: Partial<Switches>) => {
    const { get, locationId } = openSandbox({ switches });
    return (await get(`/locations/${locationId}`)).body.location.settings;
  };
  const byEmail = { allowDuplicateContact: false, contactUniqueIdentifiers: ['email', 'phone'] };
  expect(await settingsOf({})).toMatchObject(byEmail);
  expect(await settingsOf({ duplicatesAllowed: true, duplicateOrder: 'phone first' })).toMatchObject({
    allowDuplicateContact: true,
    contactUniqueIdentifiers: ['phone', 'email'],
  });
});

test("locations are an agency's to search, businesses say that it worked", async () => {
  const { sandbox, get, locationId } = openSandbox();
  const refused = await get('/locations/search');
  expect([refused.status, refused.body.message]).toEqual([403, 'Forbidden resource']);
  const agency = client(sandbox, sandbox.issueToken({ scopes: ['locations.readonly'], userType: 'Company' }));
  expect((await agency.get('/locations/search')).body.locations).toHaveLength(3);
  expect((await get(`/businesses/?locationId=${locationId}`)).body.success).toBe(true);
});

test('custom fields show their key with its prefix', async () => {
  const { get, locationId } = openSandbox();
  const { customFields } = (await get(`/locations/${locationId}/customFields?model=contact`)).body;
  expect(customFields[0]).toMatchObject({ name: 'Bike model', fieldKey: 'contact.bike_model', dataType: 'TEXT' });
});

test('tasks of the whole location come with _id and who they are about', async () => {
  const { post, locationId, idOf } = openSandbox();
  const maria = await idOf('Maria Lopez');
  const search = async (body: object) => (await post(`/locations/${locationId}/tasks/search`, body)).body.tasks;
  const [task] = await search({ contactId: [maria], completed: true });
  expect(task).toMatchObject({ contactId: maria, completed: true, contactDetails: { firstName: 'Maria' } });
  expect(task._id).toHaveLength(20);
  expect(task).not.toHaveProperty('id');
  expect(task).toMatchObject({ deleted: false, status: 'completed', statusGroup: 'completed', businessId: null });
  for (const key of ['dateAdded', 'dateUpdated', 'createdAt', 'updatedAt', 'searchAfter', 'assignedToUserDetails'])
    expect(task).toHaveProperty(key);
  const first = await search({ limit: 2 });
  const second = await search({ limit: 2, skip: 2 });
  expect(new Set([...first, ...second].map(({ _id }: Json) => _id)).size).toBe(4);
});

test.each([
  ['listed', 1],
  ['gone', 0],
] as const)('a deleted task is gone from its contact (deletedTasks: %s)', async (deletedTasks, found) => {
  const { post, get, remove, create, locationId } = openSandbox({ switches: { deletedTasks } });
  const path = `/contacts/${await create({})}/tasks`;
  const sent = { title: 'Zeroth', dueDate: '2026-05-21T15:00:00Z', completed: false };
  const { id } = (await post(path, sent)).body.task;
  await remove(`${path}/${id}`);
  expect((await get(path)).body.tasks).toEqual([]);
  expect((await get(`${path}/${id}`)).status).toBe(400);
  const { tasks } = (await post(`/locations/${locationId}/tasks/search`, { query: 'zeroth' })).body;
  expect(tasks).toHaveLength(found);
  for (const task of tasks) expect(task).toMatchObject({ _id: id, deleted: true });
});

describe('appointments', () => {
  const data = {
    location: { timezone: 'America/Chicago' },
    calendars: [{ id: 'cal', name: 'Shop' }],
    contacts: [
      {
        id: 'ann',
        firstName: 'Ann',
        appointments: [{ title: 'Fit', startTime: '2026-05-21T15:00:00Z', endTime: '2026-05-21T16:30:00Z' }],
      },
    ],
  };

  test('of a contact tell the wall time of the location, without a zone', async () => {
    const { get } = openSandbox({ data });
    const { events } = (await get('/contacts/ann/appointments')).body;
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      startTime: '2026-05-21 10:00:00',
      endTime: '2026-05-21 11:30:00',
      status: 'booked',
    });
  });

  test('of a calendar have an offset and the misspelt twin', async () => {
    const { get, locationId } = openSandbox({ data });
    const range = `startTime=${NOON}&endTime=${NOON + 3 * DAY}`;
    const { events } = (await get(`/calendars/events?locationId=${locationId}&${range}&calendarId=cal`)).body;
    expect(events[0]).toMatchObject({
      contactId: 'ann',
      startTime: '2026-05-21T10:00:00-05:00',
      appoinmentStatus: 'confirmed',
    });
  });

  test.each([
    ['calendarId=cal', ['Fit', 'Tune']],
    ['calendarId=none', []],
    ['userId=theo', ['Tune']],
    ['groupId=workshop', ['Fit', 'Tune']],
    ['groupId=other', []],
    ['calendarId=cal&userId=theo', ['Tune']],
  ])('of a calendar, user or group: %s, and of a span', async (query, titles) => {
    const span = { startTime: '2026-05-21T15:00:00Z', endTime: '2026-05-21T16:30:00Z' };
    const later = { startTime: '2026-07-01T15:00:00Z', endTime: '2026-07-01T16:00:00Z' };
    const { get, locationId } = openSandbox({
      data: {
        calendars: [{ id: 'cal', name: 'Shop', groupId: 'workshop' }],
        users: [{ id: 'theo', name: 'Theo' }],
        contacts: [
          { id: 'ann', appointments: [{ title: 'Fit', ...span }] },
          {
            id: 'ben',
            appointments: [
              { title: 'Tune', assignedUserId: 'theo', ...span },
              { title: 'Later', assignedUserId: 'theo', ...later },
            ],
          },
        ],
      },
    });
    const range = `startTime=${Date.parse(span.startTime)}&endTime=${Date.parse(span.endTime)}`;
    const { events } = (await get(`/calendars/events?locationId=${locationId}&${range}&${query}`)).body;
    expect(events.map(({ title }: Json) => title).sort()).toEqual(titles);
  });

  test.each([
    ['', ['Either of userId, calendarId or groupId is required']],
    ['&calendarId=cal&contactId=ann', ['property contactId should not exist']],
  ])('events with%s are a 422', async (query, message) => {
    const { get, locationId } = openSandbox({ data });
    const { body } = await get(`/calendars/events?locationId=${locationId}&startTime=0&endTime=1${query}`);
    expect(body.message).toEqual(message);
  });

  test.each([
    ['before it', '14:00', '14:59', 0],
    ['into it', '14:00', '15:10', 1],
    ['inside it', '15:10', '15:20', 1],
    ['out of it', '16:20', '17:00', 1],
    ['after it', '16:31', '17:00', 0],
  ])('events match a span by overlap: %s', async (_, from, to, count) => {
    const { get, locationId } = openSandbox({ data });
    const at = (time: string) => Date.parse(`2026-05-21T${time}:00Z`);
    const span = `startTime=${at(from)}&endTime=${at(to)}`;
    const { events } = (await get(`/calendars/events?locationId=${locationId}&${span}&calendarId=cal`)).body;
    expect(events).toHaveLength(count);
  });

  test.each(['calendar', 'everywhere'] as const)(
    'a deleted booking stays in the calendar, marked (deletedAppointments: %s)',
    async (deletedAppointments) => {
      const { get, remove, locationId } = openSandbox({ data, switches: { deletedAppointments } });
      const listed = async () => {
        const span = `startTime=${NOON}&endTime=${NOON + 3 * DAY}`;
        return (await get(`/calendars/events?locationId=${locationId}&${span}&calendarId=cal`)).body.events;
      };
      const [{ id, deleted }] = await listed();
      expect(deleted).toBe(false);
      expect((await remove(`/calendars/events/${id}`)).body).toEqual({ succeeded: true });
      expect(await listed()).toMatchObject([{ id, deleted: true, appointmentStatus: 'confirmed' }]);
      const { events } = (await get('/contacts/ann/appointments')).body;
      expect(events).toMatchObject(deletedAppointments === 'calendar' ? [] : [{ id, deleted: true }]);
      expect((await remove('/calendars/events/none')).status).toBe(400);
    },
  );

  test('calendars take no limit', async () => {
    const { get, locationId } = openSandbox({ data });
    expect((await get(`/calendars/?locationId=${locationId}&limit=5`)).status).toBe(422);
  });
});
