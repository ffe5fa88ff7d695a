import { zonedIso } from '../dates.ts';
import { filled, numeric, optional, string } from '../dto.ts';
import { unprocessable } from '../refusal.ts';
import { route, theContact } from '../route.ts';
import { appointmentOut } from '../wire.ts';

export const calendarRoutes = [
  route({
    route: 'GET /contacts/{contactId}/appointments',
    scope: 'contacts.readonly',
    handle(call) {
      const appointments = call.store.appointments.of(theContact(call).id);
      if (call.switches.contactAppointments === 'empty') return { events: [] };
      return { events: appointments.map((each) => appointmentOut(each, call.office.location)) };
    },
  }),

  route({
    route: 'GET /calendars/',
    scope: 'calendars.readonly',
    query: { locationId: filled, groupId: optional(string), showDrafted: optional(string) },
    handle: ({ office }) => ({ calendars: office.calendars }),
  }),

  route({
    route: 'GET /calendars/events',
    scope: 'calendars/events.readonly',
    query: {
      locationId: filled,
      startTime: numeric(),
      endTime: numeric(),
      userId: optional(string),
      calendarId: optional(string),
      groupId: optional(string),
    },
    handle(call, { query: { startTime, endTime, userId, calendarId, groupId } }) {
      if (!userId && !calendarId && !groupId) {
        throw unprocessable(['Either of userId, calendarId or groupId is required']);
      }
      const { location, calendars } = call.office;
      const inGroup = (id: string) => calendars.some((each) => each.id === id && each.groupId === groupId);
      const events = call.store.appointments
        .all()
        .filter(
          (each) =>
            call.store.contacts.get(each.contactId)?.locationId === location.id &&
            each.startTime >= Number(startTime) &&
            each.startTime <= Number(endTime) &&
            (!userId || each.assignedUserId === userId) &&
            (!calendarId || each.calendarId === calendarId) &&
            (!groupId || inGroup(each.calendarId)),
        );
      return {
        events: events.map((each) => ({
          ...appointmentOut(each, location),
          // Live events carry the status a second time under a misspelt name.
          appoinmentStatus: each.appointmentStatus,
          startTime: zonedIso(each.startTime, location.timezone),
          endTime: zonedIso(each.endTime, location.timezone),
          dateAdded: zonedIso(each.dateAdded, location.timezone),
          dateUpdated: zonedIso(each.dateAdded, location.timezone),
        })),
      };
    },
  }),
];
