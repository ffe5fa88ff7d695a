import type { Endpoint } from '../../../api/endpoint.ts';
import { isMissing } from '../../../api/errors.ts';
import { type Json, recordIn, rowsIn } from '../../../lib/json.ts';
import { listContactAppointments } from '../../appointments.ts';
import { getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { CUSTOM_FIELDS } from '../../core/references.ts';
import { listContactNotes } from '../../notes.ts';
import { listContactTasks } from '../../tasks.ts';
import { searchContactsById } from '../contacts-by-id.ts';
import { readFresh } from '../read-contact.ts';
import type { Effect, RecordRef } from './effects.ts';
import { fieldsOf, isSameValue } from './fields.ts';
import type { UndoHistory } from './history.ts';

/** The records of a contact as they are now; those that were not needed are undefined. */
export interface PresentContact {
  /** Null if it does not exist. */
  readonly contact?: Json | null;
  readonly notes?: readonly Json[];
  readonly tasks?: readonly Json[];
  readonly appointments?: readonly Json[];
}

/** By the id that the contact had when it was changed. */
export type Present = ReadonlyMap<string, PresentContact>;

/** Contacts that are read side by side. */
const CONCURRENCY = 8;
/** Contacts whose notes, tasks and appointments are counted for the owner: reads of more take longer than a call. */
const MAX_COUNTED = 10;

/** Reads the records of these effects, past the cache. @throws UserError if one cannot be read */
export async function readPresent(
  effects: readonly Effect[],
  history: UndoHistory,
  context: ToolContext,
): Promise<Present> {
  const byContact = new Map<string, Effect[]>();
  for (const effect of effects) {
    const { contactId } = effect.record;
    byContact.set(contactId, [...(byContact.get(contactId) ?? []), effect]);
  }
  const present = await searchPresent(byContact, history, context);
  const pending = [...byContact].filter(([contactId]) => !present.has(contactId));
  const counted = new Set(pending.filter(([, effects]) => effects.some(isAddedContact)).slice(0, MAX_COUNTED));
  const worker = async () => {
    for (let next = pending.shift(); next; next = pending.shift()) {
      const [contactId, of] = next;
      present.set(contactId, await readRecords(history.currentId(contactId), of, counted.has(next), context));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return present;
}

/** Contacts above which one request reads 50 of them. */
const MAX_SINGLE = 40;

/** Of many contacts those that search shows as the writes stored them. */
async function searchPresent(
  byContact: ReadonlyMap<string, readonly Effect[]>,
  history: UndoHistory,
  context: ToolContext,
): Promise<Map<string, PresentContact>> {
  const isSet = ({ type, record }: Effect) => type === 'set' && record.kind === 'contact';
  const wanted = [...byContact].filter(([, effects]) => effects.every(isSet));
  if (wanted.length <= MAX_SINGLE) return new Map();
  const rows = await searchContactsById(
    wanted.map(([contactId]) => history.currentId(contactId)),
    context,
  );
  return new Map(
    wanted.flatMap(([contactId, effects]) => {
      const contact = rows.get(history.currentId(contactId));
      const isCurrent = context.state.ownWrites.get(contact?.id)?.known.kind !== 'unknown';
      return contact && isCurrent && showsStored(contact, effects) ? [[contactId, { contact }]] : [];
    }),
  );
}

/** Whether a row of search shows what the newest writes stored. Any other may be older than they are: the index is late. */
function showsStored(contact: Json, effects: readonly Effect[]): boolean {
  const shown = fieldsOf(contact);
  const seen = new Set<string>();
  const isShown = (field: string, stored: unknown): boolean => {
    if (seen.has(field)) return true;
    seen.add(field);
    return (field.startsWith(CUSTOM_FIELDS) || field in contact) && isSameValue(field, shown.get(field), stored);
  };
  return effects.every((effect) => {
    if (effect.type !== 'set') return false;
    const stored = fieldsOf(effect.after);
    return [...fieldsOf(effect.before ?? {}).keys(), ...stored.keys()].every((field) =>
      isShown(field, stored.get(field)),
    );
  });
}

const isAddedContact = ({ type, record }: Effect): boolean => type === 'added' && record.kind === 'contact';

async function readRecords(
  contactId: string,
  effects: readonly Effect[],
  isCounted: boolean,
  context: ToolContext,
): Promise<PresentContact> {
  const read = async (endpoint: Endpoint): Promise<Json | null> => {
    try {
      return await readFresh(context, endpoint, { contactId });
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };
  /** Null if the contact does not exist. */
  const list = async (endpoint: Endpoint, key: string) => {
    const answer = await read(endpoint);
    return answer && rowsIn(answer, key);
  };
  const concerns = (kind: RecordRef['kind']) => effects.some(({ record }) => record.kind === kind);
  const isAdded = effects.some(isAddedContact);
  const isWhole = effects.some(({ type, record }) => type === 'deleted' && record.kind === 'contact');
  // Notes and tasks of a contact that the undo deletes go with it.
  const needs = (kind: 'note' | 'task') => isWhole || (isAdded ? isCounted : concerns(kind));
  const contact = concerns('contact') ? (recordIn((await read(getContact)) ?? {}, 'contact') ?? null) : undefined;
  if (contact === null) return { contact };
  const [notes, tasks, appointments] = await Promise.all([
    needs('note') ? list(listContactNotes, 'notes') : undefined,
    needs('task') ? list(listContactTasks, 'tasks') : undefined,
    isWhole || isCounted ? list(listContactAppointments, 'events') : undefined,
  ]);
  if (notes === null || tasks === null) return { contact: null };
  return {
    ...(contact ? { contact } : {}),
    ...(notes ? { notes } : {}),
    ...(tasks ? { tasks } : {}),
    ...(appointments ? { appointments } : {}),
  };
}
