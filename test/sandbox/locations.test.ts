import { expect, test } from 'vitest';
import { type Switches, sandboxRoutes } from '../../src/sandbox/index.ts';
import { client, type Json, openSandbox } from './api.ts';

test('there are 32 contact routes and thirteen others', () => {
  const contactRoutes = sandboxRoutes.filter((route) => / \/contacts\//.test(route));
  expect([contactRoutes.length, sandboxRoutes.length]).toEqual([32, 48]);
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
  const url = path.replace('LOC', locationId);
  const withScope = client(sandbox, sandbox.issueToken({ scopes: [scope] }));
  const withoutScope = client(sandbox, sandbox.issueToken({ scopes: ['contacts.readonly', 'contacts.write'] }));
  expect((await withScope.get(url)).body).toHaveProperty(key);
  expect((await withoutScope.get(url)).status).toBe(401);
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

test('the settings of a location have the duplicate rules', async () => {
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

test("only an agency's token can search locations", async () => {
  const { sandbox, get } = openSandbox();
  const rejected = await get('/locations/search');
  expect([rejected.status, rejected.body.message]).toEqual([403, 'Forbidden resource']);
  const agency = client(sandbox, sandbox.issueToken({ scopes: ['locations.readonly'], userType: 'Company' }));
  expect((await agency.get('/locations/search')).body.locations).toHaveLength(3);
});

test('the list of businesses has success: true', async () => {
  const { get, locationId } = openSandbox();
  expect((await get(`/businesses/?locationId=${locationId}`)).body.success).toBe(true);
});

test('custom fields have a key with the prefix contact.', async () => {
  const { get, locationId } = openSandbox();
  const { customFields } = (await get(`/locations/${locationId}/customFields?model=contact`)).body;
  expect(customFields[0]).toMatchObject({ name: 'Bike model', fieldKey: 'contact.bike_model', dataType: 'TEXT' });
});

test('the task search has rows with _id and the details of contact and user', async () => {
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
] as const)('a deleted task is not listed for its contact (deletedTasks: %s)', async (deletedTasks, found) => {
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
