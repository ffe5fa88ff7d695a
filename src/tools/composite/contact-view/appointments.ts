import { type Json, rowsIn } from '../../../lib/json.ts';
import { DAY_MS } from '../../../lib/time.ts';
import { listCalendarEvents, listContactAppointments } from '../../appointments.ts';
import type { ToolContext } from '../../core/context.ts';
import { mayRead } from '../../core/permissions.ts';
import { listCalendars } from '../../lookups.ts';
import { type Appointment, inOrderOfTime } from '../appointments/starts.ts';

/** Calendars searched for a contact's events, and days searched before and after today. */
const MAX_CALENDARS = 10;
const DAYS = 400;

/**
 * The appointments of a contact, soonest first. HighLevel's own list is known to be empty for some contacts: then the
 * calendars are searched where their scopes are in effect, and a notice says so where they are not.
 */
export async function readAppointments(contactId: string, context: ToolContext): Promise<Appointment[]> {
  const own = rowsIn(await context.call(listContactAppointments, { contactId }), 'events');
  return inOrderOfTime(own.length > 0 ? own : await searchCalendars(contactId, context), context.clock);
}

async function searchCalendars(contactId: string, { call, access, clock, notify }: ToolContext): Promise<Json[]> {
  const needed = [listCalendars, listCalendarEvents];
  const missing = needed.filter(({ scope }) => !access.scopes.includes(scope)).map(({ scope }) => scope);
  if (!needed.every((each) => mayRead(each, access))) {
    const reason = missing.length > 0 ? `may not be asked (${missing.join(', ')})` : 'are switched off by GHL_TOOLS';
    notify(`No appointments listed; HighLevel is known to leave some out, and the calendars ${reason}.`);
    return [];
  }
  const calendars = rowsIn(await call(listCalendars, {}), 'calendars');
  if (calendars.length > MAX_CALENDARS)
    notify(`Appointments were looked for in the first ${MAX_CALENDARS} of ${calendars.length} calendars.`);
  // Whole days, so that a call within seconds sends the same request.
  const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
  const span = { startTime: today - DAYS * DAY_MS, endTime: today + DAYS * DAY_MS };
  const answers = await Promise.all(
    calendars.slice(0, MAX_CALENDARS).map(({ id }) => call(listCalendarEvents, { calendarId: id, ...span })),
  );
  return answers.flatMap((answer) => rowsIn(answer, 'events')).filter((event) => event.contactId === contactId);
}
