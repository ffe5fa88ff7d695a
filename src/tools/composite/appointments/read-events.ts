import { UserError } from '../../../lib/errors.ts';
import { type Json, listIn, rowsIn } from '../../../lib/json.ts';
import { DAY_MS } from '../../../lib/time.ts';
import { listCalendarEvents } from '../../appointments.ts';
import type { ToolContext } from '../../core/context.ts';
import { lookUp, whyNoNames } from '../../names/lookups.ts';
import { failureReason } from '../contact-view/contact-parts.ts';
import type { TimeRange } from '../time-range.ts';
import { inOrderOfTime, keyOf } from './starts.ts';

/** Longest range of one request, ms. The API's own limit is not documented; ranges of 800 days are known to work. */
const MAX_RANGE_MS = 400 * DAY_MS;

/** Whose events are read: the API takes one calendar or one user for each request. */
export interface EventFilter {
  readonly calendarId?: string | undefined;
  readonly userId?: string | undefined;
}

type Source = { readonly calendarId: string } | { readonly userId: string };

export interface EventsRead {
  /** Each event once, in the order of their starts. */
  readonly events: readonly Json[];
  /** The calendars that were read; none where one user's events are asked for. */
  readonly calendars: readonly string[];
  /** The calendars that could not be read. */
  readonly failed: readonly { readonly calendarId: string; readonly reason: string }[];
  /** Epoch ms up to which events were read: before the end of the range if time ran out. */
  readonly readTo: number;
}

/**
 * Events of a location that overlap a range, deleted ones left out. Calendars are read side by side, as far as the rate
 * limit allows, and long ranges in parts, one after the other.
 * @throws UserError if the calendars are not known, or none can be read
 */
export async function readEvents(range: TimeRange, filter: EventFilter, context: ToolContext): Promise<EventsRead> {
  const sources = await sourcesOf(filter, context);
  const events = new Map<string, Json>();
  const errors = new Map<Source, unknown>();
  let readTo = range.from;
  do {
    const [startTime, endTime] = [readTo, Math.min(readTo + MAX_RANGE_MS, range.to)];
    const remaining = sources.filter((source) => !errors.has(source));
    const answers = await Promise.allSettled(
      remaining.map((source) => context.call(listCalendarEvents, { ...source, startTime, endTime })),
    );
    for (const [at, source] of remaining.entries()) {
      const answer = answers[at];
      if (answer?.status === 'rejected') errors.set(source, answer.reason);
      else for (const event of rowsIn(answer?.value, 'events')) events.set(keyOf(event), event);
    }
    if (errors.size > 0 && errors.size === sources.length) throw errors.values().next().value;
    readTo = endTime;
    if (endTime < range.to) context.progress(endTime - range.from, range.to - range.from);
  } while (readTo < range.to && context.hasTime());
  const failed = [...errors].flatMap(([source, error]) =>
    'calendarId' in source ? [{ calendarId: source.calendarId, reason: failureReason(error) }] : [],
  );
  const calendars = sources.flatMap((source) =>
    'calendarId' in source && !errors.has(source) ? [source.calendarId] : [],
  );
  const found = await inOrderOfTime([...events.values()].filter(isOf(filter)), context.clock);
  return { events: found.map(({ raw }) => raw), calendars, failed, readTo };
}

async function sourcesOf({ calendarId, userId }: EventFilter, context: ToolContext): Promise<readonly Source[]> {
  if (calendarId !== undefined) return [{ calendarId }];
  if (userId !== undefined) return [{ userId }];
  const calendars = await lookUp('calendars', context);
  if (calendars) return calendars.map(({ id }) => ({ calendarId: id }));
  throw new UserError(`The calendars are not known: ${whyNoNames('calendars', context)} give calendarId or userId.`);
}

/** An event of the calendar may be of other users. */
const isOf =
  ({ userId }: EventFilter) =>
  (event: Json): boolean =>
    userId === undefined || event.assignedUserId === userId || listIn(event, 'users').includes(userId);
