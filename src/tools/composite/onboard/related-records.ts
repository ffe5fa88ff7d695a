import { storedTag } from '../../../api/contact-fields.ts';
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
import { type ContactRecord, readFresh } from '../read-contact.ts';
import { Conflict } from './find-person.ts';
import type { TaskInput } from './input.ts';
import { matchTasks } from './match-tasks.ts';
import type { DesiredPerson } from './parse-person.ts';

export interface Failure {
  readonly part: string;
  readonly error: UserError;
}

export interface RelatedRecords {
  readonly tagsAdded: readonly string[];
  readonly note?: { readonly id: unknown; readonly created: boolean };
  /** Tasks as the API returns them. */
  readonly tasks: readonly { readonly task: Json; readonly created: boolean }[];
  readonly business?: { readonly id: string; readonly assigned: boolean; readonly old?: unknown };
}

/** The tags given that the record does not have. */
function missingTags(tags: readonly string[], record: Json): readonly string[] {
  const stored = new Set(listIn(record, 'tags').map(storedTag));
  return tags.filter((tag) => !stored.has(storedTag(tag)));
}

/** Writes the parts of one contact. A part that fails, or has no time left to start, does not stop the others. */
export class ContactWriter {
  readonly failed: Failure[] = [];
  readonly #contact: ContactRecord;
  readonly #context: ToolContext;

  constructor(contact: ContactRecord, context: ToolContext) {
    this.#contact = contact;
    this.#context = context;
  }

  /** Undefined if the part failed. @throws Conflict, and errors that are no UserError */
  async attempt<T>(part: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      if (!this.#context.hasTime()) throw new UserError('No time was left to start it.');
      return await work();
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof Conflict) throw error;
      this.failed.push({ part, error });
      return undefined;
    }
  }

  /**
   * Adds the tags, business, note and tasks that the contact lacks, one write after the other. `isNew`: the contact was
   * just created with its tags and has no notes and tasks.
   */
  async addRelatedRecords(person: DesiredPerson, isNew: boolean): Promise<RelatedRecords> {
    const { note: body, businessId } = person;
    const [notes, tasks] = await Promise.all([
      isNew || body === undefined ? [] : this.#list('note', listContactNotes, 'notes'),
      isNew || person.tasks.length === 0 ? [] : this.#list('tasks', listContactTasks, 'tasks'),
    ]);
    const tags = isNew ? [] : missingTags(person.tags, this.#contact);
    const tagsAdded = tags.length > 0 ? await this.attempt('tags', () => this.#addTags(tags)) : [];
    const business = businessId && (await this.attempt('business', () => this.#assignBusiness(businessId)));
    const note = body && notes && (await this.attempt('note', () => this.#addNote(body, notes)));
    return {
      tagsAdded: tagsAdded ?? [],
      tasks: tasks ? await this.#addTasks(person.tasks, tasks) : [],
      ...(note ? { note } : {}),
      ...(business ? { business } : {}),
    };
  }

  #list(part: string, endpoint: Endpoint, key: string): Promise<Json[] | undefined> {
    const args = { contactId: this.#contact.id };
    return this.attempt(part, async () => rowsIn(await readFresh(this.#context, endpoint, args), key));
  }

  async #addTags(tags: readonly string[]): Promise<readonly string[]> {
    const answer = await this.#context.call(addContactTags, { contactId: this.#contact.id, tags });
    const missing = missingTags(tags, answer).length;
    if (missing > 0) throw rejected(`${missing} of ${tags.length} tags are not stored`);
    return tags;
  }

  async #assignBusiness(id: string) {
    const { id: contactId, businessId: old } = this.#contact;
    if (id === old) return { id, assigned: false };
    const answer = await this.#context.call(bulkAssignContactBusiness, { ids: [contactId], businessId: id });
    if (!listIn(answer, 'ids').includes(contactId)) throw rejected('did not assign the contact');
    return { id, assigned: true, ...(old ? { old } : {}) };
  }

  async #addNote(body: string, notes: readonly Json[]) {
    const existing = notes.find((note) => sameText(note.body, body));
    if (existing) return { id: existing.id, created: false };
    const answer = await this.#context.call(createContactNote, { contactId: this.#contact.id, body });
    return { id: recordIn(answer, 'note')?.id, created: true };
  }

  async #addTasks(desired: readonly TaskInput[], stored: readonly Json[]) {
    const tasks: RelatedRecords['tasks'][number][] = [];
    for (const { task, existing } of matchTasks(desired, stored)) {
      if (existing) {
        tasks.push({ task: existing, created: false });
        continue;
      }
      const args = { contactId: this.#contact.id, ...task };
      const answer = await this.attempt('tasks', () => this.#context.call(createContactTask, args));
      if (answer) tasks.push({ task: { ...task, ...recordIn(answer, 'task') }, created: true });
    }
    return tasks;
  }
}

const rejected = (problem: string): ApiError =>
  new ApiError(`HighLevel accepted the call, but ${problem}.`, 'refused', 200);
