import { MINUTE } from '../dates.ts';
import { badRequest } from '../http-error.ts';
import { type Call, route } from '../route.ts';
import { serializeEvent, zonedTimes } from '../serialize.ts';
import type { Appointment } from '../store.ts';
import { boolean, isoDate, nonEmpty, oneOf, optional, type Parsed, string, withoutUndefined } from '../validation.ts';

const DEFAULT_LENGTH_MS = 30 * MINUTE;

const STATUSES = ['new', 'confirmed', 'cancelled', 'showed', 'noshow', 'invalid'] as const;

/** What a booking and a change have in common. The sandbox has no opening hours, so the flags about slots do nothing. */
const shared = {
  endTime: optional(isoDate),
  title: optional(string),
  appointmentStatus: optional(oneOf(...STATUSES)),
  assignedUserId: optional(string),
  address: optional(string),
  meetingLocationType: optional(string),
  ignoreDateRange: optional(boolean),
  ignoreFreeSlotValidation: optional(boolean),
  toNotify: optional(boolean),
};

/** What the sandbox stores of a body. */
const stored = ({ title, appointmentStatus, assignedUserId, address }: Parsed<typeof shared>) =>
  withoutUndefined({ title, appointmentStatus, assignedUserId, address });

const contactIn = (call: Call, id: string) => {
  const contact = call.store.contacts.get(id);
  return contact && !contact.deleted && contact.locationId === call.records.location.id ? contact : undefined;
};

function requireEvent(call: Call): Appointment {
  const event = call.store.appointments.all().find(({ id }) => id === call.param('eventId'));
  const locationId = event && call.store.contacts.get(event.contactId)?.locationId;
  if (event && locationId === call.records.location.id) return event;
  throw badRequest('The event id is invalid');
}

function requireCalendar(call: Call, id: string): string {
  if (call.records.calendars.some((calendar) => calendar.id === id)) return id;
  throw badRequest(`Calendar with id ${id} not found`);
}

function save(call: Call, appointment: Appointment) {
  call.store.appointments.put(appointment);
  // Reported (issue 246 of the official documentation): not wrapped, and without the dates of the record.
  const { dateAdded: _added, dateUpdated: _updated, ...times } = zonedTimes(appointment, call.records.location);
  const { deleted: _deleted, dateAdded, dateUpdated, ...rest } = appointment;
  return { ...rest, ...times, locationId: call.records.location.id };
}

export const appointmentRoutes = [
  route({
    route: 'GET /calendars/events/appointments/{eventId}',
    scope: 'calendars/events.readonly',
    handle: (call) => ({ event: serializeEvent(requireEvent(call), call.records.location) }),
  }),

  route({
    route: 'POST /calendars/events/appointments',
    scope: 'calendars/events.write',
    status: 201,
    body: { ...shared, locationId: nonEmpty, calendarId: nonEmpty, contactId: nonEmpty, startTime: isoDate },
    handle(call, { body }) {
      if (!contactIn(call, body.contactId)) throw badRequest(`Contact with id ${body.contactId} not found`);
      const startTime = Date.parse(body.startTime);
      return save(call, {
        title: '',
        appointmentStatus: 'confirmed',
        ...stored(body),
        id: call.ids.id(),
        contactId: body.contactId,
        calendarId: requireCalendar(call, body.calendarId),
        startTime,
        endTime: body.endTime === undefined ? startTime + DEFAULT_LENGTH_MS : Date.parse(body.endTime),
        dateAdded: call.now,
        dateUpdated: call.now,
      });
    },
  }),

  route({
    route: 'PUT /calendars/events/appointments/{eventId}',
    scope: 'calendars/events.write',
    body: { ...shared, calendarId: optional(nonEmpty), startTime: optional(isoDate) },
    handle(call, { body }) {
      const before = requireEvent(call);
      const startTime = body.startTime === undefined ? before.startTime : Date.parse(body.startTime);
      const movedEnd = startTime + before.endTime - before.startTime;
      return save(call, {
        ...before,
        ...stored(body),
        ...(body.calendarId && { calendarId: requireCalendar(call, body.calendarId) }),
        startTime,
        endTime: body.endTime === undefined ? movedEnd : Date.parse(body.endTime),
        dateUpdated: call.now,
      });
    },
  }),

  route({
    route: 'DELETE /calendars/events/{eventId}',
    scope: 'calendars/events.write',
    // Documented as 201.
    status: 201,
    body: {},
    handle(call) {
      call.store.appointments.put({ ...requireEvent(call), deleted: true, dateUpdated: call.now });
      return { succeeded: true };
    },
  }),
];
