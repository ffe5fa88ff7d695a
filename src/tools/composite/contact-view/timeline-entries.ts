import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { epochMs } from '../../../lib/time.ts';
import { pickFields } from '../../core/row-shape.ts';
import { taskRow } from '../location-tasks/task-search.ts';
import { type ContactParts, noteText } from './contact-parts.ts';
import { isKind, type Kind, type Order } from './get-contact-timeline.tool.ts';

/** Position of an entry in the timeline. */
interface Position {
  /** Epoch ms, never NaN: entries without a time are left out. */
  readonly at: number;
  readonly kind: Kind;
  readonly id: unknown;
}

interface Entry extends Position {
  /** Called only for entries that are shown: a contact may have thousands of long notes. */
  readonly row: () => Json;
}

/** Characters of a text; other tools read single records in full. */
const TEXT = 400;

type MakeEntry = (at: number, kind: Kind, id: unknown, row: () => Json) => Entry[];

/** Past and upcoming records of one contact in order of time. The only time of a task is its due date. */
export function entriesOf(parts: ContactParts, order: Order, now: number): Entry[] {
  const { contact, tasks = [], notes = [], appointments = [] } = parts;
  const entry: MakeEntry = (at, kind, id, row) => {
    const shown = () => pickFields({ ...row(), ahead: at > now || undefined }, TEXT);
    return Number.isNaN(at) ? [] : [{ at, kind, id, row: shown }];
  };
  const all = [
    ...notes.flatMap((note) => {
      const { id, dateAdded: at, title } = note;
      return entry(epochMs(at), 'note', id, () => ({ at, kind: 'note', id, title, text: noteText(note) }));
    }),
    ...tasks.flatMap((task) => {
      const { id, title, body: text, dueDate, status } = taskRow(task, now);
      const row = { at: dueDate, kind: 'task', id, title, text, status, dueDate };
      return entry(epochMs(dueDate), 'task', id, () => row);
    }),
    ...appointments.flatMap(({ raw, at, zone }) => {
      const { id, title, notes: text, appointmentStatus: status, address: location, startTime } = raw;
      const row = { at: startTime, zone, kind: 'appointment', id, title, text, status, location };
      return entry(at, 'appointment', id, () => row);
    }),
    ...(contact ? contactEntries(contact, entry) : []),
  ];
  return all.sort(comparing(order));
}

function contactEntries({ id, dateAdded, dateUpdated, source }: Json, entry: MakeEntry): Entry[] {
  const created = { at: dateAdded, kind: 'created', id, title: 'Contact created', text: source };
  const updated = { at: dateUpdated, kind: 'updated', id, title: 'Contact last changed' };
  return [
    ...entry(epochMs(dateAdded), 'created', id, () => created),
    ...(dateUpdated === dateAdded ? [] : entry(epochMs(dateUpdated), 'updated', id, () => updated)),
  ];
}

const key = ({ kind, id }: Position) => `${kind} ${id}`;
const comparing =
  (order: Order) =>
  (a: Position, b: Position): number =>
    order === 'newest' ? compare(b, a) : compare(a, b);
const compare = (a: Position, b: Position) => a.at - b.at || (key(a) < key(b) ? -1 : 1);

/** The position of the last row shown, which need not exist any more when the next page is read. */
export const cursorOf = ({ at, kind, id }: Position): string => `${at}.${kind}.${id}`;

/** @throws UserError for a cursor that this tool did not give */
export function parseCursor(cursor: string): Position {
  const [, at, kind, id] = /^(-?\d{1,16})\.([a-z]+)\.([\w-]+)$/.exec(cursor) ?? [];
  if (at === undefined || !isKind(kind))
    throw new UserError(
      'cursor is not one that get_contact_timeline gave; leave it out to begin at the start. Nothing was sent.',
    );
  return { at: Number(at), kind, id };
}

/** The entries after a position, which need not exist any more. */
export const entriesAfter = (position: Position, entries: readonly Entry[], order: Order): Entry[] =>
  entries.filter((entry) => comparing(order)(position, entry) < 0 && key(entry) !== key(position));
