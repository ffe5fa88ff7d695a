import type { Endpoint } from '../../../api/endpoint.ts';
import { ApiError } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { type Json, listIn, recordIn, rowsIn } from '../../../lib/json.ts';
import { sameText } from '../../../lib/markup.ts';
import { bulkAssignContactBusiness } from '../../businesses.ts';
import type { ToolContext } from '../../core/context.ts';
import { createContactNote, listContactNotes } from '../../notes.ts';
import { addContactTags } from '../../tags.ts';
import { createContactTask, listContactTasks } from '../../tasks.ts';
import { Conflict } from './find-person.ts';
import { matchTasks } from './match-tasks.ts';
import type { DesiredPerson } from './parse-person.ts';
import { type ContactRecord, readFresh } from './read-contact.ts';

export interface Failure {
  readonly part: string;
  readonly error: UserError;
}

/** Runs the parts of an onboarding. One that fails, or has no time left to start, does not stop the others. */
export class Attempts {
  readonly context: ToolContext;
  readonly failed: Failure[] = [];

  constructor(context: ToolContext) {
    this.context = context;
  }

  /** Undefined if the part failed. @throws Conflict, and errors that are no UserError */
  async run<T>(part: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      if (!this.context.hasTime()) throw new UserError('No time was left to begin it.');
      return await work();
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof Conflict) throw error;
      this.failed.push({ part, error });
      return undefined;
    }
  }
}

export interface RelatedRecords {
  readonly tagsAdded: readonly string[];
  readonly note?: { readonly id: unknown; readonly created: boolean };
  /** Tasks as the API returns them. */
  readonly tasks: readonly { readonly task: Json; readonly created: boolean }[];
  readonly business?: { readonly id: string; readonly assigned: boolean; readonly old?: unknown };
}

/**
 * Adds the tags, business, note and tasks that the contact lacks, one write after the other. `isNew`: the contact was just
 * created with its tags and has no notes and tasks.
 */
export async function addRelatedRecords(
  person: DesiredPerson,
  contact: ContactRecord,
  isNew: boolean,
  attempts: Attempts,
): Promise<RelatedRecords> {
  const { note: body, businessId } = person;
  const list = async (part: string, isGiven: boolean, endpoint: Endpoint, key: string) =>
    isGiven && !isNew
      ? attempts.run(part, async () =>
          rowsIn(await readFresh(attempts.context, endpoint, { contactId: contact.id }), key),
        )
      : [];
  const [notes, tasks] = await Promise.all([
    list('note', body !== undefined, listContactNotes, 'notes'),
    list('tasks', person.tasks.length > 0, listContactTasks, 'tasks'),
  ]);
  const stored = new Set(tagsOf(contact));
  const tags = isNew ? [] : person.tags.filter((tag) => !stored.has(tag));
  const tagsAdded = tags.length > 0 ? await attempts.run('tags', () => addTags(contact.id, tags, attempts)) : [];
  const business = businessId && (await attempts.run('business', () => assignBusiness(contact, businessId, attempts)));
  const note = body && notes && (await attempts.run('note', () => addNote(contact.id, body, notes, attempts)));
  return {
    tagsAdded: tagsAdded ?? [],
    tasks: tasks ? await addTasks(person, contact.id, tasks, attempts) : [],
    ...(note ? { note } : {}),
    ...(business ? { business } : {}),
  };
}

const tagsOf = (holder: Json): string[] => listIn(holder, 'tags').map((tag) => String(tag).trim().toLowerCase());

async function addTags(contactId: string, tags: readonly string[], { context }: Attempts): Promise<readonly string[]> {
  const stored = new Set(tagsOf(await context.call(addContactTags, { contactId, tags })));
  const missing = tags.filter((tag) => !stored.has(tag));
  if (missing.length === 0) return tags;
  throw new ApiError(
    `HighLevel accepted the call, but ${missing.length} of ${tags.length} tags are not stored.`,
    'refused',
    200,
  );
}

async function assignBusiness(
  contact: ContactRecord,
  id: string,
  { context }: Attempts,
): Promise<NonNullable<RelatedRecords['business']>> {
  const old = contact.businessId;
  if (id === old) return { id, assigned: false };
  const answer = await context.call(bulkAssignContactBusiness, { ids: [contact.id], businessId: id });
  if (!listIn(answer, 'ids').includes(contact.id))
    throw new ApiError('HighLevel accepted the call, but did not assign the contact.', 'refused', 200);
  return { id, assigned: true, ...(old ? { old } : {}) };
}

async function addNote(
  contactId: string,
  body: string,
  notes: readonly Json[],
  { context }: Attempts,
): Promise<NonNullable<RelatedRecords['note']>> {
  const existing = notes.find((note) => sameText(note.body, body));
  if (existing) return { id: existing.id, created: false };
  const answer = await context.call(createContactNote, { contactId, body });
  return { id: recordIn(answer, 'note')?.id, created: true };
}

async function addTasks(
  { tasks: desired }: DesiredPerson,
  contactId: string,
  stored: readonly Json[],
  attempts: Attempts,
): Promise<RelatedRecords['tasks']> {
  const tasks: RelatedRecords['tasks'][number][] = [];
  for (const { task, existing } of matchTasks(desired, stored)) {
    if (existing) tasks.push({ task: existing, created: false });
    else {
      const answer = await attempts.run('tasks', () =>
        attempts.context.call(createContactTask, { contactId, ...task }),
      );
      if (answer) tasks.push({ task: { ...task, ...recordIn(answer, 'task') }, created: true });
    }
  }
  return tasks;
}
