import { storedTag } from '../../../../api/contact-fields.ts';
import { isId } from '../../../../api/endpoint.ts';
import { isMissing } from '../../../../api/errors.ts';
import { UserError } from '../../../../lib/errors.ts';
import { type Json, rowsIn } from '../../../../lib/json.ts';
import { epochMs } from '../../../../lib/time.ts';
import type { ToolContext } from '../../../core/context.ts';
import { SEARCH_INDEX_DELAY_MS } from '../../../core/own-writes.ts';
import { pickFields } from '../../../core/row-shape.ts';
import { listContactNotes } from '../../../notes.ts';
import { failureReason, noteText } from '../../contact-view/contact-parts.ts';
import { nextCursor, searchPage } from '../../search-pages.ts';
import { withoutCache } from '../contact-changes.ts';
import { type ChangeSource, digestOf, type Room, timeOf } from '../source.ts';

/** The digest of each note of a contact by its id. */
export type NotesOfContact = Readonly<Record<string, string>>;

export interface NotesKept {
  /** Epoch ms: notes of a contact that was never read are new if they were added from then on. */
  readonly since: number;
  readonly contacts: Readonly<Record<string, NotesOfContact>>;
  /** True once notes were asked for, and not only announced. */
  readonly isAsked?: boolean | undefined;
  /** A look that the next call continues: when it started, and the contacts that are left. */
  readonly unfinished?: { readonly at: number; readonly contacts: readonly string[] } | undefined;
}

/** Whose notes are read: contacts by id, those with a tag, or both. */
export interface NotesFilter {
  readonly notesOf?: readonly string[] | undefined;
  readonly notesOfTag?: string | undefined;
}

/** Most contacts with a tag whose notes are read, and most whose notes are kept. */
const MAX_CONTACTS = 2_000;
/** Contacts that are read side by side. */
const BATCH = 10;
/** What a look does not see. */
export const OTHER_NOTES = 'notes of other contacts';
const TEXT_CHARACTERS = 300;

async function contactsWithTag(tag: string, context: ToolContext): Promise<readonly string[]> {
  const filters = [{ field: 'tags', operator: 'eq', value: storedTag(tag) }];
  const search = { filters, sort: [{ field: 'dateAdded', direction: 'asc' }] };
  const ids = new Set<string>();
  for (let searchAfter: unknown; ; ) {
    const page = await searchPage(withoutCache(context), search, searchAfter);
    if ((page.total ?? 0) > MAX_CONTACTS)
      throw new UserError(`${page.total} contacts have this tag; notes are read of up to ${MAX_CONTACTS}.`);
    const before = ids.size;
    for (const { id } of page.rows) if (isId(id)) ids.add(id);
    searchAfter = nextCursor(page, ids.size, searchAfter);
    if (searchAfter === undefined || ids.size > MAX_CONTACTS || ids.size === before) return [...ids];
  }
}

async function contactsOf({ notesOf = [], notesOfTag }: NotesFilter, context: ToolContext): Promise<readonly string[]> {
  const tagged = notesOfTag === undefined ? [] : await contactsWithTag(notesOfTag, context);
  return [...new Set([...notesOf, ...tagged])];
}

const digest = ({ title, body, color, pinned, userId }: Json): string => digestOf([title, body, color, pinned, userId]);

/** Reads the notes of one contact; undefined where it was deleted with them. */
export const readNotes = (contactId: string, context: ToolContext): Promise<readonly Json[] | undefined> =>
  withoutCache(context)
    .call(listContactNotes, { contactId }, 'bulk')
    .then(
      (answer) => rowsIn(answer, 'notes'),
      (error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      },
    );

/** A note of which a webhook said that something happened to it. */
interface AnnouncedNote {
  readonly id: string;
  readonly isDeleted: boolean;
}

/** What changed in the notes of a contact, with what is kept of each note once its row is given. */
export function changesIn(
  notes: readonly Json[],
  before: NotesOfContact | undefined,
  since: number,
  contactId: string,
  announced?: AnnouncedNote,
) {
  const present = new Map(notes.flatMap((note) => (isId(note.id) ? [[note.id, note] as const] : [])));
  const written = [...present].flatMap(([id, note]) => {
    const old = before?.[id];
    const isNew = old === undefined && (before !== undefined || epochMs(note.dateAdded) >= since);
    const isChanged = old === undefined ? id === announced?.id : old !== digest(note);
    const change = isNew ? 'added' : isChanged ? 'changed' : undefined;
    const { title, userId, dateAdded } = note;
    const row = { id, change, contactId, title, body: noteText(note), userId, dateAdded };
    return change ? [{ id, row: pickFields(row, TEXT_CHARACTERS) }] : [];
  });
  const known = new Set([...Object.keys(before ?? {}), ...(announced?.isDeleted ? [announced.id] : [])]);
  const deleted = [...known].filter((id) => !present.has(id));
  const changes = [...written, ...deleted.map((id) => ({ id, row: { id, change: 'deleted', contactId } }))];
  return { changes, kept: Object.fromEntries([...present].map(([id, note]) => [id, digest(note)])) };
}

