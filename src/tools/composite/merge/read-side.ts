import type { Endpoint } from '../../../api/endpoint.ts';
import { isMissing } from '../../../api/errors.ts';
import { type Json, recordIn, rowsIn } from '../../../lib/json.ts';
import { getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { listContactNotes } from '../../notes.ts';
import { listContactTasks } from '../../tasks.ts';
import { unreadableAnswer } from '../read-contact.ts';
import type { Side } from './plan.ts';

interface ReadOptions {
  /** Past the read cache. */
  readonly fresh: boolean;
  /** False where the notes are not needed. */
  readonly notes: boolean;
  /** The contact itself, where it was given by the answer of a write just now. */
  readonly contact?: Json | undefined;
}

/** A contact with its notes and tasks; undefined if it does not exist. */
export async function readSide(
  contactId: string,
  { call }: Pick<ToolContext, 'call'>,
  { fresh, notes, contact: given }: ReadOptions,
): Promise<Side | undefined> {
  const read = (endpoint: Endpoint) => call(endpoint, { contactId }, 'interactive', { fresh });
  const rows = async (endpoint: Endpoint, key: string): Promise<Json[]> => rowsIn(await read(endpoint), key);
  try {
    const [contact, tasks, ownNotes] = await Promise.all([
      given ?? read(getContact).then((answer) => recordIn(answer, 'contact')),
      rows(listContactTasks, 'tasks'),
      notes ? rows(listContactNotes, 'notes') : undefined,
    ]);
    if (!contact) throw unreadableAnswer();
    return { contact, tasks, ...(ownNotes ? { notes: ownNotes } : {}) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
