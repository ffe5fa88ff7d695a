import type { Json } from '../../../lib/json.ts';
import { firstCharacters } from '../../../lib/text.ts';
import { isTime } from '../../../lib/time-format.ts';
import { cleanValue, rowOf, type Shorten } from '../../core/row-shape.ts';
import { shortContact } from '../../core/short-records.ts';
import { bytes, MAX_DATA_BYTES } from '../../core/tool-result.ts';
import type { OnboardResult } from './onboard-person.ts';
import type { DesiredPerson } from './parse-person.ts';
import type { FieldResults } from './person-fields.ts';

export const OUTCOMES = ['created', 'updated', 'unchanged', 'conflict', 'failed', 'incomplete'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface RowResult {
  /** Index of the row, from 0. */
  readonly row: number;
  readonly outcome: Outcome;
  readonly contactId?: string;
  /** Who the contact is, and the fields that the row gives, as the contact has them now. */
  readonly contact?: Json;
  /** What changed on an existing contact, tags and business among it. */
  readonly changed?: FieldResults['changed'];
  /** The note that was added. */
  readonly noteId?: unknown;
  /** The tasks that were added. */
  readonly tasks?: readonly Json[];
  readonly reason?: string;
}

export function resultOf(row: number, person: DesiredPerson, onboarded: OnboardResult, now: number): RowResult {
  const { contact, created, failed, notStored, note } = onboarded;
  const changed = created ? [] : changesOf(onboarded);
  const tasks = onboarded.tasks.filter((task) => task.created).map(({ task }) => taskRow(task, now));
  const reasons = [
    ...failed.map(({ part, error }) => `${part}: ${error.message}`),
    ...notStored.map(({ field, reason }) => `${field}: ${reason}`),
  ];
  const isUpdated = changed.length > 0 || tasks.length > 0 || note?.created === true;
  const { id: _, ...current } = currentContact(person, onboarded);
  const success = created ? 'created' : isUpdated ? 'updated' : 'unchanged';
  return {
    row,
    outcome: failed.length > 0 ? 'incomplete' : success,
    contactId: contact.id,
    contact: current,
    ...(changed.length > 0 ? { changed } : {}),
    ...(note?.created ? { noteId: note.id } : {}),
    ...(tasks.length > 0 ? { tasks } : {}),
    ...(reasons.length > 0 ? { reason: reasons.join(' ') } : {}),
  };
}

/** A task of an answer: what was asked for, as it is stored. */
export function taskRow(task: Json, now: number): Json {
  const { id, title, dueDate, status, assignedTo } = rowOf.task(task, now);
  return { id, title, dueDate, status, ...(assignedTo ? { assignedTo } : {}) };
}

const tagsOf = ({ contact, tagsAdded }: OnboardResult): unknown[] => [
  ...new Set([...(Array.isArray(contact.tags) ? contact.tags : []), ...tagsAdded]),
];

function changesOf(onboarded: OnboardResult): FieldResults['changed'] {
  const { contact, changed, tagsAdded, business } = onboarded;
  return [
    ...changed,
    ...(tagsAdded.length > 0 ? [{ field: 'tags', old: contact.tags, new: tagsOf(onboarded) }] : []),
    ...(business?.assigned ? [{ field: 'businessId', old: business.old, new: business.id }] : []),
  ];
}

/** The contact as it was read, with what was written after that. */
function withWrites(onboarded: OnboardResult): Json {
  const { contact, business } = onboarded;
  return { ...contact, tags: tagsOf(onboarded), ...(business?.assigned ? { businessId: business.id } : {}) };
}

/** Who the contact is, and the fields given, as they are stored. */
export function currentContact(
  { fields, customFields, businessId }: DesiredPerson,
  onboarded: OnboardResult,
  stored: Json = withWrites(onboarded),
): Json {
  return shortContact(stored, {
    ...fields,
    ...(customFields.length > 0 ? { customFields: customFields.map(({ id, key }) => ({ field: id ?? key })) } : {}),
    ...(businessId === undefined ? {} : { businessId }),
  });
}

/** Bytes of the rows of an answer: names that take the place of ids may be longer than these. */
const MAX_ROWS_BYTES = MAX_DATA_BYTES * 0.85;

/** What is shown of a row, tried in turn until all rows fit: values and reason in characters. */
const LIMITS = [
  { value: 200, reason: 300, shows: ['contact', 'changed', 'noteId', 'tasks'] },
  { value: 50, reason: 120, shows: ['contact', 'changed', 'noteId', 'tasks'] },
  { value: 50, reason: 120, shows: ['changed', 'noteId', 'tasks'] },
  { value: 20, reason: 60, shows: ['changed', 'noteId', 'tasks'] },
  { value: 12, reason: 40, shows: ['changed'] },
  { value: 0, reason: 40, shows: [] },
] as const;

/** The mark of `truncate` is longer than many of these values. A time is nothing without its end. */
const shorten: Shorten = (text, max) => (text.length <= max || isTime(text) ? text : `${firstCharacters(text, max)}…`);

function shownRow(result: RowResult, { value, reason, shows }: (typeof LIMITS)[number]): Json {
  const { row, outcome, contactId } = result;
  const change = ({ field, old, new: now }: FieldResults['changed'][number]) => ({
    field,
    old: cleanValue(old ?? undefined, value, shorten),
    new: cleanValue(now ?? undefined, value, shorten),
  });
  const parts: Json = {
    contact: result.contact && cleanValue(result.contact, value, shorten),
    changed: result.changed?.map(change),
    noteId: result.noteId,
    tasks: cleanValue(result.tasks, value, shorten),
  };
  return {
    row,
    outcome,
    ...(contactId === undefined ? {} : { contactId }),
    ...Object.fromEntries(shows.filter((key) => parts[key] !== undefined).map((key) => [key, parts[key]])),
    ...(result.reason ? { reason: shorten(result.reason, reason, 'reason') } : {}),
  };
}

/** All rows for an answer, with less of each where they do not fit. */
export function shownRows(results: readonly RowResult[]): Json[] {
  let rows: Json[] = [];
  for (const limits of LIMITS) {
    rows = results.map((result) => shownRow(result, limits));
    if (bytes(rows) <= MAX_ROWS_BYTES) break;
  }
  return rows;
}
