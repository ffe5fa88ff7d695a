import { fullName } from '../../../api/contact-fields.ts';
import { type Json, textIn } from '../../../lib/json.ts';
import { asOf, dayAfter, readTime, zoneOrUtc } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { pickFields } from '../../core/row-shape.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { DEFAULT_ROWS, pageDataBytes, rowsThatFit } from '../../core/tool-result.ts';
import { contactsOfRows } from '../contacts-by-id.ts';
import { readRange, type TimeRange } from '../time-range.ts';
import { readEvents } from './read-events.ts';
import type { searchLocationAppointments } from './search-location-appointments.tool.ts';

type Args = ToolInput<typeof searchLocationAppointments>;

/** Calendars that could not be read and are listed. */
const MAX_FAILED = 10;
/** Characters of a title. */
const MAX_TEXT = 200;

export const run: Implementation<typeof searchLocationAppointments> = async (args, context) => {
  const { calendarId, userId, limit, skip = 0 } = args;
  const range = await rangeOf(args, context);
  const { events, failed, readTo } = await readEvents(range, { calendarId, userId }, context);
  const page = events.slice(skip, skip + (limit ?? DEFAULT_ROWS));
  const contacts = await contactsOfRows(page, context);
  const rows = rowsThatFit(page, (event) => appointmentRow(event, contacts), pageDataBytes(limit));
  const shown = skip + rows.length;
  const span = { ...args, from: toIso(range.from), to: toIso(range.to) };
  const isCut = readTo < range.to;
  if (failed.length > 0)
    context.notify(`INCOMPLETE: ${failed.length} calendars could not be read; their appointments are missing.`);
  if (isCut) context.notify('Stopped for time: total counts what was read; next reads the rest.');
  const rest = isCut ? { ...span, from: toIso(readTo), skip: 0 } : undefined;
  const next = shown < events.length ? { ...span, skip: shown } : rest;
  return {
    events: rows,
    total: events.length,
    ...(failed.length > 0 ? { failed: failed.slice(0, MAX_FAILED) } : {}),
    asOf: asOf(context.clock),
    ...(next ? { next } : {}),
  };
};

const toIso = (ms: number): string => new Date(ms).toISOString();

/** By default from now, and to the end of the day after the start. */
async function rangeOf({ from, to }: Args, context: ToolContext): Promise<TimeRange> {
  const { clock } = context;
  const start = from ?? toIso(clock.now());
  if (to !== undefined) return readRange(['from', start], ['to', to], context);
  const first = await readRange(['from', start], ['to', undefined], context);
  const day = dayAfter(first.from, await zoneOrUtc(clock));
  const { iso } = await readTime('to', day, clock, 'end', 'UTC');
  return { from: first.from, to: Date.parse(iso) };
}

function appointmentRow(event: Json, contacts: ReadonlyMap<string, Json>): Json {
  const { id, startTime, endTime, title, appointmentStatus: status, calendarId, assignedUserId } = event;
  const contactId = textIn(event, 'contactId');
  const contact = contacts.get(contactId ?? '');
  const shown = contact && { contact: fullName(contact), phone: contact.phone };
  return pickFields(
    { id, startTime, endTime, title, status, calendarId, assignedUserId, ...shown, contactId },
    MAX_TEXT,
  );
}
