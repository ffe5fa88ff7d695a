import { zonedIso } from '../dates.ts';
import { badRequest, unprocessable } from '../http-error.ts';
import { requireContact, route } from '../route.ts';
import { serializeAppointment } from '../serialize.ts';
import { nonEmpty, optional, string, time, toMs } from '../validation.ts';

export const calendarRoutes = [
  route({
    route: 'GET /contacts/{contactId}/appointments',
    scope: 'contacts.readonly',
    handle(call) {
      const appointments = call.store.appointments.forContact(requireContact(call).id);
      if (call.switches.contactAppointments === 'empty') return { events: [] };
      const shown = appointments.filter(
        ({ deleted }) => !deleted || call.switches.deletedAppointments === 'everywhere',
      );
      return { events: shown.map((appointment) => serializeAppointment(appointment, call.records.location)) };
    },
  }),

  route({
    route: 'GET /calendars/',
    scope: 'calendars.readonly',
    query: { locationId: nonEmpty, groupId: optional(string), showDrafted: optional(string) },
    handle: ({ records }) => ({ calendars: records.calendars }),
  }),

  route({
    route: 'GET /calendars/events',
    scope: 'calendars/events.readonly',
    query: {
      locationId: nonEmpty,
      startTime: time,
      endTime: time,
      userId: optional(string),
      calendarId: optional(string),
      groupId: optional(string),
    },
    handle(call, { query: { startTime, endTime, userId, calendarId, groupId } }) {
      if (!userId && !calendarId && !groupId) {
        throw unprocessable(['Either of userId, calendarId or groupId is required']);
      }
      const { location, calendars } = call.records;
      const inGroup = (id: string) => calendars.some((calendar) => calendar.id === id && calendar.groupId === groupId);
      const events = call.store.appointments.all().filter(
        (event) =>
          call.store.contacts.get(event.contactId)?.locationId === location.id &&
          // Measured: events that overlap the range, not only those that start in it.
          event.endTime > toMs(startTime) &&
          event.startTime <= toMs(endTime) &&
          (!userId || event.assignedUserId === userId) &&
          (!calendarId || event.calendarId === calendarId) &&
          (!groupId || inGroup(event.calendarId)),
      );
      return {
        events: events.map((event) => ({
          ...serializeAppointment(event, location),
          // Measured: a deleted appointment stays in the list with its last status.
          deleted: event.deleted ?? false,
          // Live events repeat the status under a misspelled key.
          appoinmentStatus: event.appointmentStatus,
          startTime: zonedIso(event.startTime, location.timezone),
          endTime: zonedIso(event.endTime, location.timezone),
          dateAdded: zonedIso(event.dateAdded, location.timezone),
          dateUpdated: zonedIso(event.dateAdded, location.timezone),
        })),
      };
    },
  }),

  route({
    route: 'DELETE /calendars/events/{eventId}',
    scope: 'calendars/events.write',
    // Documented as 201.
    status: 201,
    body: {},
    handle(call) {
      const event = call.store.appointments.all().find(({ id }) => id === call.param('eventId'));
      if (!event || call.store.contacts.get(event.contactId)?.locationId !== call.records.location.id) {
        throw badRequest('The event id is invalid');
      }
      call.store.appointments.put({ ...event, deleted: true });
      return { succeeded: true };
    },
  }),
];
