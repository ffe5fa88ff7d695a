import * as z from 'zod';
import { endpoint } from '../api/endpoint.ts';
import { rowOf, unpagedList } from './core/row-shape.ts';
import { Calendar, Contact, Fields, Id, of, outputs, User, window } from './core/schemas.ts';

export const listContactAppointments = endpoint({
  name: 'list_contact_appointments',
  title: 'List contact appointments',
  description: 'Past and coming appointments of one contact. May miss bookings the calendar has.',
  route: 'GET /contacts/{contactId}/appointments',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () => z.strictObject({ contactId: Contact, ...window, fields: Fields.optional() }),
  output: () => outputs.events,
  list: unpagedList('events', rowOf.event, ['contactId']),
});

export const appointments = [listContactAppointments];

/** Not a tool: the events of one calendar or one user, which composite tools read. */
export const listCalendarEvents = endpoint({
  name: 'list_calendar_events',
  title: 'List calendar events',
  description: 'Events of one calendar or user that overlap a range.',
  route: 'GET /calendars/events',
  scope: 'calendars/events.readonly',
  effect: 'read',
  locationId: true,
  version: '2021-04-15',
  answer: { rows: 'events' },
  input: () =>
    z.strictObject({
      calendarId: Calendar.optional(),
      userId: User.optional(),
      startTime: z.int().describe('epoch ms'),
      endTime: z.int().describe('epoch ms'),
    }),
  output: () => outputs.events,
  list: unpagedList('events', rowOf.event),
});

/** Not a tool: one event, which composite tools read when it is announced. */
export const getCalendarEvent = endpoint({
  name: 'get_calendar_event',
  title: 'Get calendar event',
  description: 'One event of a calendar.',
  route: 'GET /calendars/events/appointments/{eventId}',
  scope: 'calendars/events.readonly',
  effect: 'read',
  version: '2021-04-15',
  answer: { one: 'event', id: 'eventId' },
  input: () => z.strictObject({ eventId: Id }),
  output: () => outputs.record({ event: of.object }),
});
