import { describe, expect, test } from 'vitest';
import { client, type Json } from '../api.ts';
import { openReceiver } from './receiver.ts';

const DATA = {
  location: { timezone: 'America/Chicago' },
  users: [{ id: 'theo', name: 'Theo Brandt' }],
  calendars: [{ id: 'cal', name: 'Shop', groupId: 'workshop' }],
  businesses: [{ id: 'shop', name: 'Shop' }],
  customFields: [{ id: 'reach', name: 'Reach' }],
  contacts: [{ id: 'ann', firstName: 'Ann', email: 'ann@example.com', tags: ['vip'] }],
};

const AT = '2026-05-20T12:00:00.000Z';
const UUID = expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);

/** What every event has next to its own keys. */
const envelope = (type: string, locationId: string) => ({
  type,
  locationId,
  appId: expect.stringMatching(/^[\da-f]{24}$/),
  versionId: expect.stringMatching(/^[\da-f]{24}$/),
  timestamp: AT,
  webhookId: UUID,
});

async function open(options = {}) {
  const api = openReceiver(undefined, { data: DATA, ...options });
  /** The events that follow from a call. */
  const eventsOf = async (call: () => Promise<unknown>): Promise<Json[]> => {
    const before = api.received.length;
    await call();
    await api.settled();
    return api.received.slice(before).map(({ body }) => body);
  };
  const typesOf = async (call: () => Promise<unknown>) => (await eventsOf(call)).map(({ type }) => type);
  return { ...api, eventsOf, typesOf };
}

describe('a contact', () => {
  test('is flat in its event, without absent values', async () => {
    const { eventsOf, post, locationId } = await open();
    const events = await eventsOf(() =>
      post('/contacts/', {
        ...{ locationId, firstName: 'Ben', email: 'ben@example.com', dateOfBirth: '1990-02-03', tags: ['New'] },
        customFields: [{ id: 'reach', value: '380' }],
      }),
    );
    expect(events).toEqual([
      {
        ...envelope('ContactCreate', locationId),
        id: expect.stringMatching(/^\w{20}$/),
        firstName: 'Ben',
        email: 'ben@example.com',
        country: 'US',
        source: 'public api',
        dateOfBirth: '1990-02-03T00:00:00.000Z',
        customFields: [{ id: 'reach', value: '380' }],
        tags: ['new'],
        dateAdded: AT,
      },
    ]);
  });

  test.each<[string, Json, string[]]>([
    ['a name', { firstName: 'Anne' }, ['ContactUpdate']],
    ['a time zone', { timezone: 'Europe/Berlin' }, ['ContactUpdate']],
    ['tags', { tags: ['vip', 'new'] }, ['ContactTagUpdate']],
    ['do-not-disturb', { dnd: true }, ['ContactDndUpdate']],
    ['one channel', { dndSettings: { SMS: { status: 'active' } } }, ['ContactDndUpdate']],
    ['a name and tags', { lastName: 'Lee', tags: [] }, ['ContactUpdate', 'ContactTagUpdate']],
    ['nothing', { firstName: 'Ann' }, []],
    ['inbound do-not-disturb', { inboundDndSettings: { all: { status: 'active' } } }, []],
  ])('with a changed value sends what belongs to it: %s', async (_what, body, types) => {
    const { typesOf, put } = await open();
    expect(await typesOf(() => put('/contacts/ann', body))).toEqual(types);
  });

  test('contactUpdateEvents: all fields', async () => {
    const { typesOf, put } = await open({ switches: { contactUpdateEvents: 'all fields' } });
    expect(await typesOf(() => put('/contacts/ann', { tags: [] }))).toEqual(['ContactUpdate', 'ContactTagUpdate']);
  });

  test('sends the tags that it has afterwards, one event for each contact of a bulk change', async () => {
    const { eventsOf, post, create, settled, locationId } = await open();
    const contacts = [await create({ firstName: 'Ben' }), await create({ firstName: 'Cem' })];
    await settled();
    const events = await eventsOf(() =>
      post('/contacts/bulk/tags/update/add', { locationId, contacts, tags: ['b', 'a'] }),
    );
    expect(events.map(({ type, id, tags }) => [type, id, tags])).toEqual(
      contacts.map((id) => ['ContactTagUpdate', id, ['b', 'a']]),
    );
  });

  test('sends nothing for followers and business', async () => {
    const { typesOf, post, locationId } = await open();
    expect(await typesOf(() => post('/contacts/ann/followers', { followers: ['theo'] }))).toEqual([]);
    const assign = () => post('/contacts/bulk/business', { locationId, ids: ['ann'], businessId: 'shop' });
    expect(await typesOf(assign)).toEqual([]);
  });

  test('is in its last state when it is deleted, and its records have no event', async () => {
    const { eventsOf, post, remove, settled } = await open();
    await post('/contacts/ann/notes', { body: 'Call back' });
    await settled();
    expect(await eventsOf(() => remove('/contacts/ann'))).toMatchObject([
      { type: 'ContactDelete', id: 'ann', firstName: 'Ann', tags: ['vip'] },
    ]);
  });

  test('upsert creates or updates', async () => {
    const { typesOf, post, locationId } = await open();
    const upsert = (email: string) => () => post('/contacts/upsert', { locationId, email, lastName: 'Lee' });
    expect(await typesOf(upsert('new@example.com'))).toEqual(['ContactCreate']);
    expect(await typesOf(upsert('ann@example.com'))).toEqual(['ContactUpdate']);
  });

  test('a refused or merely reading request sends nothing', async () => {
    const { typesOf, post, search, locationId } = await open();
    expect(await typesOf(() => post('/contacts/', { locationId, email: 'ann@example.com' }))).toEqual([]);
    expect(await typesOf(() => search())).toEqual([]);
  });
});

