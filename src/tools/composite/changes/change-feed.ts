import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { bytes, pageDataBytes } from '../../core/tool-result.ts';
import { shareOfDay } from '../bulk-job/cost.ts';
import { failureReason } from '../contact-view/contact-parts.ts';
import { type ChangeSource, Room, timeOf } from './source.ts';
import { type AppointmentsKept, appointments } from './sources/appointments.ts';
import { type ContactsAsked, type ContactsKept, contactsAndTasks } from './sources/contacts.ts';
import { type DeletedKept, deleted } from './sources/deleted.ts';
import { type NotesFilter, type NotesKept, notesOf } from './sources/notes.ts';

/** How far a reader of changes has come: what each kind of record is compared with next. */
export interface SavedCursor extends ContactsKept {
  /** Undefined before it was first asked for, as are the others. */
  readonly appointments?: AppointmentsKept | undefined;
  readonly deleted?: DeletedKept | undefined;
  readonly notes?: NotesKept | undefined;
  /** Where a look that is not finished continues, and since when it reads (epoch ms). */
  readonly unfinished?: { readonly source: SourceName; readonly since: number } | undefined;
}

/** What is asked for. */
export interface Asked extends ContactsAsked, NotesFilter {
  readonly appointments?: boolean | undefined;
  readonly deleted?: boolean | undefined;
}

export interface Changes {
  /** The rows by the key of the answer they are shown under. */
  readonly rows: Readonly<Record<string, readonly Json[]>>;
  /** To be saved once the rows have been delivered. */
  readonly reached: SavedCursor;
  /** Epoch ms up to which the contacts are complete; undefined where the next look gives more of them at once. */
  readonly completeTo?: number | undefined;
  /** False where the next look gives more at once. */
  readonly isComplete: boolean;
  /** Kinds of changes that were not seen. */
  readonly unseen: readonly string[];
  /** Kinds that were asked for and could not be read. */
  readonly failed: readonly string[];
  /** Requests of this look, and about how many the rest of it takes. */
  readonly requests: { readonly sent: number; readonly left?: number };
}

const KEYS = { appointments: 'changedAppointments', deleted: 'deletedContacts', notes: 'changedNotes' } as const;
const NAMES = { appointments: 'appointments', deleted: 'deleted contacts', notes: 'notes' } as const;
/** In the order in which they are read. */
const SOURCES = ['appointments', 'deleted', 'notes'] as const;
type SourceName = (typeof SOURCES)[number];
type Kept = Pick<SavedCursor, SourceName>;

/** Rows of one answer: the tasks of each contact may be a call. */
export const MAX_ROWS = 50;

/** The sources that are asked for. */
function sourcesOf(asked: Asked): readonly SourceName[] {
  const isAsked = {
    appointments: asked.appointments,
    deleted: asked.deleted,
    notes: (asked.notesOf ?? asked.notesOfTag) !== undefined,
  };
  return SOURCES.filter((name) => isAsked[name]);
}

/** A source with what it has kept, so that those of all kinds can be used alike. */
function open<Name extends SourceName>(name: Name, source: ChangeSource<NonNullable<Kept[Name]>>, cursor: SavedCursor) {
  const kept = cursor[name] as NonNullable<Kept[Name]> | undefined;
  return {
    name,
    estimate: (context: ToolContext) => source.estimate(kept, context),
    look: async (since: number, room: Room, context: ToolContext) => {
      const { kept: next, ...look } = await source.look(since, kept, room, context);
      return { ...look, kept: { [name]: next } as Kept };
    },
  };
}

function openSource(name: SourceName, asked: Asked, cursor: SavedCursor) {
  if (name === 'appointments') return open(name, appointments, cursor);
  return name === 'deleted' ? open(name, deleted, cursor) : open(name, notesOf(asked), cursor);
}

