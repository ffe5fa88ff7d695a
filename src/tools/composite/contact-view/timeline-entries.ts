import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { pickFields } from '../../core/row-shape.ts';
import { taskStatus } from '../location-tasks/task-search.ts';
import { type ContactParts, noteText } from './contact-parts.ts';
import { KINDS, type Kind } from './timeline-kinds.ts';

/** A row and its place among the others. */
export interface Entry {
  /** Epoch ms; NaN never: what says no time is left out. */
  readonly at: number;
  readonly kind: Kind;
  readonly id: unknown;
  /** Made when it is shown: a contact may have thousands of long notes, and a page holds twenty. */
  readonly row: () => Json;
}

/** Characters of a text; longer ones are for the tools that read one thing. */
const TEXT = 400;

const entry = (at: number, kind: Kind, id: unknown, row: () => Json): Entry[] =>
  Number.isNaN(at) ? [] : [{ at, kind, id, row: () => pickFields(row(), TEXT) }];
const ms = (time: unknown) => Date.parse(String(time));

/** What happened and what is to come with one contact, newest first. Tasks carry no time but their due date. */
export function entriesOf({ contact, tasks = [], notes = [], appointments = [] }: ContactParts, now: number): Entry[] {
  const all = [
    ...notes.flatMap((note) => {
      const { id, dateAdded, title } = note;
      return entry(ms(dateAdded), 'note', id, () => ({ at: dateAdded, kind: 'note', id, title, text: noteText(note) }));
    }),
    ...tasks.flatMap((task) => {
      const { id, title, body, dueDate } = task;
      return entry(ms(dueDate), 'task', id, () => {
        const status = taskStatus(task, now);
        return { at: dueDate, kind: 'task', id, title, text: body, status, dueDate };
      });
    }),
    ...appointments.flatMap(({ raw, at, zone }) => {
      const { id, title, notes: words, appointmentStatus, address, startTime } = raw;
      return entry(at, 'appointment', id, () => {
        const row = { at: startTime, zone, kind: 'appointment', id, title, text: words, status: appointmentStatus };
        return { ...row, location: address };
      });
    }),
    ...(contact ? lifeOf(contact) : []),
  ];
  return all.sort(order);
}

function lifeOf({ id, dateAdded, dateUpdated, source }: Json): Entry[] {
  const created = entry(ms(dateAdded), 'created', id, () => ({
    at: dateAdded,
    kind: 'created',
    id,
    title: 'Contact created',
    text: source,
  }));
  if (dateUpdated === dateAdded) return created;
  return [
    ...created,
    ...entry(ms(dateUpdated), 'updated', id, () => ({
      at: dateUpdated,
      kind: 'updated',
      id,
      title: 'Contact last changed',
    })),
  ];
}

const nameOf = ({ kind, id }: Pick<Entry, 'kind' | 'id'>) => `${kind} ${id}`;
const order = (a: Omit<Entry, 'row'>, b: Omit<Entry, 'row'>) => b.at - a.at || (nameOf(a) < nameOf(b) ? -1 : 1);

/** Where the next page begins: the place of the last row shown, which need not exist any more by then. */
export const cursorOf = ({ at, kind, id }: Entry): string => `${at}.${kind}.${id}`;

/** The entries after a cursor. @throws UserError for one that this tool did not give */
export function after(cursor: string | undefined, entries: readonly Entry[]): readonly Entry[] {
  if (cursor === undefined) return entries;
  const [, at, kind, id] = /^(-?\d{1,16})\.([a-z]+)\.([\w-]+)$/.exec(cursor) ?? [];
  if (at === undefined || !Object.hasOwn(KINDS, String(kind)))
    throw new UserError(
      'cursor is not one that get_contact_timeline gave; leave it out to begin with the newest. Nothing was sent.',
    );
  const place = { at: Number(at), kind: kind as Kind, id };
  return entries.filter((each) => order(place, each) < 0 && nameOf(each) !== nameOf(place));
}
