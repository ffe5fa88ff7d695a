import { type Json, rowsIn } from '../../../lib/json.ts';
import { zoneOrUtc } from '../../../lib/time.ts';
import { listCalendarEvents, listContactAppointments } from '../../appointments.ts';
import type { ToolContext } from '../../core/context.ts';
import { mayRead } from '../../core/permissions.ts';
import { rowOf } from '../../core/row-shape.ts';
import { listCalendars } from '../../lookups.ts';

/** An appointment whose times can be compared. */
export interface Appointment {
  /** As the API gave it, its times with an offset where they could be given one. */
  readonly raw: Json;
  /** Epoch ms at which it starts; NaN where it says no time. */
  readonly at: number;
  /** Of zone-less times: the zone they were read in, or `unknown` where they were left as they are. */
  readonly zone?: string;
}

/** Calendars asked for a contact's events, and days looked at around today, where its own list is empty. */
const MAX_CALENDARS = 10;
const DAYS = 400;
const DAY_MS = 86_400_000;

/**
 * The appointments of a contact, soonest first. Its own list is known to come back empty: then the calendars are asked,
 * where their scopes are in effect, and the answer says so where they are not.
 */
export async function appointmentsOf(contactId: string, context: ToolContext): Promise<Appointment[]> {
  const own = rowsIn(await context.call(listContactAppointments, { contactId }), 'events');
  const rows = own.length > 0 ? own : await ofCalendars(contactId, context);
  return (await zoned(rows, context)).sort((a, b) => a.at - b.at);
}

function calendarsOff(notify: ToolContext['notify']): Json[] {
  notify(
    'No appointments listed; HighLevel is known to leave some out, and the calendars are switched off by GHL_TOOLS.',
  );
  return [];
}

async function ofCalendars(contactId: string, { call, access, clock, notify }: ToolContext): Promise<Json[]> {
  const calendars = [listCalendars, listCalendarEvents];
  const missing = calendars.filter(({ scope }) => !access.scopes.includes(scope)).map(({ scope }) => scope);
  if (missing.length === 0 && !calendars.every((each) => mayRead(each, access))) return calendarsOff(notify);
  if (missing.length > 0) {
    notify(
      `No appointments listed; HighLevel is known to leave some out, and the calendars may not be asked (${missing.join(', ')}).`,
    );
    return [];
  }
  const all = rowsIn(await call(listCalendars, {}), 'calendars');
  if (all.length > MAX_CALENDARS)
    notify(`Appointments were looked for in the first ${MAX_CALENDARS} of ${all.length} calendars.`);
  // Of whole days, so that asking again within seconds asks the same.
  const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
  const span = { startTime: today - DAYS * DAY_MS, endTime: today + DAYS * DAY_MS };
  const found = await Promise.all(
    all.slice(0, MAX_CALENDARS).map(({ id }) => call(listCalendarEvents, { calendarId: id, ...span })),
  );
  return found.flatMap((answer) => rowsIn(answer, 'events')).filter((event) => event.contactId === contactId);
}

const ZONELESS = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?(\.\d+)?$/;
const TIMES = ['startTime', 'endTime', 'dateAdded', 'dateUpdated'] as const;

/** Times without a zone are the location's wall time. Where its zone may not be read they are left as they are. */
async function zoned(rows: readonly Json[], { clock }: ToolContext): Promise<Appointment[]> {
  const bare = rows.some(({ startTime }) => ZONELESS.test(String(startTime)));
  if (!bare) return rows.map((row) => ({ raw: rowOf.event(row), at: Date.parse(String(row.startTime)) }));
  const [{ Temporal }, known] = await Promise.all([import('temporal-polyfill'), clock.locationZone()]);
  const zone = known ?? (await zoneOrUtc(clock));
  const read = (text: unknown) => {
    if (!ZONELESS.test(String(text))) return undefined;
    try {
      return Temporal.PlainDateTime.from(String(text).replace(' ', 'T')).toZonedDateTime(zone);
    } catch {
      return undefined; // A day there is not, such as 0000-00-00: no reason to show nothing at all.
    }
  };
  return rows.map((row): Appointment => {
    const raw = rowOf.event(row);
    const start = read(row.startTime);
    if (!start) return { raw, at: Date.parse(String(row.startTime)) };
    const at = start.epochMilliseconds;
    if (known === undefined) return { raw, at, zone: 'unknown' };
    const offset = (name: string) => read(row[name])?.toString({ timeZoneName: 'never', smallestUnit: 'second' });
    const times = TIMES.map((name) => [name, offset(name) ?? row[name]]);
    return { raw: { ...raw, ...Object.fromEntries(times) }, at, zone };
  });
}