test('a note has a fixed list of keys', async () => {
  const { eventsOf, post, put, remove, locationId } = await open();
  const written = { body: 'Call back', title: 'Call', color: '#FFAA00', userId: 'theo' };
  const [created] = await eventsOf(() => post('/contacts/ann/notes', written));
  const { id } = created;
  const note = { id, contactId: 'ann', dateAdded: AT };
  expect(created).toEqual({ ...envelope('NoteCreate', locationId), ...note, body: 'Call back' });
  const [updated] = await eventsOf(() => put(`/contacts/ann/notes/${id}`, { body: 'Done' }));
  expect(updated).toEqual({ ...envelope('NoteUpdate', locationId), ...note, body: 'Done' });
  const [deleted] = await eventsOf(() => remove(`/contacts/ann/notes/${id}`));
  expect(deleted).toEqual({ ...envelope('NoteDelete', locationId), ...note, body: 'Done' });
});

test.each(['listed', 'gone'] as const)(
  'a task is announced when created, completed and deleted (deletedTasks: %s)',
  async (deletedTasks) => {
    const { eventsOf, typesOf, post, put, remove, locationId } = await open({ switches: { deletedTasks } });
    const dueDate = '2026-06-01T10:00:00.000Z';
    const sent = { title: 'Call', body: 'About the frame', dueDate, completed: false, assignedTo: 'theo' };
    const [created] = await eventsOf(() => post('/contacts/ann/tasks', sent));
    const { id } = created;
    const task = { id, title: 'Call', assignedTo: 'theo', dueDate, dateAdded: AT };
    expect(created).toEqual({ ...envelope('TaskCreate', locationId), ...task });
    const path = `/contacts/ann/tasks/${id}`;
    expect(await typesOf(() => put(path, { title: 'Call' }))).toEqual([]);
    const whole = { ...task, contactId: 'ann', body: 'About the frame' };
    const [completed] = await eventsOf(() => put(`${path}/completed`, { completed: true }));
    expect(completed).toEqual({ ...envelope('TaskComplete', locationId), ...whole });
    expect(await typesOf(() => put(`${path}/completed`, { completed: true }))).toEqual([]);
    expect(await typesOf(() => put(`${path}/completed`, { completed: false }))).toEqual([]);
    const [deleted] = await eventsOf(() => remove(path));
    expect(deleted).toEqual({ ...envelope('TaskDelete', locationId), ...whole });
  },
);

test('an appointment is nested, with times of the location', async () => {
  const { eventsOf, typesOf, post, put, remove, locationId } = await open();
  const booking = { locationId, calendarId: 'cal', contactId: 'ann', title: 'Fit', assignedUserId: 'theo' };
  const [created] = await eventsOf(() =>
    post('/calendars/events/appointments', { ...booking, startTime: '2026-05-21T15:00:00Z' }),
  );
  const { id } = created.appointment;
  expect(created).toEqual({
    ...envelope('AppointmentCreate', locationId),
    appointment: {
      id,
      title: 'Fit',
      calendarId: 'cal',
      contactId: 'ann',
      groupId: 'workshop',
      appointmentStatus: 'confirmed',
      assignedUserId: 'theo',
      users: ['theo'],
      source: 'booking_widget',
      startTime: '2026-05-21T10:00:00-05:00',
      endTime: '2026-05-21T10:30:00-05:00',
      dateAdded: '2026-05-20T07:00:00-05:00',
      dateUpdated: '2026-05-20T07:00:00-05:00',
    },
  });
  const path = `/calendars/events/appointments/${id}`;
  expect(await eventsOf(() => put(path, { appointmentStatus: 'cancelled' }))).toMatchObject([
    { type: 'AppointmentUpdate', appointment: { id, appointmentStatus: 'cancelled' } },
  ]);
  expect(await typesOf(() => remove(`/calendars/events/${id}`))).toEqual(['AppointmentDelete']);
});

test('writes in other locations of the company are announced, those of another company are not', async () => {
  const { sandbox, eventsOf } = await open();
  const [branch] = sandbox.agencyLocations;
  const writeIn = (locationId: string) => () => {
    const token = sandbox.issueToken({ scopes: ['contacts.write'], locationId });
    return client(sandbox, token).post('/contacts/', { locationId, firstName: 'Ben' });
  };
  expect(await eventsOf(writeIn(branch?.id ?? ''))).toMatchObject([{ type: 'ContactCreate', locationId: branch?.id }]);
  expect(await eventsOf(writeIn(sandbox.foreign.locationId))).toEqual([]);
});
