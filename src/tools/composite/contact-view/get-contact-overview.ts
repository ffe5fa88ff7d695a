import type { Json } from '../../../lib/json.ts';
import { asOf } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';
import { pickFields, rowOf } from '../../core/row-shape.ts';
import { bytes, ENVELOPE_BYTES, MAX_BYTES, truncateLists } from '../../core/tool-result.ts';
import { type TaskStatus, taskStatus } from '../location-tasks/task-search.ts';
import type { Appointment } from './appointments.ts';
import { type ContactParts, contactStatus, noteText, readContactParts } from './contact-parts.ts';

/** Rows of each kind, and characters of the contact's values and of what people wrote. */
interface Detail {
  readonly tasks: number;
  readonly notes: number;
  readonly coming: number;
  readonly past: number;
  readonly value: number;
  readonly text: number;
}

/** Tried in turn until the overview is small: what was left out is counted, and a tool away. */
const DETAIL: readonly Detail[] = [
  { tasks: 10, notes: 5, coming: 5, past: 2, value: 500, text: 200 },
  { tasks: 5, notes: 3, coming: 2, past: 1, value: 200, text: 120 },
  { tasks: 4, notes: 2, coming: 2, past: 1, value: 100, text: 80 },
];
/** Bytes of a small overview, about 1,100 tokens: ids cost many. */
const SMALL = 2_900;

const TOO_LARGE = { notice: 'The contact is too large to show. Use get_contact and name the fields you need.' };

/** Whole seconds say enough. */
const short = (time: unknown) => (typeof time === 'string' ? time.replace(/\.\d+Z$/, 'Z') : time);

const newest = (key: string) => (a: Json, b: Json) => Date.parse(String(b[key])) - Date.parse(String(a[key]));

function contactRow(raw: Json, max: number): Json {
  const { type: _type, dnd: _dnd, dndSettings: _settings, inboundDndSettings: _inbound, ...rest } = rowOf.contact(raw);
  const { dateAdded, dateUpdated, lastActivity } = rest;
  const times = { dateAdded: short(dateAdded), dateUpdated: short(dateUpdated), lastActivity: short(lastActivity) };
  return pickFields({ ...rest, ...times, status: contactStatus(raw) }, max);
}

/** Whose task it is, where it is not the contact's own user's. */
const taskRow = (
  { id, title, body, dueDate, assignedTo }: Json,
  status: TaskStatus,
  owner: unknown,
  max: number,
): Json => {
  const other = assignedTo === owner ? undefined : assignedTo;
  return pickFields({ id, title, body, dueDate: short(dueDate), status, assignedTo: other }, max);
};

const noteRow = (note: Json, max: number): Json => {
  const { id, title, dateAdded, pinned } = note;
  return pickFields({ id, dateAdded: short(dateAdded), title, body: noteText(note), pinned: pinned || undefined }, max);
};

const eventRow = ({ raw, zone }: Appointment, max: number): Json => {
  const { id, title, startTime, appointmentStatus, address, notes } = raw;
  const row = { id, startTime: short(startTime), zone, title, status: appointmentStatus, address, notes };
  return pickFields(row, max);
};

const soonest = (a: Json, b: Json) => Date.parse(String(a.dueDate)) - Date.parse(String(b.dueDate));

/** What is still to be done, soonest first, and how much there is of each. */
function tasksOf(tasks: readonly Json[], owner: unknown, now: number, detail: Detail) {
  const count = (wanted: TaskStatus) => tasks.filter((task) => taskStatus(task, now) === wanted).length;
  const undone = tasks.filter((task) => taskStatus(task, now) !== 'completed').sort(soonest);
  return {
    tasks: undone.slice(0, detail.tasks).map((task) => taskRow(task, taskStatus(task, now), owner, detail.text)),
    counts: { open: count('open'), overdue: count('overdue'), completed: count('completed') },
  };
}

function notesOf(notes: readonly Json[], detail: Detail) {
  const latest = [...notes].sort(newest('dateAdded')).slice(0, detail.notes);
  return { notes: latest.map((note) => noteRow(note, detail.text)), counts: { notes: notes.length } };
}

function appointmentsOf(appointments: readonly Appointment[], now: number, detail: Detail) {
  const coming = appointments.filter(({ at }) => at >= now).slice(0, detail.coming);
  const past = appointments.filter(({ at }) => at < now).slice(-detail.past);
  const rows = (some: readonly Appointment[]) => some.map((each) => eventRow(each, detail.text));
  return { coming: rows(coming), past: rows(past.reverse()), counts: { appointments: appointments.length } };
}

function overview({ contact, tasks, notes, appointments, failed }: ContactParts, now: number, detail: Detail): Json {
  const { counts: ofTasks, ...someTasks } = tasks ? tasksOf(tasks, contact?.assignedTo, now, detail) : {};
  const { counts: ofNotes, ...someNotes } = notes ? notesOf(notes, detail) : {};
  const { counts: ofAppointments, ...someAppointments } = appointments ? appointmentsOf(appointments, now, detail) : {};
  return {
    ...(contact ? { contact: contactRow(contact, detail.value) } : {}),
    ...someTasks,
    ...someNotes,
    ...someAppointments,
    counts: { ...ofTasks, ...ofNotes, ...ofAppointments },
    ...(failed.length > 0 ? { failed } : {}),
  };
}

/** As much detail as stays small, and never less than the least. */
function small(make: (detail: Detail) => Json): Json {
  let made: Json = {};
  for (const detail of DETAIL) {
    made = make(detail);
    if (bytes(made) <= SMALL) break;
  }
  // Somebody may have hundreds of tags.
  return truncateLists(made, MAX_BYTES - ENVELOPE_BYTES) ?? { ...made, contact: TOO_LARGE };
}

export async function run({ contactId }: Json, context: ToolContext): Promise<Json> {
  const parts = await readContactParts(String(contactId), ['contact', 'tasks', 'notes', 'appointments'], context);
  const now = context.clock.now();
  return { ...small((detail) => overview(parts, now, detail)), asOf: await asOf(context.clock) };
}
