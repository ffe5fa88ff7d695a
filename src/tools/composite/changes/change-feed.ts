import type { RecordKind } from '../../../api/webhooks/event.ts';
import type { Json } from '../../../lib/json.ts';
import type { ToolContext } from '../../core/context.ts';
import { bytes, pageDataBytes } from '../../core/tool-result.ts';
import { shareOfDay } from '../bulk-job/cost.ts';
import { failureReason } from '../contact-view/contact-parts.ts';
import type { Kept } from './kept.ts';
import { type ChangeSource, Room, timeOf } from './source.ts';
import { appointments, FAR_APPOINTMENTS } from './sources/appointments.ts';
import { type ContactsAsked, contactsAndTasks, TASKS_UNSEEN } from './sources/contacts.ts';
import { deleted } from './sources/deleted.ts';
import { type Announced, readAnnounced, withDeletions } from './sources/events.ts';
import { type NotesFilter, notesOf, OTHER_NOTES } from './sources/notes.ts';

/** How far a reader of changes has come: what each kind of record is compared with next. */
export interface SavedCursor extends Kept {
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
/** Rows that say when they were seen. */
const STAMPED: readonly string[] = Object.values(KEYS);
const NAMES = { appointments: 'appointments', deleted: 'deleted contacts', notes: 'notes' } as const;
/** In the order in which they are read. */
const SOURCES = ['appointments', 'deleted', 'notes'] as const;
type SourceName = (typeof SOURCES)[number];
type KeptOf = Pick<Kept, SourceName>;

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
function open<Name extends SourceName>(
  name: Name,
  source: ChangeSource<NonNullable<KeptOf[Name]>>,
  cursor: SavedCursor,
) {
  const kept = cursor[name] as NonNullable<KeptOf[Name]> | undefined;
  return {
    name,
    estimate: (context: ToolContext) => source.estimate(kept, context),
    look: async (since: number, room: Room, context: ToolContext) => {
      const { kept: next, ...look } = await source.look(since, kept, room, context);
      return { ...look, kept: { [name]: next } as KeptOf };
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

/** The rows of several looks under each key. */
type Rows = Record<string, readonly Json[]>;

function addRows(rows: Rows, added: Rows, seenAt: string): void {
  for (const [key, more] of Object.entries(added)) {
    const stamped = STAMPED.includes(key) ? more.map((row) => ({ ...row, seenAt })) : more;
    if (more.length > 0) rows[key] = [...(rows[key] ?? []), ...stamped];
  }
}

/** Kinds of changes that are not covered, by the kind of record whose events cover them. */
const ANNOUNCED: Readonly<Record<RecordKind, readonly string[]>> = {
  contact: [NAMES.deleted],
  note: [NAMES.notes, OTHER_NOTES],
  task: TASKS_UNSEEN,
  appointment: [NAMES.appointments, FAR_APPOINTMENTS],
};

/** What is not seen, without what webhooks announced; times in which those may have been lost are named. */
function unseenWith(unseen: readonly string[], announced: Announced | undefined): readonly string[] {
  if (!announced) return unseen;
  const covered = [...announced.covered].flatMap((kind) => ANNOUNCED[kind]);
  // No event says that a task was edited.
  const edits = unseen.some((name) => covered.includes(name) && TASKS_UNSEEN.includes(name)) ? ['edits of tasks'] : [];
  return [...unseen.filter((name) => !covered.includes(name)), ...edits, ...announced.gaps];
}

/** A look at one source; what is reported as deleted there is not reported again. */
async function lookAt(name: SourceName, asked: Asked, reached: Kept, since: number, room: Room, context: ToolContext) {
  const look = await openSource(name, asked, reached).look(since, room, context);
  const isReported = new Set<unknown>(reached.events?.deleted);
  const rows = look.rows.filter(({ id, change }) => change !== 'deleted' || !isReported.has(id));
  return { ...look, rows, reached: withDeletions({ ...reached, ...look.kept }, rows) };
}

/** The sources in turn, from the first name on; `next` is the one that the next call reads on, by about `left` requests. */
async function readSources(
  names: readonly SourceName[],
  asked: Asked,
  start: Kept,
  since: number,
  room: Room,
  context: ToolContext,
) {
  const rows: Rows = {};
  let reached = start;
  const [unseen, failed]: [string[], string[]] = [[], []];
  for (const [at, name] of names.entries()) {
    if (room.isFull || !context.hasTime()) return { rows, reached, unseen, failed, next: name };
    try {
      const look = await lookAt(name, asked, reached, since, room, context);
      reached = look.reached;
      rows[KEYS[name]] = look.rows;
      unseen.push(...look.unseen);
      if (look.left !== undefined) {
        const others = await estimateOf(names.slice(at + 1), asked, reached, context);
        return { rows, reached, unseen, failed, next: name, left: look.left + others };
      }
    } catch (error) {
      context.notify(`${NAMES[name]} could not be read: ${failureReason(error)}`);
      unseen.push(NAMES[name]);
      failed.push(NAMES[name]);
    }
  }
  return { rows, reached, unseen, failed };
}

/**
 * What changed since a cursor: first contacts and their tasks, and once all of those are delivered what webhooks announced,
 * and then the other kinds in turn. A look that takes a notable share of the day's quota is not started: the answer says
 * what it costs, and the next call with its cursor starts it. A kind that cannot be read is named in `unseen`, and the next
 * look covers the same time.
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
  const rows: Rows = { contacts: [], ...first?.rows };
  const failed: string[] = [];
  let reached: Kept = { ...start, ...first?.reached };
  let announced: Announced | undefined;
  /** `source`: the one that the next call reads on, by about `left` requests. */
  const end = (isComplete: boolean, source?: SourceName, left?: number): Changes => ({
    ...{ rows, failed, isComplete, completeTo: first ? first.completeTo : start.contacts.since },
    unseen: unseenWith(unseen, announced),
    reached: source ? { ...reached, unfinished: { source, since } } : reached,
    requests: { sent: sent(), ...(left === undefined ? {} : { left }) },
  });
  if (first?.isComplete === false) return end(false);
  const used = Object.values(rows).flat();
  const room = new Room(asked.limit ?? MAX_ROWS, pageDataBytes(asked.limit) - bytes(used), used.length === 0);
  announced = await readAnnounced(asked, start, reached, room, context);
  if (announced) {
    addRows(rows, announced.rows, seenAt(context));
    reached = announced.kept;
    if (announced.left !== undefined) return end(false, continued?.source, announced.left);
  }
  const names = continued ? all.slice(all.indexOf(continued.source)) : all;
  const [next] = names;
  const cost = continued || !next ? undefined : await costOfLook(names, asked, reached, context);
  if (cost !== undefined) return end(false, next, cost);
  const read = await readSources(names, asked, reached, since, room, context);
  addRows(rows, read.rows, seenAt(context));
  ({ reached } = read);
  unseen.push(...read.unseen);
  failed.push(...read.failed);
  return end(read.next === undefined, read.next, read.left);
}

const seenAt = (context: ToolContext): string => new Date(timeOf(context)).toISOString();
