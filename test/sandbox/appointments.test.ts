import { describe, expect, test } from 'vitest';
import { client, type Json, NOON, openSandbox } from './api.ts';

const DAY = 86_400_000;

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

  test('of a contact have local times of the location without a zone', async () => {
    const { get } = openSandbox({ data });
    const { events } = (await get('/contacts/ann/appointments')).body;
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      startTime: '2026-05-21 10:00:00',
      endTime: '2026-05-21 11:30:00',
      status: 'booked',
    });
  });

  test('of a calendar have times with an offset and the misspelled status', async () => {
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
  ])('are filtered by calendar, user or group, and by time: %s', async (query, titles) => {
    const may = { startTime: '2026-05-21T15:00:00Z', endTime: '2026-05-21T16:30:00Z' };
    const july = { startTime: '2026-07-01T15:00:00Z', endTime: '2026-07-01T16:00:00Z' };
    const { get, locationId } = openSandbox({
      data: {
        calendars: [{ id: 'cal', name: 'Shop', groupId: 'workshop' }],
        users: [{ id: 'theo', name: 'Theo' }],
        contacts: [
          { id: 'ann', appointments: [{ title: 'Fit', ...may }] },
          {
            id: 'ben',
            appointments: [
              { title: 'Tune', assignedUserId: 'theo', ...may },
              { title: 'Later', assignedUserId: 'theo', ...july },
            ],
          },
        ],
      },
    });
    const range = `startTime=${Date.parse(may.startTime)}&endTime=${Date.parse(may.endTime)}`;
    const { events } = (await get(`/calendars/events?locationId=${locationId}&${range}&${query}`)).body;
    expect(events.map(({ title }: Json) => title).sort()).toEqual(titles);
  });

  test.each([
    ['', ['Either of userId, calendarId or groupId is required']],
    ['&calendarId=cal&contactId=ann', ['property contactId should not exist']],
  ])('a query with%s is a 422', async (query, message) => {
    const { get, locationId } = openSandbox({ data });
    const { body } = await get(`/calendars/events?locationId=${locationId}&startTime=0&endTime=1${query}`);
    expect(body.message).toEqual(message);
  });

  test.each([
    ['before', '14:00', '14:59', 0],
    ['overlaps the start', '14:00', '15:10', 1],
    ['inside', '15:10', '15:20', 1],
    ['overlaps the end', '16:20', '17:00', 1],
    ['after', '16:31', '17:00', 0],
  ])('are returned if they overlap the range: %s', async (_description, from, to, count) => {
    const { get, locationId } = openSandbox({ data });
    const at = (time: string) => Date.parse(`2026-05-21T${time}:00Z`);
    const range = `startTime=${at(from)}&endTime=${at(to)}`;
    const { events } = (await get(`/calendars/events?locationId=${locationId}&${range}&calendarId=cal`)).body;
    expect(events).toHaveLength(count);
  });

  test.each(['calendar', 'everywhere'] as const)(
    'a deleted appointment stays in the calendar with deleted: true (deletedAppointments: %s)',
    async (deletedAppointments) => {
      const { get, remove, locationId } = openSandbox({ data, switches: { deletedAppointments } });
      const listed = async () => {
        const range = `startTime=${NOON}&endTime=${NOON + 3 * DAY}`;
        return (await get(`/calendars/events?locationId=${locationId}&${range}&calendarId=cal`)).body.events;
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

  test('can be booked, read, moved and cancelled', async () => {
    const { get, post, put, locationId } = openSandbox({ data });
    const booking = {
      locationId,
      calendarId: 'cal',
      contactId: 'ann',
      title: 'Tune',
      startTime: '2026-05-22T10:00:00-05:00',
    };
    const booked = await post('/calendars/events/appointments', { ...booking, toNotify: false });
    expect(booked.status).toBe(201);
    const { id, ...appointment } = booked.body;
    expect(appointment).toEqual({
      ...booking,
      appointmentStatus: 'confirmed',
      endTime: '2026-05-22T10:30:00-05:00',
    });
    const path = `/calendars/events/appointments/${id}`;
    await put(path, { startTime: '2026-05-23T17:00:00Z' });
    await put(path, { appointmentStatus: 'cancelled' });
    expect((await get(path)).body.event).toMatchObject({
      id,
      title: 'Tune',
      appointmentStatus: 'cancelled',
      deleted: false,
      startTime: '2026-05-23T12:00:00-05:00',
      endTime: '2026-05-23T12:30:00-05:00',
    });
    const { events } = (await get('/contacts/ann/appointments')).body;
    expect(events.map(({ title }: Json) => title)).toEqual(['Fit', 'Tune']);
  });

  test.each([
    [{ contactId: 'nobody' }, 400, 'Contact with id nobody not found'],
    [{ calendarId: 'none' }, 400, 'Calendar with id none not found'],
    [{ startTime: 'soon' }, 422, ['startTime must be a valid ISO 8601 date string']],
    [{ appointmentStatus: 'gone' }, 422, [expect.stringContaining('appointmentStatus must be one of')]],
  ])('a booking with %j is refused', async (wrong, status, message) => {
    const { post, locationId } = openSandbox({ data });
    const body = { locationId, calendarId: 'cal', contactId: 'ann', startTime: '2026-05-22T10:00:00Z', ...wrong };
    const answer = await post('/calendars/events/appointments', body);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  });

  test('of another location are not found', async () => {
    const { sandbox, get } = openSandbox({ data });
    const token = sandbox.issueToken({
      scopes: ['calendars/events.readonly', 'contacts.readonly'],
      locationId: sandbox.foreign.locationId,
    });
    const { id } = (await get('/contacts/ann/appointments')).body.events[0];
    expect((await client(sandbox, token).get(`/calendars/events/appointments/${id}`)).status).toBe(400);
  });

  test('the list of calendars takes no limit', async () => {
    const { get, locationId } = openSandbox({ data });
    expect((await get(`/calendars/?locationId=${locationId}&limit=5`)).status).toBe(422);
  });
});