/** A context that counts the requests sent through it. */
function counting(context: ToolContext): { readonly context: ToolContext; readonly sent: () => number } {
  let sent = 0;
  const call: ToolContext['call'] = (...args) => {
    sent += 1;
    return context.call(...args);
  };
  return { context: { ...context, call }, sent: () => sent };
}

/** Requests of a whole look at some sources. */
async function estimateOf(names: readonly SourceName[], asked: Asked, cursor: SavedCursor, context: ToolContext) {
  const estimates = names.map((name) => openSource(name, asked, cursor).estimate(context));
  return (await Promise.all(estimates)).reduce((sum, requests) => sum + requests, 0);
}

/** Says what a look takes, where that is a notable share of the day's quota; undefined for a small look. */
async function costOfLook(names: readonly SourceName[], asked: Asked, cursor: SavedCursor, context: ToolContext) {
  const requests = await estimateOf(names, asked, cursor, context);
  const cost = shareOfDay(requests, context);
  if (cost === undefined) return undefined;
  const what = names.map((name) => NAMES[name]).join(', ');
  context.notify(`Not read yet: ${what}. ${cost} Call next to start.`);
  return requests;
}

/**
 * What changed since a cursor: first contacts and their tasks, and once all of those are delivered the other kinds in
 * turn. A look that takes a notable share of the day's quota is not started: the answer says what it costs, and the next
 * call with its cursor starts it. A kind that cannot be read is named in `unseen`, and the next look covers the same time.
 * @throws UserError if the contacts cannot be read
 */
export async function readChanges(asked: Asked, { unfinished, ...start }: SavedCursor, given: ToolContext) {
  const { context, sent } = counting(given);
  const all = sourcesOf(asked);
  const continued = unfinished && all.includes(unfinished.source) ? unfinished : undefined;
  const first = continued ? undefined : await contactsAndTasks(asked, start, context);
  const { since } = continued ?? start.contacts;
  const unseen = [
    ...SOURCES.filter((name) => !all.includes(name)).map((name) => NAMES[name]),
    ...(first?.unseen ?? []),
  ];
  const rows: Record<string, readonly Json[]> = { contacts: [], ...first?.rows };
  const failed: string[] = [];
  let reached: SavedCursor = { ...start, ...first?.reached };
  /** `source`: the one that the next call reads on, by about `left` requests. */
  const end = (isComplete: boolean, source?: SourceName, left?: number): Changes => ({
    ...{ rows, unseen, failed, isComplete, completeTo: first ? first.completeTo : start.contacts.since },
    reached: source ? { ...reached, unfinished: { source, since } } : reached,
    requests: { sent: sent(), ...(left === undefined ? {} : { left }) },
  });
  if (first?.isComplete === false) return end(false);
  const names = continued ? all.slice(all.indexOf(continued.source)) : all;
  const [next] = names;
  const cost = continued || !next ? undefined : await costOfLook(names, asked, reached, context);
  if (cost !== undefined) return end(false, next, cost);
  const used = Object.values(rows).flat();
  const room = new Room(asked.limit ?? MAX_ROWS, pageDataBytes(asked.limit) - bytes(used), used.length === 0);
  for (const [at, name] of names.entries()) {
    if (room.isFull || !context.hasTime()) return end(false, name);
    try {
      const look = await openSource(name, asked, reached).look(since, room, context);
      reached = { ...reached, ...look.kept };
      if (look.rows.length > 0) rows[KEYS[name]] = look.rows.map((row) => ({ ...row, seenAt: seenAt(context) }));
      unseen.push(...look.unseen);
      if (look.left !== undefined) {
        const others = await estimateOf(names.slice(at + 1), asked, reached, context);
        return end(false, name, look.left + others);
      }
    } catch (error) {
      context.notify(`${NAMES[name]} could not be read: ${failureReason(error)}`);
      unseen.push(NAMES[name]);
      failed.push(NAMES[name]);
    }
  }
  return end(true);
}

const seenAt = (context: ToolContext): string => new Date(timeOf(context)).toISOString();
