import * as z from 'zod';
import { listCalendarEvents } from '../../appointments.ts';
import { answer, Calendar, of, Skip, Time, User, upTo } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { listCalendars } from '../../lookups.ts';

export const searchLocationAppointments = compositeTool({
  name: 'search_location_appointments',
  title: 'Search location appointments',
  description:
    'Who comes in: appointments of all calendars by time, cancelled too, with contact and phone. Default: from now to the end of the day after from. calendarId and userId take names.',
  scope: listCalendarEvents.scope,
  extraScopes: [listCalendars.scope],
  effect: 'read',
  input: () =>
    z.strictObject({
      from: Time.optional(),
      to: Time.optional(),
      calendarId: Calendar.optional(),
      userId: User.optional(),
      limit: upTo(100).optional(),
      skip: Skip.optional(),
    }),
  output: () =>
    answer({
      events: of.rows,
      total: of.count,
      failed: of.rows,
      asOf: of.text,
      next: of.object,
    }),
  calls: [listCalendarEvents],
  run: lazyTool('searchLocationAppointments'),
});
