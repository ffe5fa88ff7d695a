import { isDeleted } from '../../../../api/deleted-rows.ts';
import { isMissing } from '../../../../api/errors.ts';
import { recordIn } from '../../../../lib/json.ts';
import { getCalendarEvent } from '../../../appointments.ts';
import { rowOf } from '../../../core/row-shape.ts';
import { type Kept, MAX_KEPT } from '../kept.ts';
import {
  type AppointmentsKept,
  changeOf,
  deletedRow,
  eventRow,
  type KeptEvent,
  seenIn,
} from '../sources/appointments.ts';
import { isReportedDeleted, type LookAt, reportRow } from './look.ts';

/** The appointment is kept as it is now; undefined: it is not kept any more. */
function keep(kept: Kept, before: AppointmentsKept, id: string, now: KeptEvent | undefined): Kept {
  const others = Object.entries(before.events).filter(([each]) => each !== id);
  // Where calendars are read, that drops the appointments that are over.
  const isRead = Object.keys(before.calendars).length > 0;
  const latest = isRead ? others : others.slice(1 - MAX_KEPT);
  const events = Object.fromEntries([...latest, ...(now ? [[id, now] as const] : [])]);
  return { ...kept, appointments: { ...before, events } };
}

export const lookAtAppointment: LookAt = async ({ id, contactId }, { since, context }) => {
  const raw = await context.call(getCalendarEvent, { eventId: id }, 'bulk', { fresh: true }).then(
    (answer) => recordIn(answer, 'event'),
    (error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    },
  );
  const [seen] = raw && !isDeleted(raw) ? seenIn(rowOf.event(raw)) : [];
  return (kept, room) => {
    const before = kept.appointments ?? { since, calendars: {}, events: {} };
    const old = before.events[id];
    const reported = keep(kept, before, id, seen?.kept);
    if (seen) {
      // An appointment that nothing is known of was announced, whatever its times say.
      const change = changeOf(seen, before, old) ?? (old ? undefined : 'changed');
      return reportRow('changedAppointments', change && eventRow(seen, change, old), kept, reported, room);
    }
    const row = isReportedDeleted(kept, id)
      ? undefined
      : { ...(old ? deletedRow(id, old) : { id, change: 'deleted' }), ...(contactId ? { contactId } : {}) };
    return reportRow('changedAppointments', row, kept, reported, room);
  };
};
