import type { Json } from '../../../lib/json.ts';
import { asOf, epochMs } from '../../../lib/time.ts';
import { pickFields, rowOf, type TaskStatus } from '../../core/row-shape.ts';
import type { Implementation } from '../../core/tool.ts';
import { bytes, truncateLists } from '../../core/tool-result.ts';
import type { Appointment } from '../appointments/starts.ts';
import { taskRow } from '../location-tasks/task-search.ts';
import { type ContactParts, contactStatus, noteText, readContactParts } from './contact-parts.ts';
import type { getContactOverview } from './get-contact-overview.tool.ts';

/**
 * Most rows of each kind, and characters of the contact's values and of other texts; tried in turn until the overview is
 * small. The counts are complete, and other tools list what is left out.
 */
const LIMITS = [
  { tasks: 10, notes: 5, coming: 5, past: 2, value: 500, text: 200 },
  { tasks: 5, notes: 3, coming: 2, past: 1, value: 200, text: 120 },
  { tasks: 4, notes: 2, coming: 2, past: 1, value: 100, text: 80 },
];
type Limits = (typeof LIMITS)[number];
/** Bytes of a small overview, about 1,100 tokens: ids take many. */
const SMALL_BYTES = 2_900;

const TOO_LARGE = { notice: 'The contact is too large to show. Use get_contact and name the fields you need.' };

function contactRow(raw: Json, max: number): Json {
  const { type: _type, dnd: _dnd, dndSettings: _settings, inboundDndSettings: _inbound, ...rest } = rowOf.contact(raw);
  return pickFields({ ...rest, status: contactStatus(raw) }, max);
}

/** Tasks to be done, soonest first; `assignedTo` only where it is not the contact's own user. */
function tasksSection(tasks: readonly Json[], owner: unknown, now: number, limits: Limits) {
  const all = tasks.map((task) => taskRow(task, now));
  const count = (wanted: TaskStatus) => all.filter(({ status }) => status === wanted).length;
  const rows = all
    .filter(({ status }) => status !== 'completed')
    .sort((a, b) => epochMs(a.dueDate) - epochMs(b.dueDate))
    .slice(0, limits.tasks)
    .map((task) => {
      const assignedTo = task.assignedTo === owner ? undefined : task.assignedTo;
      return pickFields({ ...task, contactId: undefined, assignedTo }, limits.text);
    });
  return { tasks: rows, counts: { open: count('open'), overdue: count('overdue'), completed: count('completed') } };
}

function notesSection(notes: readonly Json[], limits: Limits) {
  const latest = notes.toSorted((a, b) => epochMs(b.dateAdded) - epochMs(a.dateAdded)).slice(0, limits.notes);
  const rows = latest.map((note) => {
    const { id, title, dateAdded, pinned } = note;
    const row = { id, dateAdded, title, body: noteText(note), pinned: pinned || undefined };
    return pickFields(row, limits.text);
  });
  return { notes: rows, counts: { notes: notes.length } };
}

function appointmentsSection(appointments: readonly Appointment[], now: number, limits: Limits) {
  const row = ({ raw, zone }: Appointment): Json => {
    const { id, title, startTime, appointmentStatus: status, address, notes } = raw;
    return pickFields({ id, startTime, zone, title, status, address, notes }, limits.text);
  };
  const coming = appointments.filter(({ at }) => at >= now).slice(0, limits.coming);
  const past = appointments.filter(({ at }) => at < now).slice(-limits.past);
  return {
    coming: coming.map(row),
    past: past.reverse().map(row),
    counts: { appointments: appointments.length },
  };
}

function overview({ contact, tasks, notes, appointments, failed }: ContactParts, now: number, limits: Limits): Json {
  const { counts: taskCounts, ...taskRows } = tasks ? tasksSection(tasks, contact?.assignedTo, now, limits) : {};
  const { counts: noteCounts, ...noteRows } = notes ? notesSection(notes, limits) : {};
  const { counts: eventCounts, ...eventRows } = appointments ? appointmentsSection(appointments, now, limits) : {};
  return {
    ...(contact ? { contact: contactRow(contact, limits.value) } : {}),
    ...taskRows,
    ...noteRows,
    ...eventRows,
    counts: { ...taskCounts, ...noteCounts, ...eventCounts },
    ...(failed.length > 0 ? { failed } : {}),
  };
}

export const run: Implementation<typeof getContactOverview> = async ({ contactId }, context) => {
  const parts = await readContactParts(contactId, ['contact', 'tasks', 'notes', 'appointments'], context);
  const now = context.clock.now();
  let result: Json = {};
  for (const limits of LIMITS) {
    result = overview(parts, now, limits);
    if (bytes(result) <= SMALL_BYTES) break;
  }
  // A contact may have hundreds of tags.
  const fitted = truncateLists(result) ?? { ...result, contact: TOO_LARGE };
  return { ...fitted, asOf: asOf(context.clock) };
};
