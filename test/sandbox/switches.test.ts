import { expect, test } from 'vitest';
import { openSandbox } from './api.ts';

test('missingContact: 404', async () => {
  const { get } = openSandbox({ switches: { missingContact: 404 } });
  expect((await get('/contacts/x')).status).toBe(404);
});

test('missingContact and missingTaskOrNote: message', async () => {
  const { get, create } = openSandbox({ switches: { missingContact: 'message', missingTaskOrNote: 'message' } });
  const id = await create({});
  for (const [path, what] of [
    ['/contacts/x', 'Contact'],
    [`/contacts/${id}/tasks/x`, 'Task'],
    [`/contacts/${id}/notes/x`, 'Note'],
  ] as const) {
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({ statusCode: 400, message: `${what} with id x not found`, error: 'Bad Request' });
  }
});

test('missingTaskOrNote: 404', async () => {
  const { get, create } = openSandbox({ switches: { missingTaskOrNote: 404 } });
  expect((await get(`/contacts/${await create({})}/notes/x`)).status).toBe(404);
});

test('listUnderV3: removed', async () => {
  const { send, locationId } = openSandbox({ switches: { listUnderV3: 'removed' } });
  const { status, body } = await send('GET', `/contacts/?locationId=${locationId}`, undefined, { Version: 'v3' });
  expect(status).toBe(400);
  expect(body.message).toMatch(/^Endpoint \/contacts\/\?locationId=.* not available in API version v3\./);
});

test('listBody: count', async () => {
  const { get, locationId } = openSandbox({ switches: { listBody: 'count' } });
  expect(Object.keys((await get(`/contacts/?locationId=${locationId}`)).body)).toEqual(['contacts', 'count']);
});

test('lastPageCursor: echo', async () => {
  const { get, locationId } = openSandbox({ switches: { lastPageCursor: 'echo' } });
  const { contacts, meta } = (await get(`/contacts/?locationId=${locationId}&limit=100`)).body;
  expect(meta.startAfterId).toBe(contacts.at(-1).id);
});

test('listCustomFields: empty', async () => {
  const { get, locationId } = openSandbox({ switches: { listCustomFields: 'empty' } });
  const { contacts } = (await get(`/contacts/?locationId=${locationId}&query=maria`)).body;
  expect(contacts[0].customFields).toEqual([]);
});

test('contactAppointments: empty, while the calendar has them and a missing contact is still an error', async () => {
  const data = {
    calendars: [{ id: 'cal', name: 'Shop' }],
    contacts: [
      {
        id: 'ann',
        appointments: [{ title: 'Fit', startTime: '2026-05-21T15:00:00Z', endTime: '2026-05-21T16:30:00Z' }],
      },
    ],
  };
  const { get, locationId } = openSandbox({ data, switches: { contactAppointments: 'empty' } });
  expect((await get('/contacts/ann/appointments')).body).toEqual({ events: [] });
  expect((await get('/contacts/nobody/appointments')).status).toBe(400);
  const range = `startTime=${Date.UTC(2026, 4, 1)}&endTime=${Date.UTC(2026, 5, 1)}`;
  const { events } = (await get(`/calendars/events?locationId=${locationId}&${range}&calendarId=cal`)).body;
  expect(events).toMatchObject([{ contactId: 'ann', title: 'Fit' }]);
});

test('postStatus: 201', async () => {
  const { search, post, locationId } = openSandbox({ switches: { postStatus: 201 } });
  expect((await search()).status).toBe(201);
  expect((await post('/contacts/upsert', { locationId, email: 'a@b.example' })).status).toBe(201);
});

test('unknownCustomField: refuse', async () => {
  const { post, locationId } = openSandbox({ switches: { unknownCustomField: 'refuse' } });
  const customFields = [{ key: 'none', value: 'x' }];
  expect((await post('/contacts/', { locationId, firstName: 'Ann', customFields })).status).toBe(422);
});

test('nullClears: false', async () => {
  const { create, put, read } = openSandbox({ switches: { nullClears: false } });
  const id = await create({ city: 'Chicago' });
  await put(`/contacts/${id}`, { city: null });
  expect((await read(id)).city).toBe('Chicago');
});

const MISSING_IDENTITY = 'Contacts without email, phone, firstName and lastName are not allowed.';
test.each([
  ['400', 400, MISSING_IDENTITY],
  ['422', 422, MISSING_IDENTITY],
  ['422 list', 422, [MISSING_IDENTITY]],
] as const)('createWithoutIdentity: %s', async (createWithoutIdentity, status, message) => {
  const { post, locationId } = openSandbox({ switches: { createWithoutIdentity } });
  for (const sent of [{}, { name: 'Ann Lee' }, { companyName: 'Acme' }, { firstName: '' }]) {
    const response = await post('/contacts/', { locationId, ...sent });
    expect([response.status, response.body.statusCode, response.body.message]).toEqual([status, 422, message]);
  }
  for (const sent of [{ firstName: 'Ann' }, { lastName: 'Lee' }, { email: 'a@b.example' }, { phone: '3125550142' }]) {
    expect((await post('/contacts/', { locationId, ...sent })).status).toBe(201);
  }
});

test('createdRecord: short', async () => {
  const sent = { firstName: 'Ann', companyName: 'Acme' };
  for (const [createdRecord, long] of [
    ['storage', true],
    ['short', false],
  ] as const) {
    const { post, locationId } = openSandbox({ switches: { createdRecord } });
    const { contact, traceId } = (await post('/contacts/', { locationId, ...sent })).body;
    expect(contact).toMatchObject({ ...sent, createdBy: { timestamp: contact.dateAdded } });
    expect([Object.hasOwn(contact, 'bounceEmail'), Object.hasOwn(contact, 'offers'), typeof traceId]).toEqual([
      long,
      long,
      'string',
    ]);
  }
});

test('createWithoutIdentity: accept', async () => {
  const { post, locationId } = openSandbox({ switches: { createWithoutIdentity: 'accept' } });
  expect((await post('/contacts/', { locationId, companyName: 'Acme' })).status).toBe(201);
});

test('companyNameOnPut: accept by default, or refuse', async () => {
  for (const [companyNameOnPut, status] of [
    ['accept', 200],
    ['refuse', 422],
  ] as const) {
    const { create, put } = openSandbox({ switches: { companyNameOnPut } });
    expect((await put(`/contacts/${await create({})}`, { companyName: 'Acme' })).status).toBe(status);
  }
});

test('refusedCreateWrites: the contact exists although the response was a 422', async () => {
  const { post, search, locationId } = openSandbox({ switches: { refusedCreateWrites: true } });
  const sent = { locationId, firstName: 'Zelda', gender: 7 };
  expect((await post('/contacts/', sent)).status).toBe(422);
  expect((await search({ query: 'zelda' })).body.total).toBe(1);
});
