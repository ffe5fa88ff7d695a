import type { Endpoint } from '../../../api/endpoint.ts';
import { ApiError } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { type Json, rowsIn } from '../../../lib/json.ts';
import { sameText } from '../../../lib/markup.ts';
import { bulkAssignContactBusiness } from '../../businesses.ts';
import type { ToolContext } from '../../core/context.ts';
import { createContactNote, listContactNotes } from '../../notes.ts';
import { addContactTags } from '../../tags.ts';
import { createContactTask, listContactTasks } from '../../tasks.ts';

import { Conflict, FRESH } from './find-person.ts';
import { type Person, taskKey, wholeTaskKey, writtenTaskKey } from './parse-person.ts';

export interface Failure {
  readonly part: string;
  readonly error: UserError;
}

export interface DoneTask {
  /** As the API gives it. */
  readonly task: Json;
  readonly created: boolean;
}

export interface DoneParts {
  readonly tagsAdded: readonly string[];
  readonly note?: { readonly id: unknown; readonly created: boolean };
  readonly tasks: readonly DoneTask[];
  readonly business?: { readonly id: string; readonly assigned: boolean; readonly old?: unknown };
}

/** What a contact has yet to be given beside its fields, and what it has already. */
export interface Plan {
  readonly tags: readonly string[];
  readonly note: { readonly text: string; readonly there: Json | undefined } | undefined;
  readonly tasks: readonly { readonly task: Json; readonly there: Json | undefined }[];
  readonly business: { readonly id: string; readonly old: unknown } | undefined;
}

/** Does a part; where it fails, or no time is left to begin it, that is noted and the others go on. */
export async function attempt<T>(
  part: string,
  failed: Failure[],
  { hasTime }: ToolContext,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    if (!hasTime()) throw new UserError('No time was left to begin it.');
    return await work();
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof Conflict) throw error;
    failed.push({ part, error });
    return undefined;
  }
}

const lower = (tags: unknown): string[] =>
  (Array.isArray(tags) ? tags : []).map((tag) => String(tag).trim().toLowerCase());

/** Compares with what is there. `isNew`: the contact was just made with its tags, and has no notes and tasks. */
export async function planParts(
  person: Person,
  contact: Json & { readonly id: string },
  isNew: boolean,
  failed: Failure[],
  context: ToolContext,
): Promise<Plan> {
  const read = (part: string, wanted: boolean, endpoint: Endpoint, key: string) =>
    wanted && !isNew
      ? attempt(part, failed, context, async () =>
          rowsIn(await context.call(endpoint, { contactId: contact.id }, 'interactive', FRESH), key),
        )
      : [];
  const [notes, tasks] = await Promise.all([
    read('note', person.note !== undefined, listContactNotes, 'notes'),
    read('tasks', person.tasks.length > 0, listContactTasks, 'tasks'),
  ]);
  const has = new Set(lower(contact.tags));
  const { note, businessId } = person;
  return {
    tags: isNew ? [] : lower(person.tags).filter((tag) => !has.has(tag)),
    note:
      note !== undefined && notes ? { text: note, there: notes.find(({ body }) => sameText(body, note)) } : undefined,
    tasks: tasks ? paired(person.tasks, tasks) : [],
    business: businessId === undefined ? undefined : { id: businessId, old: contact.businessId },
  };
}

/** Each task with the one of the contact that it already is; none stands for two. */
function paired(wanted: readonly Json[], stored: readonly Json[]): Plan['tasks'] {
  const taken = new Set<Json>();
  const pairs = new Map<Json, Json>();
  for (const keyOf of [writtenTaskKey, wholeTaskKey, taskKey]) {
    const free = new Map<string, Json[]>();
    for (const each of stored) {
      if (taken.has(each)) continue;
      const key = keyOf(each);
      const alike = free.get(key);
      if (alike) alike.push(each);
      else free.set(key, [each]);
    }
    for (const task of wanted) {
      const there = pairs.has(task) ? undefined : free.get(keyOf(task))?.shift();
      if (!there) continue;
      taken.add(there);
      pairs.set(task, there);
    }
  }
  return wanted.map((task) => ({ task, there: pairs.get(task) }));
}

/** Does what a plan says, one write after the other. */
export async function doParts(
  plan: Plan,
  contactId: string,
  failed: Failure[],
  context: ToolContext,
): Promise<DoneParts> {
  const trying = <T>(part: string, work: () => Promise<T>) => attempt(part, failed, context, work);
  const { tags, note, tasks, business } = plan;
  const tagsAdded = tags.length > 0 ? await trying('tags', () => addTags(contactId, tags, context)) : [];
  const assigned = business && (await trying('business', () => assign(contactId, business, context)));
  const noted = note && (await trying('note', () => write(contactId, note, context)));
  const doneTasks: DoneTask[] = [];
  for (const { task, there } of tasks) {
    const done = there
      ? { task: there, created: false }
      : await trying('tasks', () => addTask(contactId, task, context));
    if (done) doneTasks.push(done);
  }
  return {
    tagsAdded: tagsAdded ?? [],
    tasks: doneTasks,
    ...(noted ? { note: noted } : {}),
    ...(assigned ? { business: assigned } : {}),
  };
}

async function addTags(contactId: string, tags: readonly string[], { call }: ToolContext): Promise<string[]> {
  const has = new Set(lower((await call(addContactTags, { contactId, tags })).tags));
  const missing = tags.filter((tag) => !has.has(tag));
  if (missing.length > 0)
    throw new ApiError(
      `HighLevel took the call, but ${missing.length} of ${tags.length} tags are not there.`,
      'refused',
      200,
    );
  return [...tags];
}

async function assign(
  contactId: string,
  { id, old }: NonNullable<Plan['business']>,
  { call }: ToolContext,
): Promise<NonNullable<DoneParts['business']>> {
  if (id === old) return { id, assigned: false };
  const { ids } = await call(bulkAssignContactBusiness, { ids: [contactId], businessId: id });
  if (!(ids as unknown[]).includes(contactId))
    throw new ApiError('HighLevel took the call, but did not assign the contact.', 'refused', 200);
  return { id, assigned: true, ...(old ? { old } : {}) };
}

async function write(
  contactId: string,
  { text: body, there }: NonNullable<Plan['note']>,
  { call }: ToolContext,
): Promise<NonNullable<DoneParts['note']>> {
  if (there) return { id: there.id, created: false };
  const { note } = await call(createContactNote, { contactId, body });
  return { id: (note as Json | undefined)?.id, created: true };
}

async function addTask(contactId: string, task: Json, { call }: ToolContext): Promise<DoneTask> {
  const answer = await call(createContactTask, { contactId, ...task });
  return { task: { ...task, ...(answer.task as Json | undefined) }, created: true };
}
