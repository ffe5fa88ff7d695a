import { unprocessable } from '../http-error.ts';
import { requireContact, route } from '../route.ts';
import { serializeAppointment, serializeEvent } from '../serialize.ts';
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
        events: events.map((event) => serializeEvent(event, location)),
      };
    },
  }),
];