/** Gives the rows that fit; `kept` is without those that do not, and `isCut` where there are any. */
export function reportOf(
  { changes, kept: all }: ReturnType<typeof changesIn>,
  before: NotesOfContact = {},
  room: Room,
) {
  const kept: Record<string, string> = { ...all };
  const rows: Json[] = [];
  let isCut = false;
  for (const { id, row } of changes) {
    isCut ||= !room.take(row);
    if (!isCut) rows.push(row);
    else if (before[id] === undefined) delete kept[id];
    else kept[id] = before[id];
  }
  return { rows, kept, isCut };
}

/** The contacts of this look, and those looked at last of the others. */
export function latestContacts(contacts: NotesKept['contacts'], looked: NotesKept['contacts']): NotesKept['contacts'] {
  const others = Object.entries(contacts).filter(([id]) => !Object.hasOwn(looked, id));
  return Object.fromEntries([...others, ...Object.entries(looked)].slice(-MAX_CONTACTS));
}

/** The changes of contacts in turn, as far as time and room allow; `left` are the others. */
async function readAll(
  all: readonly string[],
  before: NotesKept['contacts'],
  since: number,
  room: Room,
  context: ToolContext,
) {
  const looked: Record<string, NotesOfContact> = {};
  const [rows, left, failed]: [Json[], string[], Set<string>] = [[], [], new Set()];
  let next = 0;
  while (next < all.length && left.length === 0 && !room.isFull && context.hasTime()) {
    const batch = all.slice(next, next + BATCH);
    next += batch.length;
    const answers = await Promise.allSettled(batch.map((id) => readNotes(id, context)));
    const [error] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    if (error) context.notify(`Notes could not be read: ${failureReason(error)}`);
    if (answers.every(({ status }) => status === 'rejected')) {
      if (next === batch.length) throw error;
      // The connection or the quota, and not these contacts: the next call reads them.
      if (batch.length === BATCH) left.push(...batch);
    }
    for (const [index, id] of batch.entries()) {
      const answer = answers[index];
      if (answer?.status !== 'fulfilled') failed.add(id);
      else if (answer.value) {
        const report = reportOf(changesIn(answer.value, before[id], since, id), before[id], room);
        rows.push(...report.rows);
        looked[id] = report.kept;
        if (report.isCut) left.push(id);
      }
    }
    context.progress(next, all.length, `notes of ${next} contacts read`);
  }
  left.push(...all.slice(next));
  for (const id of left) failed.delete(id);
  return { rows, looked, failed, left };
}

/** The notes of some contacts, by one request for each. */
export const notesOf = (filter: NotesFilter): ChangeSource<NotesKept> => ({
  async estimate(kept, context) {
    if (kept?.unfinished) return kept.unfinished.contacts.length;
    const { notesOf = [], notesOfTag } = filter;
    if (notesOfTag === undefined) return notesOf.length;
    const filters = [{ field: 'tags', operator: 'eq', value: storedTag(notesOfTag) }];
    const { total = 0 } = await searchPage(context, { filters, pageLimit: 1 });
    return notesOf.length + total + 1;
  },

  async look(given, before, room, context) {
    const { since, contacts } = before ?? { since: given, contacts: {} };
    const at = before?.unfinished?.at ?? timeOf(context) - SEARCH_INDEX_DELAY_MS;
    const all = before?.unfinished?.contacts ?? (await contactsOf(filter, context));
    const { rows, looked, failed, left } = await readAll(all, contacts, since, room, context);
    const isFinished = left.length === 0;
    // Without notes to compare with, those of a contact that failed are new from the same time on in the next look.
    const isRead = [...failed].every((id) => Object.hasOwn(contacts, id));
    return {
      rows,
      kept: {
        since: isFinished && isRead ? at : since,
        isAsked: true,
        contacts: latestContacts(contacts, looked),
        ...(isFinished ? {} : { unfinished: { at, contacts: left } }),
      },
      left: isFinished ? undefined : left.length,
      unseen: [OTHER_NOTES, ...(failed.size > 0 ? [`notes of ${failed.size} of these contacts`] : [])],
    };
  },
});
