import { type Json, textIn } from '../../../lib/json.ts';
import { type Clock, epochMs, isLocalTime, parseLocalTime, zoneOrUtc } from '../../../lib/time.ts';
import { formatTime } from '../../../lib/time-format.ts';
import { rowOf } from '../../core/row-shape.ts';

/** An appointment whose times can be compared. */
export interface Appointment {
  /** As the API gave it, its start with an offset where its zone is known. */
  readonly raw: Json;
  /** Epoch ms of its start; NaN if it has none. */
  readonly at: number;
  /** Of a start without an offset in a zone that is not known. */
  readonly zone?: 'unknown';
}

const startOf = ({ startTime }: Json): number => (typeof startTime === 'number' ? startTime : epochMs(startTime));

/** Appointments in order of time. A start without an offset is local to the location; while its zone is not known it is unchanged. */
export async function inOrderOfTime(rows: readonly Json[], clock: Clock): Promise<Appointment[]> {
  return (await withStarts(rows.map(rowOf.event), clock)).sort(byStart);
}

async function withStarts(events: readonly Json[], clock: Clock): Promise<Appointment[]> {
  if (!events.some(({ startTime }) => isLocalTime(startTime))) return events.map((raw) => ({ raw, at: startOf(raw) }));
  const known = await clock.locationZone();
  // To put the rows in order any zone will do.
  const zone = known ?? (await zoneOrUtc(clock));
  return events.map((raw): Appointment => {
    const { startTime } = raw;
    if (!isLocalTime(startTime)) return { raw, at: startOf(raw) };
    const at = parseLocalTime(startTime, zone);
    if (known === undefined) return { raw, at, zone: 'unknown' };
    // An invalid day such as 0000-00-00 does not hide the appointment.
    return { raw: Number.isNaN(at) ? raw : { ...raw, startTime: formatTime(at, zone) }, at };
  });
}

/** Those without a start are last; those of one start in the order of their ids, as answers are paged. */
function byStart(a: Appointment, b: Appointment): number {
  const [first, second] = [a, b].map(({ at }) => (Number.isNaN(at) ? Number.MAX_SAFE_INTEGER : at)) as [number, number];
  return first - second || (keyOf(a.raw) < keyOf(b.raw) ? -1 : 1);
}

export const keyOf = (event: Json): string => textIn(event, 'id') ?? JSON.stringify(event);
